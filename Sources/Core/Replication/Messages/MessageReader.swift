import Crypto
import Log
import Wire

/// A cursor over one message, which it keeps: `ByteReader` with the bytes at hand.
struct MessageReader {
  private let message: [UInt8]
  private var reader: ByteReader

  init(_ message: [UInt8]) {
    self.message = message
    reader = ByteReader(count: message.count)
  }

  mutating func u8() throws(WireError) -> UInt8 {
    try read { r, m throws(WireError) in try r.u8(m) }
  }
  mutating func u16() throws(WireError) -> UInt16 {
    try read { r, m throws(WireError) in try r.u16(m) }
  }
  mutating func u32() throws(WireError) -> UInt32 {
    try read { r, m throws(WireError) in try r.u32(m) }
  }
  mutating func u64() throws(WireError) -> UInt64 {
    try read { r, m throws(WireError) in try r.u64(m) }
  }
  mutating func digest() throws(WireError) -> Digest {
    Digest(try read { r, m throws(WireError) in try r.bytes32(m) })
  }
  mutating func bytes(_ count: Int) throws(WireError) -> [UInt8] {
    Array(message[try reader.take(count)])
  }
  mutating func signature() throws -> Signature {
    guard let signature = Signature(try bytes(Signature.byteCount)) else {
      throw MalformedMessage(what: "no signature")
    }
    return signature
  }
  /// Bytes behind their u16 length.
  mutating func short(_ what: String, atMost limit: Int) throws -> [UInt8] {
    let length = Int(try u16())
    guard length <= limit else { throw MalformedMessage(what: "\(what) beyond \(limit) bytes") }
    return try bytes(length)
  }
  mutating func take(_ count: Int) throws(WireError) -> Range<Int> { try reader.take(count) }
  mutating func takeRest() -> Range<Int> { reader.takeRest() }
  func finish() throws(WireError) { try reader.finish() }

  /// Lends both fields; the cursor goes by a copy, since the span holds on to `self`.
  private mutating func read<T>(
    _ body: (inout ByteReader, Span<UInt8>) throws(WireError) -> T
  ) throws(WireError) -> T {
    var cursor = reader
    let value = try body(&cursor, message.span)
    reader = cursor
    return value
  }
}
