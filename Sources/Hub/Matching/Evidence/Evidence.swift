public import Records

/// The statements of a record, or of somebody who asks, that help to tell a person or organisation
/// from others. An absent one is not known, and costs nothing.
public struct Evidence: Sendable {
  public enum NameRole: String, Hashable, Sendable, CaseIterable {
    case primary, alias, weak, former, original
  }

  public struct Name: Sendable {
    public var folded: FoldedName
    public var role: NameRole

    public init(_ folded: FoldedName, _ role: NameRole = .primary) {
      self.folded = folded
      self.role = role
    }
  }

  /// A number that is given to one person or thing alone, folded as Protocols/records.md, 5, says;
  /// the kinds never meet.
  public struct Identifier: Hashable, Sendable {
    public var kind: String
    public var value: String

    public init(kind: String, value: String) {
      self.kind = kind
      self.value = value
    }
  }

  public var kind: NameKind
  /// At most `NameLimits.names` are compared.
  public var names: [Name]
  public var birthDates: [PartialDate]
  public var gender: String?
  /// Lower-case codes of ISO 3166: nationality, birth, seat.
  public var countries: [String]
  public var identifiers: [Identifier]

  public init(
    kind: NameKind = .person, names: [Name] = [], birthDates: [PartialDate] = [],
    gender: String? = nil, countries: [String] = [], identifiers: [Identifier] = []
  ) {
    self.kind = kind
    self.names = Array(names.prefix(NameLimits.names))
    self.birthDates = Array(birthDates.prefix(NameLimits.dates))
    self.gender = gender
    self.countries = Array(countries.prefix(NameLimits.identifiers))
    self.identifiers = Array(identifiers.prefix(NameLimits.identifiers))
  }

  /// The same evidence, for a comparison with many others.
  public func readied() -> Evidence {
    var evidence = self
    evidence.names = names.map { Name($0.folded.readied(), $0.role) }
    return evidence
  }
}
