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
  public var type: String
  public var record: String
  public var marks: [String]

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
  public var feature: String
  public var left: String
  public var right: String
  /// 0 to 1: how alike both are.
  public var similarity: Double
  public var weight: Double
  /// Its part of the score; below 0 where it takes away.
  public var contribution: Double
  public var rule: String

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
  public var found: Found
  public var kind: String
  /// 0 to 1.
  public var score: Double
  public var explanation: [Row]
  public var sentence: String

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
  public var found: Found
  public var field: String

  public init(found: Found, field: String) {
    self.found = found
    self.field = field
  }
}
