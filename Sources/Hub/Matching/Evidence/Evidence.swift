public import Records

/// The statements of a record, or of somebody who asks, that help to tell a person or organisation
/// from others. An absent one is not known, and costs nothing.
public struct Evidence: Sendable {
  /// A record's own word on a name (records.md, REC-50); only `weak` changes the score.
  public enum NameRole: String, Hashable, Sendable, CaseIterable {
    case primary, alias, weak, former, original
  }

  /// One of a record's names, folded once.
  public struct Name: Sendable {
    /// As it is compared.
    public var folded: FoldedName
    /// `primary` where the record does not say.
    public var role: NameRole

    /// - Parameter role: as the record has it.
    public init(_ folded: FoldedName, _ role: NameRole = .primary) {
      self.folded = folded
      self.role = role
    }
  }

  /// A number that is given to one person or thing alone, folded as Protocols/records.md, 5, says;
  /// the kinds never meet.
  public struct Identifier: Hashable, Sendable {
    /// A kind of selector (REC-64); equal values of two kinds are not the same.
    public var kind: String
    /// Folded, compared byte for byte.
    public var value: String

    /// Folds nothing: `value` comes folded.
    public init(kind: String, value: String) {
      self.kind = kind
      self.value = value
    }
  }

  /// Callers compare evidence of one kind.
  public var kind: NameKind
  /// At most `NameLimits.names` are compared.
  public var names: [Name]
  /// Each one that was stated; the best pair counts. At most `NameLimits.dates`.
  public var birthDates: [PartialDate]
  /// `male` or `female`; any other word is not compared.
  public var gender: String?
  /// Lower-case codes of ISO 3166: nationality, birth, seat.
  public var countries: [String]
  /// At most `NameLimits.identifiers`.
  public var identifiers: [Identifier]

  /// Leaves out what is beyond the limits.
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
