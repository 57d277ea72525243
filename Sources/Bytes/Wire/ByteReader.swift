public import Crypto

/// Why bytes are no such message. Formats turn it into an error of their own.
public enum WireError: Error, Equatable, Sendable {
  /// The bytes end before the value does.
  case truncated
  /// Bytes are left over where the message should have ended.
  case trailingBytes
}

/// A cursor over bytes that somebody else owns. Each call names the bytes again, always the same
/// span: a struct that holds the span would have to be `~Escapable`, whose initialisers are still
/// experimental in Swift 6.3.
///
///     var reader = ByteReader(count: message.count)
///     let index = try reader.u64(message)
///     let body = message.extracting(try reader.take(32))
///     try reader.finish()
public struct ByteReader: Sendable {
  /// The next byte's place, from the beginning of the bytes and not of the range.
  public private(set) var offset: Int
  /// The place after the last byte that may be read.
  public let end: Int

  /// Reads from 0 up to `count`.
  public init(count: Int) { self.init(0..<count) }

  /// Reads inside `range` of the bytes.
  public init(_ range: Range<Int>) {
    offset = range.lowerBound
    end = range.upperBound
  }

  /// Bytes between `offset` and `end`.
  public var remaining: Int { end - offset }

  /// Passes over `count` bytes and says where they are, for `extracting` or a slice.
  public mutating func take(_ count: Int) throws(WireError) -> Range<Int> {
    guard count >= 0, count <= remaining else { throw .truncated }
    defer { offset += count }
    return offset..<(offset + count)
  }

  /// Everything that is left.
  public mutating func takeRest() -> Range<Int> {
    defer { offset = end }
    return offset..<end
  }

  /// - Throws: `.truncated`, as every read does; nothing is then read.
  public mutating func u8(_ bytes: Span<UInt8>) throws(WireError) -> UInt8 {
    bytes[try take(1).lowerBound]
  }

  /// Big-endian.
  public mutating func u16(_ bytes: Span<UInt8>) throws(WireError) -> UInt16 {
    bytes.bigEndian(at: try take(2).lowerBound)
  }

  /// Big-endian.
  public mutating func u32(_ bytes: Span<UInt8>) throws(WireError) -> UInt32 {
    bytes.bigEndian(at: try take(4).lowerBound)
  }

  /// Big-endian.
  public mutating func u64(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
    bytes.bigEndian(at: try take(8).lowerBound)
  }

  /// A copy of the next 32 bytes.
  public mutating func bytes32(_ bytes: Span<UInt8>) throws(WireError) -> Bytes32 {
    Bytes32(bytes, at: try take(32).lowerBound)
  }

  /// A copy of the next `count` bytes.
  public mutating func array(_ bytes: Span<UInt8>, _ count: Int) throws(WireError) -> [UInt8] {
    bytes.extracting(try take(count)).array
  }

  /// - Throws: `.trailingBytes` unless everything was read.
  public func finish() throws(WireError) {
    guard offset == end else { throw .trailingBytes }
  }
}

extension Span where Element == UInt8 {
  /// The big-endian integer whose first byte is at `offset`; out of bounds is a programming error.
  @inlinable
  public func bigEndian<T: FixedWidthInteger & UnsignedInteger>(at offset: Int) -> T {
    var value: T = 0
    for index in offset..<(offset + T.bitWidth / 8) {
      value = T(truncatingIfNeeded: UInt64(value) << 8) | T(self[index])
    }
    return value
  }
}
