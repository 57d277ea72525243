/// A cursor over the input: what is drawn beyond its end is zero.
struct FuzzInput {
  private let bytes: [UInt8]
  private var next = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isEmpty: Bool { next >= bytes.count }
  var count: Int { bytes.count - next }

  mutating func u8() -> UInt8 {
    guard next < bytes.count else { return 0 }
    defer { next += 1 }
    return bytes[next]
  }

  mutating func u16() -> Int { Int(u8()) << 8 | Int(u8()) }

  /// - Returns: 0 to `bound` - 1; 0 when `bound` is 0.
  mutating func below(_ bound: Int) -> Int {
    guard bound > 0 else { return 0 }
    return (bound <= 256 ? Int(u8()) : u16()) % bound
  }

  /// The bytes that are left, at most `count`.
  mutating func take(_ count: Int) -> [UInt8] {
    let end = min(bytes.count, next + max(0, count))
    defer { next = end }
    return Array(bytes[next..<end])
  }

  mutating func rest() -> [UInt8] { take(bytes.count) }

  /// Alters some bytes: how many, and for each where (u16) and with what.
  mutating func edit(_ target: inout [UInt8], atMost edits: Int = 8) {
    for _ in 0..<below(edits + 1) {
      let place = below(target.count)
      let mask = u8()
      if !target.isEmpty { target[place] ^= mask }
    }
  }
}

/// Writes seeds: the counterpart of `FuzzInput`.
struct SeedWriter {
  var bytes: [UInt8] = []

  init(_ first: UInt8...) { bytes = first }

  func with(_ more: [UInt8]) -> [UInt8] { bytes + more }

  /// A part with its length, as `take(u16())` reads it.
  mutating func part(_ content: [UInt8]) {
    bytes.append(UInt8(content.count >> 8))
    bytes.append(UInt8(content.count & 0xff))
    bytes += content
  }
}
