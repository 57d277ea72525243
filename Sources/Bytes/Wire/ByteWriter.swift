public import Crypto

/// Builds a message: integers are big-endian, nothing is aligned or padded.
public struct ByteWriter: Sendable {
  public var bytes: [UInt8]

  public init(reserving byteCount: Int = 0) {
    bytes = []
    bytes.reserveCapacity(byteCount)
  }

  /// Continues after what `bytes` already holds.
  public init(appendingTo bytes: consuming [UInt8]) { self.bytes = bytes }

  public var count: Int { bytes.count }

  public mutating func u8(_ value: UInt8) { bytes.append(value) }
  public mutating func u16(_ value: UInt16) { bytes.append(bigEndian: value) }
  public mutating func u32(_ value: UInt32) { bytes.append(bigEndian: value) }
  public mutating func u64(_ value: UInt64) { bytes.append(bigEndian: value) }
  public mutating func write(_ value: Span<UInt8>) { bytes.append(value) }
  public mutating func write(_ value: [UInt8]) { bytes.append(contentsOf: value) }
  public mutating func write(_ value: some FixedBytes32) { value.append(to: &bytes) }
  public mutating func write(_ value: Bytes32) { value.append(to: &bytes) }
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
