/// Up to `NameLimits.letters` small letters and digits of ASCII, in place.
struct Spelling {
  private(set) var count = 0
  private var bytes = InlineArray<32, UInt8>(repeating: 0)
  /// The letters that occur, a to z from bit 0; any digit is bit 26.
  private(set) var letters: UInt32 = 0
  /// Hash of the letters that did not fit, 0 where all did.
  private var rest: UInt64 = 0

  /// There were more letters than fit.
  var isCut: Bool { rest != 0 }

  init() {}

  init(_ text: StaticString) {
    for byte in text.description.utf8 { append(byte) }
  }

  init(_ text: some Sequence<UInt8>) {
    for byte in text { append(byte) }
  }

  mutating func append(_ byte: UInt8) {
    guard count < NameLimits.letters else {
      rest = (rest ^ UInt64(byte)) &* 0x100_0000_01b3 | 1
      return
    }
    bytes[count] = byte
    count += 1
    letters |= 1 << Spelling.bit(of: byte)
  }

  mutating func append(_ other: Spelling) {
    for index in 0..<other.count { append(other[index]) }
    if other.isCut { rest ^= other.rest | 1 }
  }

  static func bit(of byte: UInt8) -> UInt32 {
    byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
      ? UInt32(byte - UInt8(ascii: "a")) : 26
  }

  /// The letter at an index that the caller knows to be below `count`.
  subscript(index: Int) -> UInt8 { bytes[index] }

  /// Takes the last letter back.
  mutating func removeLast() {
    guard count > 0, !isCut else { return }
    count -= 1
    bytes[count] = 0
    letters = 0
    for index in 0..<count { letters |= 1 << Spelling.bit(of: bytes[index]) }
  }

  var last: UInt8? { count > 0 ? bytes[count - 1] : nil }
  var isEmpty: Bool { count == 0 }
  var first: UInt8? { count > 0 ? bytes[0] : nil }

  func slice(_ range: Range<Int>) -> Spelling {
    var part = Spelling()
    for index in range { part.append(bytes[index]) }
    return part
  }

  func hasPrefix(_ text: StaticString) -> Bool { occurs(text, at: 0) }

  func hasSuffix(_ text: StaticString) -> Bool {
    text.utf8CodeUnitCount <= count && occurs(text, at: count - text.utf8CodeUnitCount)
  }

  func occurs(_ text: StaticString, at start: Int) -> Bool {
    guard start >= 0, start + text.utf8CodeUnitCount <= count else { return false }
    return text.withUTF8Buffer { wanted in
      for index in 0..<wanted.count where unsafe wanted[index] != bytes[start + index] {
        return false
      }
      return true
    }
  }

  func equals(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && occurs(text, at: 0)
  }

  /// Letters in the other direction.
  var reversed: Spelling {
    var turned = Spelling()
    for index in 0..<count { turned.append(bytes[count - 1 - index]) }
    return turned
  }

  var text: String { String(decoding: (0..<count).map { bytes[$0] }, as: UTF8.self) }

  /// FNV-1a over the letters.
  var hash: UInt64 {
    var hash = Hash64()
    for index in 0..<count { hash.add(bytes[index]) }
    if isCut { hash.add(rest) }
    return hash.value
  }

  /// FNV-1a over the letters that fit, as the tables of words hold it.
  var folded: UInt32 {
    var hash = Hash64()
    for index in 0..<count { hash.add(bytes[index]) }
    return hash.folded
  }

  static func isVowel(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
      UInt8(ascii: "u"):
      true
    default: false
    }
  }
}

extension Spelling: Equatable {
  static func == (a: Spelling, b: Spelling) -> Bool {
    guard a.count == b.count, a.letters == b.letters, a.rest == b.rest else { return false }
    for index in 0..<a.count where a.bytes[index] != b.bytes[index] { return false }
    return true
  }
}

/// FNV-1a with 64 bits: for tables and keys, never against somebody who looks for collisions.
struct Hash64 {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325

  static func of(_ scalars: [UInt32]) -> UInt64 {
    var hash = Hash64()
    for scalar in scalars { hash.add(scalar: scalar) }
    return hash.value
  }

  mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }

  mutating func add(_ number: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      add(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  mutating func add(scalar: UInt32) {
    guard let scalar = Unicode.Scalar(scalar), let bytes = UTF8.encode(scalar) else { return }
    for byte in bytes { add(byte) }
  }

  /// As the tables of words hold it.
  var folded: UInt32 { UInt32(truncatingIfNeeded: value ^ (value >> 32)) }
}
