internal import HubInterface
internal import Matching
internal import Records

/// How well a record answers a question by name, with rows that add up to the score.
struct ExplainedMatch {
  let score: Double
  let rows: [Row]
  let sentence: String

  /// Less is no hit.
  static let leastScore = 0.5
  /// A person should look from here on.
  static let reviewScore = Double(RecordMatch.review) / 10_000
  /// Rows of which the sentence is made.
  private static let rowsInSentence = 4

  /// - Returns: nil where the candidate has no name.
  init?(_ question: Evidence, _ candidate: SharedRecord) {
    guard let evidence = Evidence(of: candidate) else { return nil }
    let match = compare(question, evidence)
    score = match.score
    rows = match.rows.map { row in
      Row(
        feature: row.feature.rawValue, left: row.left, right: row.right, similarity: row.similarity,
        weight: row.weight, contribution: row.contribution, rule: row.rule.rawValue)
    }
    sentence = match.rows.prefix(ExplainedMatch.rowsInSentence).map(\.sentence)
      .joined(separator: "; ")
  }

  /// For what is kept after records are withdrawn: rules and numbers, no word of anybody.
  var rowsWithoutValues: [Row] {
    rows.map { row in
      var row = row
      row.left = ""
      row.right = ""
      return row
    }
  }
}

extension Evidence {
  /// - Returns: nil for a record that is neither of a person nor of an organisation.
  init?(of record: SharedRecord) {
    switch record.body {
    case .person(let person):
      self.init(
        kind: .person, names: Evidence.read(person.names, .person),
        birthDates: person.birthDates.compactMap(\.date), gender: person.gender?.text,
        countries: Evidence.countries(
          person.nationalities + [person.birthCountry].compactMap { $0 }),
        identifiers: Evidence.identifiers(record))
    case .organization(let organization):
      self.init(
        kind: .organization, names: Evidence.read(organization.names, .organization),
        countries: Evidence.countries([organization.country].compactMap { $0 }),
        identifiers: Evidence.identifiers(record))
    default: return nil
    }
    if names.isEmpty { return nil }
  }

  /// A question in words.
  /// - Returns: nil where nothing of it is a name.
  init?(name: String, dates: [PartialDate], kind: Matching.NameKind = .person) {
    guard name.contains(where: \.isLetter) else { return nil }
    self.init(kind: kind, names: [Name(FoldedName(name, as: kind))], birthDates: dates)
  }

  private static func read(_ names: [PersonName], _ kind: Matching.NameKind) -> [Name] {
    names.map { name in
      Name(
        FoldedName(name.full, as: kind, given: name.given, family: name.family),
        name.kind?.value.flatMap { NameRole(rawValue: $0.rawValue) } ?? .primary)
    }
  }

  private static func countries(_ values: [CountryValue]) -> [String] {
    var found: [String] = []
    for value in values {
      guard let code = value.code, !found.contains(code) else { continue }
      found.append(code)
    }
    return found
  }

  private static func identifiers(_ record: SharedRecord) -> [Identifier] {
    record.selectors.filter { $0.kind == .personalNumber || $0.kind == .registrationNumber }
      .map { Identifier(kind: $0.kind.rawValue, value: $0.value) }
  }
}
