/// Takes numbers and runs of bytes off a message, behind its type.
struct SyncReader {
  struct Malformed: Error {}

  /// The largest size of a log that a message may name (SYNC-8).
  private static let mostEntries: UInt64 = 1 << 48 - 1

  private let bytes: [UInt8]
  private var next = 1

  init(_ message: [UInt8]) { bytes = message }

  var isAtEnd: Bool { next == bytes.count }

  /// A rule of the specification.
  func demand(_ isKept: Bool) throws(Malformed) {
    if !isKept { throw Malformed() }
  }

  mutating func take(_ count: Int) throws(Malformed) -> [UInt8] {
    try demand(count <= bytes.count - next)
    defer { next += count }
    return Array(bytes[next..<(next + count)])
  }

  mutating func takeRest() -> [UInt8] {
    defer { next = bytes.count }
    return Array(bytes[next...])
  }

  mutating func number<Number: FixedWidthInteger>() throws(Malformed) -> Number {
    try take(Number.bitWidth / 8).reduce(0) { $0 << 8 | Number($1) }
  }

  /// The place of a log in the sender's list, or a count.
  mutating func position() throws(Malformed) -> Int {
    let number: UInt32 = try number()
    return Int(number)
  }

  mutating func size() throws(Malformed) -> UInt64 {
    let size: UInt64 = try number()
    try demand(size <= SyncReader.mostEntries)
    return size
  }

  /// The size of a log that has entries.
  mutating func filledSize() throws(Malformed) -> UInt64 {
    let size = try size()
    try demand(size > 0)
    return size
  }

  mutating func choice(below count: UInt8) throws(Malformed) -> UInt8 {
    let choice: UInt8 = try number()
    try demand(choice < count)
    return choice
  }

  /// Bytes behind their length, which has 16 bits.
  mutating func short(atMost limit: Int) throws(Malformed) -> [UInt8] {
    let length: UInt16 = try number()
    try demand(length <= limit)
    return try take(Int(length))
  }
}
