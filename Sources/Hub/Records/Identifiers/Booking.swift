/// A booking's locator: 5 to 8 letters and digits that a carrier gave out. It names a journey only
/// beside its carrier or its days. Protocols/records.md, REC-36.
public struct BookingLocator: Hashable, Sendable {
  /// Capitals and digits of ASCII.
  public let text: String

  /// - Returns: nil for other than 5 to 8 letters and digits of ASCII, once folded.
  public init?(folding text: some StringProtocol) {
    let folded = FoldedText.fold(text)
    guard (5...8).contains(folded.count), folded.isASCIIAlphanumeric else { return nil }
    self.text = folded
  }
}

/// An address of electronic mail, as it is compared: what hosts make of cases differs, people mean
/// the same. Protocols/records.md, REC-36.
public struct MailAddress: Hashable, Sendable {
  /// In lower case, without white space, at most 254 bytes.
  public let text: String

  static let longest = 254

  /// - Returns: nil unless there is one `@`, a name before it and a point behind it.
  public init?(folding text: some StringProtocol) {
    let lower = String(text.filter { !$0.isWhitespace }).lowercased()
    let parts = lower.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, parts[1].contains("."),
      lower.utf8.count <= MailAddress.longest
    else { return nil }
    self.text = lower
  }
}
