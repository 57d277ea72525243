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
