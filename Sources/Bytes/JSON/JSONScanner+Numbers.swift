extension JSONScanner {
  /// Passes over a number. One that readers would turn into different values is refused
  /// (Protocols/json.md, JSON-7 to JSON-9).
  mutating func number(_ text: Span<UInt8>) throws(JSONProblem) {
    let start = at
    if text[at] == UInt8(ascii: "-") { at += 1 }
    let firstDigit = at
    let whole = digits(text)
    guard whole.count > 0, whole.count == 1 || text[firstDigit] != UInt8(ascii: "0") else {
      throw JSONProblem(at < text.count ? .wrongNumber : .endsInside, at: start)
    }
    // The power of ten of the first digit that is not 0; nil: all are 0.
    var exponent = whole.zeros == whole.count ? nil : whole.count - 1
    var isInteger = true
    if at < text.count, text[at] == UInt8(ascii: ".") {
      isInteger = false
      at += 1
      let fraction = digits(text)
      guard fraction.count > 0 else { throw JSONProblem(.wrongNumber, at: start) }
      if exponent == nil, fraction.zeros < fraction.count { exponent = -1 - fraction.zeros }
    }
    if at < text.count, text[at] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      at += 1
      let shift = try power(text, numberAt: start)
      if let known = exponent { exponent = known + shift }
    }
    guard at - start <= JSONLimits.numberBytes else { throw JSONProblem(.numberTooLong, at: start) }
    if isInteger {
      guard let value = whole.value, value <= rules.largestInteger else {
        throw JSONProblem(.integerOutOfRange, at: start)
      }
    } else if let exponent, !JSONLimits.decimalExponents.contains(exponent) {
      throw JSONProblem(.numberOutOfRange, at: start)
    }
  }

  private struct Digits {
    var count = 0
    /// Zeros before the first digit that is not 0.
    var zeros = 0
    /// nil beyond 64 bits.
    var value: UInt64? = 0
  }

  private mutating func digits(_ text: Span<UInt8>) -> Digits {
    var found = Digits()
    while at < text.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= text[at] {
      let digit = UInt64(text[at] - UInt8(ascii: "0"))
      if digit == 0, found.zeros == found.count { found.zeros += 1 }
      found.count += 1
      if let value = found.value {
        let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflowsToo) = tens.addingReportingOverflow(digit)
        found.value = overflows || overflowsToo ? nil : sum
      }
      at += 1
    }
    return found
  }

  /// The exponent behind `e`; beyond ±100,000 it is as good as that.
  private mutating func power(
    _ text: Span<UInt8>, numberAt start: Int
  ) throws(JSONProblem) -> Int {
    var isNegative = false
    if at < text.count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
      isNegative = text[at] == UInt8(ascii: "-")
      at += 1
    }
    let found = digits(text)
    guard found.count > 0 else { throw JSONProblem(.wrongNumber, at: start) }
    let size = Int(min(found.value ?? 100_000, 100_000))
    return isNegative ? -size : size
  }
}
