extension Span where Element == UInt8 {
  func u16(at offset: Int) -> UInt16 { UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) }

  func u32(at offset: Int) -> UInt32 {
    UInt32(u16(at: offset)) << 16 | UInt32(u16(at: offset + 2))
  }

  func u64(at offset: Int) -> UInt64 {
    UInt64(u32(at: offset)) << 32 | UInt64(u32(at: offset + 4))
  }

  func isEqual(to bytes: [UInt8], at offset: Int) -> Bool {
    for position in bytes.indices where self[offset + position] != bytes[position] { return false }
    return true
  }
}

extension [UInt8] {
  /// Big-endian.
  mutating func appendInteger(_ value: some FixedWidthInteger & UnsignedInteger) {
    var shift = value.bitWidth
    while shift > 0 {
      shift -= 8
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
