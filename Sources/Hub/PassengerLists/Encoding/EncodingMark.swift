/// The encoding that the first bytes of a list tell.
struct EncodingMark: Sendable {
  let encoding: ListEncoding
  /// Bytes that are no text.
  let bytes: Int

  /// A mark, or the zero bytes of UTF-16 without one.
  ///
  /// - Returns: nil when they say nothing.
  static func of(_ head: [UInt8]) -> EncodingMark? {
    if head.starts(with: [0xef, 0xbb, 0xbf]) { return EncodingMark(encoding: .utf8, bytes: 3) }
    if head.starts(with: [0xff, 0xfe]) {
      return EncodingMark(encoding: .utf16LittleEndian, bytes: 2)
    }
    if head.starts(with: [0xfe, 0xff]) { return EncodingMark(encoding: .utf16BigEndian, bytes: 2) }
    return byZeros(head)
  }

  /// Letters, digits and separators of ASCII have one zero byte each, all on one side. A tenth of
  /// all characters, and a hundred to one.
  private static func byZeros(_ head: [UInt8]) -> EncodingMark? {
    let pairs = min(head.count / 2, ListLimits.zeroPairs)
    var (first, second) = (0, 0)
    for pair in 0..<pairs {
      if head[2 * pair] == 0 { first += 1 }
      if head[2 * pair + 1] == 0 { second += 1 }
    }
    if second * 10 > pairs, first * 100 <= second {
      return EncodingMark(encoding: .utf16LittleEndian, bytes: 0)
    }
    if first * 10 > pairs, second * 100 <= first {
      return EncodingMark(encoding: .utf16BigEndian, bytes: 0)
    }
    return nil
  }
}
