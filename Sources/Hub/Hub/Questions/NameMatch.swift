internal import HubInterface
internal import Matching
internal import Records

/// How well a record answers a question by name, with rows that add up to the score.
struct ExplainedMatch {
  let score: Double
  let rows: [Row]
  let sentence: String

  /// Less is no hit.
  static let leastPoints = 5_000
  /// Rows of which the sentence is made.
  private static let rowsInSentence = 4

  init(_ question: Evidence, _ candidate: Evidence) {
    self.init(compare(question, candidate))
  }

  init(_ match: RecordMatch) {
    score = match.score
    rows = match.rows.map { row in
      Row(
        feature: row.feature.rawValue, left: row.left, right: row.right, similarity: row.similarity,
        weight: row.weight, contribution: row.contribution, rule: row.rule.rawValue)
    }
    sentence = match.rows.prefix(ExplainedMatch.rowsInSentence).map(\.sentence)
      .joined(separator: "; ")
  }

  /// The rows to keep after records are withdrawn: rules and numbers, no word of anybody.
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
  /// - Returns: nil for a record that is neither of a person nor of an organisation, or has no
  ///   name.
  init?(of record: SharedRecord) {
    guard let fields = ComparedFields(of: record) else { return nil }
    self = fields.evidence
  }

  /// A question in words.
  /// - Returns: nil where nothing of it is a name.
  init?(name: String, dates: [PartialDate], kind: Matching.NameKind = .person) {
    guard name.contains(where: \.isLetter) else { return nil }
    self.init(kind: kind, names: [Name(FoldedName(name, as: kind))], birthDates: dates)
  }
}

extension Hit {
  init(_ candidate: NameCandidates.Candidate) {
    self.init(
      found: candidate.stored.found(candidate.read), kind: "name", score: candidate.match.score,
      explanation: candidate.match.rows, sentence: candidate.match.sentence)
  }
}
