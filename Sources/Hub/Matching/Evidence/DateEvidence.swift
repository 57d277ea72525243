import Records

/// Two dates of birth, as far as they are known. Protocols/matching.md, 7.
struct DateEvidence {
  var rule: MatchRule
  var left: PartialDate
  var right: PartialDate

  /// - Returns: the best of all pairs: one date that agrees is enough, since lists give every date
  ///   that somebody ever stated.
  static func best(_ a: [PartialDate], _ b: [PartialDate]) -> DateEvidence? {
    var best: DateEvidence?
    for x in a.prefix(NameLimits.dates) {
      for y in b.prefix(NameLimits.dates) {
        let found = DateEvidence(rule: rule(x, y), left: x, right: y)
        if best.map({ order(found.rule) < order($0.rule) }) ?? true { best = found }
      }
    }
    return best
  }

  private static let order: [MatchRule] = [
    .day, .month, .year, .exchangedDay, .oneDigit, .otherDay, .near, .otherYear,
  ]
  private static func order(_ rule: MatchRule) -> Int {
    order.firstIndex(of: rule) ?? order.count
  }

  static func rule(_ a: PartialDate, _ b: PartialDate) -> MatchRule {
    if let x = a.exactDay, let y = b.exactDay { return days(x, y) }
    let isWithin = a.days.overlaps(b.days)
    if isYear(a) || isYear(b) {
      // The first of January is a year.
      return a.years.overlaps(b.years) ? .year : isNear(a, b) ? .near : .otherYear
    }
    if isWithin { return isMonth(a) || isMonth(b) ? .month : .year }
    if a.years == b.years { return .otherDay }
    return a.years.overlaps(b.years) ? .year : isNear(a, b) ? .near : .otherYear
  }

  private static func isYear(_ date: PartialDate) -> Bool {
    switch date {
    case .known(.year): true
    case .known(.day): date.exactDay == nil
    case .known(.month): false
    case .about, .between: true
    }
  }

  private static func isMonth(_ date: PartialDate) -> Bool {
    if case .known(.month) = date { true } else { false }
  }

  static let nearYears = 2

  private static func isNear(_ a: PartialDate, _ b: PartialDate) -> Bool {
    let apart = max(
      a.years.lowerBound - b.years.upperBound, b.years.lowerBound - a.years.upperBound)
    return apart <= nearYears
  }

  private static func days(_ a: CivilDay, _ b: CivilDay) -> MatchRule {
    if a == b { return .day }
    if a.year == b.year, a.month == b.day, a.day == b.month { return .exchangedDay }
    if differingDigits(a, b) == 1 { return .oneDigit }
    if a.year == b.year { return .otherDay }
    return abs(a.year - b.year) <= nearYears ? .near : .otherYear
  }

  /// The number of the eight digits that differ.
  private static func differingDigits(_ a: CivilDay, _ b: CivilDay) -> Int {
    var (x, y) = (digits(a), digits(b))
    var differing = 0
    for _ in 0..<8 {
      if x % 10 != y % 10 { differing += 1 }
      (x, y) = (x / 10, y / 10)
    }
    return differing
  }

  private static func digits(_ day: CivilDay) -> Int {
    (day.year * 100 + day.month) * 100 + day.day
  }
}
