/// Decimal numbers with one spelling each.
enum Decimal {
  /// - Returns: nil for anything but ASCII digits, for a leading zero, and beyond 2^64-1.
  static func parse(_ text: some StringProtocol) -> UInt64? {
    let digits = text.utf8
    guard let first = digits.first, digits.count <= 20 else { return nil }
    guard first != 0x30 || digits.count == 1 else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      let (product, productOverflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflows) = product.addingReportingOverflow(UInt64(digit - 0x30))
      guard !productOverflows, !sumOverflows else { return nil }
      value = sum
    }
    return value
  }
}

/// The lines of a text whose every line ends with a newline.
struct TextLines {
  private let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  /// What follows the lines read so far.
  var rest: [UInt8] { Array(bytes[position...]) }

  /// - Returns: the next line without its newline; nil at the end, for a last line without a
  ///   newline, and for one that is not UTF-8.
  mutating func next() -> String? {
    guard let end = bytes[position...].firstIndex(of: 0x0a) else { return nil }
    guard let line = String(validating: bytes[position..<end], as: UTF8.self) else { return nil }
    position = end + 1
    return line
  }

  /// - Returns: the rest of the next line after `key` and one space; nil, and nothing read, if
  ///   the next line is another.
  mutating func value(of key: String) -> String? {
    var ahead = self
    guard let line = ahead.next(), line.utf8.starts(with: (key + " ").utf8) else { return nil }
    self = ahead
    return String(decoding: line.utf8.dropFirst(key.utf8.count + 1), as: UTF8.self)
  }
}
