/// One line of an explanation: what was compared, and what it did to the score.
public struct MatchRow: Hashable, Sendable {
  /// The thing compared; a hub's answers bear the raw values.
  public enum Feature: String, Hashable, Sendable, CaseIterable {
    case name
    case birthDate = "birth-date"
    case gender
    case country
    case identifier
  }

  /// Several rows may be of one, as the words of a name.
  public var feature: Feature
  /// The text as it was written by who asks; empty where only the record has it.
  public var left: String
  /// The text as the record has it; empty where only the query has it.
  public var right: String
  /// 0 to 1; 0 where nothing was alike.
  public var similarity: Double
  /// Its share among the words; 1 for what is no word.
  public var weight: Double
  /// Ten thousandths of the score. The contributions of all rows of a match add up to its score.
  public var points: Int
  /// The rule that decided (Protocols/matching.md).
  public var rule: MatchRule

  /// The part of the score that this row gave or took.
  public var contribution: Double { Double(points) / 10_000 }
}

/// The score of two names, and why.
public struct NameMatch: Hashable, Sendable {
  /// In ten thousandths.
  public var points: Int
  /// They add up to `points`.
  public var rows: [MatchRow]
  /// 0 to 1.
  public var score: Double { Double(points) / 10_000 }
  /// Words of which each is at least 0.85 alike, not counting initials, joints and halves of
  /// compounds.
  public var strongWords: Int
  /// Words on both sides, or dates of both, deny each other.
  public var isContradicted: Bool
}

extension Matcher {
  /// - Returns: the same score as `score`, with its steps.
  public static func explain(_ a: FoldedName, _ b: FoldedName) -> NameMatch {
    explain(a, b, measure(a, b))
  }

  static func explain(_ a: FoldedName, _ b: FoldedName, _ measure: Measure?) -> NameMatch {
    if let measure { return NameExplanation(a, b, measure).match }
    let names = a.words.count { $0.kind != .particle && $0.kind != .initial && $0.kind != .part }
    let row = MatchRow(
      feature: .name, left: a.text, right: b.text, similarity: 1, weight: 1,
      points: Likeness.whole, rule: .equal)
    return NameMatch(
      points: Likeness.whole, rows: [row], strongWords: names, isContradicted: false)
  }
}

/// Turns the steps of a measure into rows that add up.
struct NameExplanation {
  private let a: FoldedName
  private let b: FoldedName
  private let measure: Measure
  private var rows: [MatchRow] = []
  private var total = 0

  /// Words this much alike are the same word as likely as not.
  private static let strong = 8_500

  init(_ a: FoldedName, _ b: FoldedName, _ measure: Measure) {
    self.a = a
    self.b = b
    self.measure = measure
    guard measure.paired > 0 else { return }
    if measure.factors.contains(where: { $0.rule == .acronym }) {
      // It stands for the whole, whatever else is alike.
      append(a.text, b.text, measure.score, weight: 100, points: measure.score, .acronym)
      return
    }
    pairs()
    extras()
    factors()
  }

  var match: NameMatch {
    let contradictions: Set<MatchRule> = [
      .contradiction, .fatherAndSon, .exchangedParts, .otherSex, .legalForm,
    ]
    return NameMatch(
      points: measure.score, rows: rows, strongWords: strongWords,
      isContradicted: measure.factors.contains { contradictions.contains($0.rule) })
  }

  private var strongWords: Int {
    measure.alignment.pairs.count { pair in
      let word = a.words[pair.left]
      return pair.likeness.value >= NameExplanation.strong && pair.likeness.rule != .initial
        && word.kind != .particle && word.kind != .part
    }
  }

  private mutating func append(
    _ left: String, _ right: String, _ value: Int, weight: Int, points: Int, _ rule: MatchRule
  ) {
    rows.append(
      MatchRow(
        feature: .name, left: left, right: right, similarity: Double(value) / 10_000,
        weight: Double(weight) / 100, points: points, rule: rule))
    total += points
  }

  private func written(_ name: FoldedName, _ start: Int, _ count: Int) -> String {
    (start..<(start + count)).map { name.written(name.words[$0]) }.joined(separator: " ")
  }

  private mutating func pairs() {
    let all = measure.alignment.pairs
    var weights = 0
    for pair in all { weights += pair.weight }
    var agreed = 0
    for pair in all {
      // The rounding of each is taken up by the next, so that they add up.
      agreed += pair.likeness.value * pair.weight
      append(
        written(a, pair.left, pair.leftCount), written(b, pair.right, pair.rightCount),
        pair.likeness.value, weight: pair.weight, points: agreed / weights - total,
        pair.likeness.rule)
    }
  }

  private mutating func extras() {
    let ours = a.words.indices.filter { measure.alignment.restLeft & (1 << UInt32($0)) != 0 }
    let theirs = b.words.indices.filter { measure.alignment.restRight & (1 << UInt32($0)) != 0 }
    let all =
      ours.map { ($0, true, Int(a.words[$0].weight) * Measure.extraOurs / 100) }
      + theirs.map { ($0, false, Int(b.words[$0].weight) * Measure.extraTheirs / 100) }
    let weights = max(1, all.reduce(0) { $0 + $1.2 })
    let before = total
    var soFar = 0
    for (index, isOurs, weight) in all {
      soFar += weight
      let points = before + (measure.base - before) * soFar / weights - total
      append(
        isOurs ? written(a, index, 1) : "", isOurs ? "" : written(b, index, 1), 0,
        weight: weight, points: points, isOurs ? .onlyOurs : .onlyTheirs)
    }
  }

  private mutating func factors() {
    var score = measure.base
    for factor in measure.factors where factor.value < Likeness.whole {
      score = score * factor.value / Likeness.whole
      let (left, right) = words(of: factor)
      append(left, right, 0, weight: 1, points: score - total, factor.rule)
    }
  }

  private func words(of factor: Measure.Factor) -> (String, String) {
    if let index = factor.pair {
      let pair = measure.alignment.pairs[index]
      return (
        written(a, pair.left, pair.leftCount), written(b, pair.right, pair.rightCount)
      )
    }
    guard factor.rule == .contradiction || factor.rule == .oneSided else { return ("", "") }
    return (rest(a, measure.alignment.restLeft), rest(b, measure.alignment.restRight))
  }

  private func rest(_ name: FoldedName, _ bits: UInt32) -> String {
    name.words.indices.filter {
      bits & (1 << UInt32($0)) != 0 && name.words[$0].kind != .particle
    }.map { name.written(name.words[$0]) }.joined(separator: " ")
  }
}
