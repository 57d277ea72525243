public import Crypto

/// Builds a message: integers are big-endian, nothing is aligned or padded.
public struct ByteWriter: Sendable {
  /// The message so far. A caller may go back and fill in a length.
  public var bytes: [UInt8]

  /// - Parameter byteCount: a guess that saves copies; more may be written.
  public init(reserving byteCount: Int = 0) {
    bytes = []
    bytes.reserveCapacity(byteCount)
  }

  /// Continues after what `bytes` already holds.
  public init(appendingTo bytes: consuming [UInt8]) { self.bytes = bytes }

  /// Bytes written, with those that were there before.
  public var count: Int { bytes.count }

  /// One byte.
  public mutating func u8(_ value: UInt8) { bytes.append(value) }
  /// Two bytes, big-endian.
  public mutating func u16(_ value: UInt16) { bytes.append(bigEndian: value) }
  /// Four bytes, big-endian.
  public mutating func u32(_ value: UInt32) { bytes.append(bigEndian: value) }
  /// Eight bytes, big-endian.
  public mutating func u64(_ value: UInt64) { bytes.append(bigEndian: value) }
  /// The bytes as they are, without a length before them.
  public mutating func write(_ value: Span<UInt8>) { bytes.append(value) }
  /// The bytes as they are, without a length before them.
  public mutating func write(_ value: [UInt8]) { bytes.append(contentsOf: value) }
  /// The 32 bytes.
  public mutating func write(_ value: some FixedBytes32) { value.append(to: &bytes) }
  /// The 32 bytes.
  public mutating func write(_ value: Bytes32) { value.append(to: &bytes) }
  /// The text's UTF-8, without a length before it.
  public mutating func write(utf8 text: String) { bytes.append(contentsOf: text.utf8) }
}

extension [UInt8] {
  /// Appends the bytes of `value`, the most significant first.
  @inlinable
  public mutating func append<T: FixedWidthInteger & UnsignedInteger>(bigEndian value: T) {
    var shift = T.bitWidth
    while shift > 0 {
      shift -= 8
      append(UInt8(truncatingIfNeeded: value >> T(shift)))
    }
  }

  /// Appends a copy of `bytes`.
  public mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}

extension Span where Element == UInt8 {
  /// A copy of these bytes.
  public var array: [UInt8] { unsafe withUnsafeBufferPointer { unsafe [UInt8]($0) } }
}
