/// A number of a passport, card, visa or licence, as it is compared: `AB 1234-567` and `ab1234567`
/// are one. Protocols/records.md, REC-30.
public struct DocumentNumber: Hashable, Sendable {
  /// Folded, 1 to 64 characters.
  public let text: String

  static let longest = 64

  /// - Returns: nil when nothing of it can be compared, or too much.
  public init?(folding text: some StringProtocol) {
    let folded = FoldedText.fold(text)
    guard (1...DocumentNumber.longest).contains(folded.count) else { return nil }
    self.text = folded
  }

  /// The characters before the digits at the end, and these digits.
  var parts: (series: Substring, digits: Substring) {
    let start = text.lastIndex { !("0"..."9").contains($0) }.map { text.index(after: $0) }
    return (text[..<(start ?? text.startIndex)], text[(start ?? text.startIndex)...])
  }
}

/// Consecutive numbers, such as blanks that were stolen together: one series, and as many digits at
/// both ends. Protocols/records.md, REC-31.
public struct DocumentRange: Hashable, Sendable {
  /// A number of the same series and with as many digits as `last`.
  public let first: DocumentNumber
  /// `first` or higher.
  public let last: DocumentNumber

  /// - Returns: nil when the two ends are not of one series, or the last is before the first.
  public init?(from first: DocumentNumber, to last: DocumentNumber) {
    let (a, b) = (first.parts, last.parts)
    guard a.series == b.series, !a.digits.isEmpty, a.digits.count == b.digits.count,
      a.digits <= b.digits
    else { return nil }
    self.first = first
    self.last = last
  }

  /// True for a number of the same series and as many digits, from `first` to `last`, both
  /// included.
  public func contains(_ number: DocumentNumber) -> Bool {
    let (low, high, parts) = (first.parts, last.parts, number.parts)
    return parts.series == low.series && parts.digits.count == low.digits.count
      && low.digits <= parts.digits && parts.digits <= high.digits
  }
}
