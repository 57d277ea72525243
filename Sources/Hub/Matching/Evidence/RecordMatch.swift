import Records

/// How well a record answers a query, and why; what a policy decides from is beside the score,
/// never in it.
public struct RecordMatch: Hashable, Sendable {
  /// The score in ten thousandths.
  public var points: Int
  /// They add up to the score.
  public var rows: [MatchRow]
  /// `Matcher.version`, for an explanation that is stored.
  public var version: Int
  /// No part of the score.
  public var facts: Facts

  /// 0 to 1.
  public var score: Double { Double(points) / 10_000 }

  /// The facts that a policy needs (an alert by name alone, a review).
  public struct Facts: Hashable, Sendable {
    /// Words of the best name that are at least 0.85 alike.
    public var strongWords = 0
    /// Names, dates or sexes deny each other.
    public var isContradicted = false
    /// The dates of birth agree at least in the year; nil where one is not known.
    public var agreesInYear: Bool?
    /// A number that is given once is the same.
    public var sharesIdentifier = false
    /// The best name is one that the record itself calls weak.
    public var isWeakAlias = false
  }

  /// A person should look from here on.
  public static let review = 7_000
}

/// - Returns: how well `candidate` answers `query`, by the best pair of names, and by what else
///   both know.
public func compare(_ query: Evidence, _ candidate: Evidence) -> RecordMatch {
  RecordComparison(query, candidate, explains: true).match
}

/// - Returns: the points of `compare`, without its rows: for the many of which few are shown.
public func points(_ query: Evidence, _ candidate: Evidence) -> Int {
  RecordComparison(query, candidate, explains: false).match.points
}

/// Protocols/matching.md, 6.
struct RecordComparison {
  private let query: Evidence
  private let candidate: Evidence
  private let explains: Bool
  private var points = 0
  private var rows: [MatchRow] = []
  private var facts = RecordMatch.Facts()

  /// Ten thousandths that the score is taken down to, or hundredths of what it lacks that it is
  /// taken up by.
  enum Effect {
    case down(Int)
    case up(Int)
    case none
  }

  /// A name that the record itself calls weak.
  static let weakAlias = 9_000
  /// The least score of a shared number, and the least of one whose names agree at least half.
  static let identifierAlone = 8_000
  static let identifierAndName = 9_500
  static let halfName = 5_000

  init(_ query: Evidence, _ candidate: Evidence, explains: Bool) {
    self.query = query
    self.candidate = candidate
    self.explains = explains
    names()
    let byName = points
    dates()
    gender()
    countries()
    identifiers(byName: byName)
  }

  var match: RecordMatch {
    RecordMatch(points: points, rows: rows, version: Matcher.version, facts: facts)
  }

  /// The best pair of names.
  private struct Best {
    var points = 0
    var asked: Evidence.Name
    var listed: Evidence.Name
    /// nil: the names are equal.
    var measure: Measure?
  }

  private mutating func names() {
    guard let best = bestNames() else { return }
    let (asked, listed) = (best.asked, best.listed)
    points = best.measure?.score ?? Likeness.whole
    if explains {
      let found = Matcher.explain(asked.folded, listed.folded, best.measure)
      rows = found.rows
      facts.strongWords = found.strongWords
      facts.isContradicted = found.isContradicted
    }
    if isWeak(asked, listed) {
      facts.isWeakAlias = true
      apply(
        .down(RecordComparison.weakAlias), .name, asked.folded.text, listed.folded.text, 1,
        .weakAlias)
    }
  }

  private func bestNames() -> Best? {
    var best: Best?
    for asked in query.names.prefix(NameLimits.names) {
      for listed in candidate.names.prefix(NameLimits.names) {
        let measure = Matcher.measure(asked.folded, listed.folded)
        var points = measure?.score ?? Likeness.whole
        if isWeak(asked, listed) { points = points * RecordComparison.weakAlias / Likeness.whole }
        guard points > best?.points ?? 0 else { continue }
        best = Best(points: points, asked: asked, listed: listed, measure: measure)
      }
    }
    return best
  }

  private func isWeak(_ a: Evidence.Name, _ b: Evidence.Name) -> Bool {
    a.role == .weak || b.role == .weak
  }

  private mutating func apply(
    _ effect: Effect, _ feature: MatchRow.Feature, _ left: @autoclosure () -> String,
    _ right: @autoclosure () -> String, _ similarity: Double, _ rule: MatchRule
  ) {
    let after =
      switch effect {
      case .down(let factor): points * factor / Likeness.whole
      case .up(let part): points + (Likeness.whole - points) * part / 100
      case .none: points
      }
    defer { points = after }
    guard explains else { return }
    rows.append(
      MatchRow(
        feature: feature, left: left(), right: right(), similarity: similarity, weight: 1,
        points: after - points, rule: rule))
  }

  // MARK: dates, sex, countries

  private mutating func dates() {
    guard points > 0, let found = DateEvidence.best(query.birthDates, candidate.birthDates) else {
      return
    }
    let (effect, similarity) = RecordComparison.effect(of: found.rule)
    switch found.rule {
    case .day, .month, .year, .exchangedDay: facts.agreesInYear = true
    case .otherDay:
      facts.agreesInYear = true
      facts.isContradicted = true
    case .oneDigit:
      facts.agreesInYear = found.left.years.overlaps(found.right.years)
    case .near: facts.agreesInYear = false
    default:
      facts.agreesInYear = false
      facts.isContradicted = true
    }
    apply(effect, .birthDate, found.left.text, found.right.text, similarity, found.rule)
  }

  private static func effect(of rule: MatchRule) -> (Effect, Double) {
    switch rule {
    case .day: (.up(30), 1)
    case .month: (.up(15), 0.9)
    case .year: (.up(10), 0.8)
    case .exchangedDay: (.up(10), 0.8)
    case .oneDigit: (.none, 0.7)
    case .near: (.down(9_500), 0.5)
    case .otherDay: (.down(8_500), 0.3)
    default: (.down(6_500), 0)
    }
  }

  private mutating func gender() {
    guard points > 0, let asked = query.gender, let listed = candidate.gender,
      RecordComparison.sexes.contains(asked), RecordComparison.sexes.contains(listed)
    else { return }
    if asked == listed {
      apply(.none, .gender, asked, listed, 1, .equal)
    } else {
      facts.isContradicted = true
      apply(.down(7_500), .gender, asked, listed, 0, .otherGender)
    }
  }

  private static let sexes = ["male", "female"]

  private mutating func countries() {
    let (asked, listed) = (query.countries, candidate.countries)
    guard points > 0, !asked.isEmpty, !listed.isEmpty else { return }
    if let shared = asked.first(where: { listed.contains($0) }) {
      apply(.up(5), .country, shared, shared, 1, .equal)
    } else {
      apply(
        .down(9_000), .country, asked.joined(separator: ", "), listed.joined(separator: ", "), 0,
        .otherCountry)
    }
  }

  // MARK: numbers

  /// A shared number is stronger than any difference of names: another name in one's own passport
  /// is the news.
  private mutating func identifiers(byName: Int) {
    guard let shared = query.identifiers.first(where: { candidate.identifiers.contains($0) })
    else { return }
    facts.sharesIdentifier = true
    let least =
      byName >= RecordComparison.halfName
      ? RecordComparison.identifierAndName : RecordComparison.identifierAlone
    let after = max(points, least)
    rows.append(
      MatchRow(
        feature: .identifier, left: shared.value, right: shared.value, similarity: 1, weight: 1,
        points: after - points, rule: .sameIdentifier))
    points = after
  }
}
