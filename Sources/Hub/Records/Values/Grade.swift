/// How far a source is trusted, and the information (Europol Regulation, article 29): `B2`.
public struct Grade: Hashable, Sendable {
  /// Two characters: `B2`.
  public let text: String
  /// How far the source is trusted.
  public let source: Source
  /// How far the information is.
  public let information: Information

  /// A no doubt, B mostly reliable, C mostly unreliable, X cannot be assessed.
  public enum Source: Character, Sendable, CaseIterable { case a = "A", b = "B", c = "C", x = "X" }
  /// 1 known to be true, 2 known personally to the source, 3 agrees with other information, 4
  /// cannot be corroborated.
  public enum Information: Character, Sendable, CaseIterable {
    case one = "1", two = "2", three = "3", four = "4"
  }

  /// - Returns: nil for another grammar.
  public init?(_ text: String) {
    guard text.utf8.count == 2, let first = text.first, let last = text.last,
      let source = Source(rawValue: first), let information = Information(rawValue: last)
    else { return nil }
    self.text = text
    self.source = source
    self.information = information
  }

  /// A source that is not known, or information that nobody can corroborate: it never stops anybody
  /// (records.md, REC-6).
  public var isUngraded: Bool { source == .x || information == .four }
}
