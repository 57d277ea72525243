/// A telephone number, as it is compared. Protocols/records.md, REC-32.
public struct PhoneNumber: Hashable, Sendable {
  /// The digits, with the country's code if it was written: `00` before it is `+`.
  public let digits: String
  /// True when it was written with its country's code.
  public let isInternational: Bool

  /// E.164 allows 15 digits; fewer than four are a short code that every network has.
  static let lengths = 4...15
  /// So many digits at the end tell a national number from others.
  static let nationalDigits = 7

  /// - Returns: nil when it is no number, or one with letters or an extension.
  public init?(folding text: some StringProtocol) {
    let folded = FoldedText.fold(text, keeping: "+")
    var digits = folded[...]
    var isInternational = false
    if digits.hasPrefix("+") {
      digits = digits.dropFirst()
      isInternational = true
    } else if digits.hasPrefix("00") {
      digits = digits.dropFirst(2)
      isInternational = true
    }
    guard String(digits).isASCIIDigits, PhoneNumber.lengths.contains(digits.count) else {
      return nil
    }
    // The zero in +31 (0)6 is dialled at home alone, and cannot be told from others: it stays.
    self.digits = String(digits)
    self.isInternational = isInternational
  }

  /// True when both may be dialled as one: equal where both have a country's code, else where the
  /// shorter ends the longer.
  public func isSame(as other: PhoneNumber) -> Bool {
    if isInternational, other.isInternational { return digits == other.digits }
    let (a, b) = (national, other.national)
    guard min(a.count, b.count) >= PhoneNumber.nationalDigits else { return digits == other.digits }
    return a.hasSuffix(b) || b.hasSuffix(a)
  }

  /// `+` and digits, or digits alone where no country's code is known.
  public var text: String { (isInternational ? "+" : "") + digits }

  /// Without the zero that is dialled before it at home.
  private var national: Substring {
    isInternational ? digits[...] : digits.drop { $0 == "0" }
  }
}
