/// Something that a record is filed under: 32 bits of a hash of a word, of its consonants, of two
/// words' consonants, of consonants and a year, of a day. Two that share a value by accident cost a
/// comparison, nothing else. Protocols/matching.md, 8.
public struct NameKey: Hashable, Sendable, Comparable {
  /// Raised with every change of a key: stored keys of another version are made anew.
  public static let version = 1

  /// As it is stored; the hash cannot be taken back.
  public let value: UInt32

  /// - Parameter value: one that was stored.
  public init(_ value: UInt32) { self.value = value }

  /// By number: an order without meaning.
  public static func < (a: NameKey, b: NameKey) -> Bool { a.value < b.value }

  private enum Tag: UInt8 {
    case word = 1
    case skeleton, pair, year, whole, day
  }

  private init(_ tag: Tag, _ first: UInt64, _ second: UInt64 = 0) {
    // Two rounds of a mixer of 64 bits: keys are spread evenly, since the index takes their first
    // bits for a place.
    var value = first &+ UInt64(tag.rawValue) &* 0x9e37_79b9_7f4a_7c15
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &+ second
    value = (value ^ (value >> 31)) &* 0x94d0_49bb_1331_11eb
    value ^= value >> 29
    self.value = UInt32(truncatingIfNeeded: value >> 16)
  }

  static func word(_ hash: UInt64) -> NameKey { NameKey(.word, hash) }
  static func skeleton(_ skeleton: Skeleton) -> NameKey { NameKey(.skeleton, skeleton.packed) }
  static func year(_ skeleton: Skeleton, _ year: Int) -> NameKey {
    NameKey(.year, skeleton.packed, UInt64(bitPattern: Int64(year)))
  }
  static func day(_ day: Int) -> NameKey { NameKey(.day, UInt64(bitPattern: Int64(day))) }
  static func whole(_ skeletons: [Skeleton]) -> NameKey {
    var hash = Hash64()
    for packed in skeletons.map(\.packed).sorted() { hash.add(packed) }
    return NameKey(.whole, hash.value)
  }
  static func pair(_ a: Skeleton, _ b: Skeleton) -> NameKey {
    NameKey(.pair, min(a.packed, b.packed), max(a.packed, b.packed))
  }
}

extension NameKey {
  /// Four bytes each, little-endian, as the hub stores them beside a record.
  public static func blob(_ keys: [NameKey]) -> [UInt8] {
    var bytes = [UInt8]()
    bytes.reserveCapacity(keys.count * 4)
    for key in keys {
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: key.value >> shift))
      }
    }
    return bytes
  }

  /// - Returns: nil where the bytes are no keys, or more than a record has.
  public static func keys(ofBlob bytes: [UInt8]) -> [NameKey]? {
    guard bytes.count.isMultiple(of: 4), bytes.count <= KeyLimits.filed * 4 else { return nil }
    var keys = [NameKey]()
    keys.reserveCapacity(bytes.count / 4)
    var value: UInt32 = 0
    for (index, byte) in bytes.enumerated() {
      value = value >> 8 | UInt32(byte) << 24
      if index % 4 == 3 { keys.append(NameKey(value)) }
    }
    return keys
  }
}
