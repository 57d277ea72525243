/// One version of one record, in its author's exact text; marks: what is to be known before it is
/// used.
public struct Found: Codable, Hashable, Sendable {
  /// `nl:case-7`; nil: the record has no id by the rules.
  public var ref: String?
  /// `nl/1/17`
  public var entry: String
  /// The node's name.
  public var author: String
  /// Unix ms, the author's claim.
  public var time: Int
  /// A type of records.md, 3, or the author's own word.
  public var type: String
  /// One line of JSON, byte for byte.
  public var record: String
  /// Sentences: disputed, late, a rule that it breaks; empty where there is nothing to know.
  public var marks: [String]

  /// A copy; `StoredRecord.found` makes it.
  public init(
    ref: String? = nil, entry: String, author: String, time: Int, type: String, record: String,
    marks: [String]
  ) {
    self.ref = ref
    self.entry = entry
    self.author = author
    self.time = time
    self.type = type
    self.record = record
    self.marks = marks
  }
}

/// The contributions of all rows add up to the score.
public struct Row: Codable, Hashable, Sendable {
  /// The thing compared: `name`, `birth-date`, `gender`, `country`, a kind of identifier, or
  /// `trip`.
  public var feature: String
  /// The question's value, or the first record's.
  public var left: String
  /// The value of the record that was found, or of the second.
  public var right: String
  /// 0 to 1: how alike both are.
  public var similarity: Double
  /// Its share before likeness is counted (Protocols/matching.md).
  public var weight: Double
  /// Its part of the score; below 0 where it takes away.
  public var contribution: Double
  /// Why these are as alike as that: a rule of matching.md, or "the same …".
  public var rule: String

  /// The contribution is the matcher's, and not computed here.
  public init(
    feature: String, left: String, right: String, similarity: Double, weight: Double,
    contribution: Double, rule: String
  ) {
    self.feature = feature
    self.left = left
    self.right = right
    self.similarity = similarity
    self.weight = weight
    self.contribution = contribution
    self.rule = rule
  }
}

/// Kind: identifier, name, words or named.
public struct Hit: Codable, Hashable, Sendable {
  /// The record.
  public var found: Found
  /// `identifier`, `name`, `words` or `named`.
  public var kind: String
  /// 0 to 1.
  public var score: Double
  /// Its contributions add up to the score.
  public var explanation: [Row]
  /// The weightiest rows in words.
  public var sentence: String

  /// A copy of what a question found.
  public init(found: Found, kind: String, score: Double, explanation: [Row], sentence: String) {
    self.found = found
    self.kind = kind
    self.score = score
    self.explanation = explanation
    self.sentence = sentence
  }
}

/// Field: where found names the other record.
public struct Mention: Codable, Hashable, Sendable {
  /// A current record that names the one in question.
  public var found: Found
  /// As `holder` or `companions`, by the record's own word.
  public var field: String

  /// A copy of a row of references.
  public init(found: Found, field: String) {
    self.found = found
    self.field = field
  }
}
