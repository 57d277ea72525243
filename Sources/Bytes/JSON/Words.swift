// Eight bytes at a time.
extension Span where Element == UInt8 {
  /// The eight bytes from `offset` on, the first one lowest. Out of bounds is a programming error.
  @inline(__always)
  func word(at offset: Int) -> UInt64 {
    // Every pattern of bits is a UInt64, and the load checks its bounds.
    unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// A copy of these bytes.
  var array: [UInt8] { unsafe withUnsafeBufferPointer { unsafe [UInt8]($0) } }

  /// The first eight of `range`, those that are missing as zero.
  @inline(__always)
  func prefixWord(_ range: Range<Int>) -> UInt64 {
    if range.lowerBound + 8 <= count {
      let word = word(at: range.lowerBound)
      return range.count >= 8 ? word : word & ((1 << UInt64(range.count * 8)) - 1)
    }
    var word: UInt64 = 0
    for index in range.prefix(8) {
      word |= UInt64(self[index]) << UInt64((index - range.lowerBound) * 8)
    }
    return word
  }
}

enum Word {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let tops: UInt64 = 0x8080_8080_8080_8080

  /// Bit 7 of each byte that ends a run of plain text in a string: a quote, a backslash, a control
  /// character, or one of several bytes. Above the lowest such bit there may be others that mean
  /// nothing.
  @inline(__always)
  static func special(_ word: UInt64) -> UInt64 {
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5c)
    return ((quote &- ones) | (backslash &- ones) | (word &- (ones &* 0x20)) | word) & tops
  }

  /// The same of backslashes alone.
  @inline(__always)
  static func backslash(_ word: UInt64) -> UInt64 {
    let found = word ^ (ones &* 0x5c)
    return (found &- ones) & ~found & tops
  }
}
