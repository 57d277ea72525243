/// A date of a zone: year, month and day of two digits each, of which some may be unknown. The
/// century is not in it.
public struct ZoneDate: Hashable, Sendable {
  /// 0 to 99; nil: unknown.
  public let year: Int?
  /// As printed, 0 to 99; nil: unknown.
  public let month: Int?
  /// As printed, 0 to 99; nil: unknown.
  public let day: Int?

  /// - Parameter text: `870302`; what is no digit is not known.
  /// - Returns: nil for another length.
  public init?(_ text: some StringProtocol) {
    let field = Array(text.utf8)[...]
    guard field.count == 6 else { return nil }
    self.init(field)
  }

  init(_ field: ArraySlice<UInt8>) {
    let start = field.startIndex
    year = Digits.number(field[start..<(start + 2)], count: 2)
    month = Digits.number(field[(start + 2)..<(start + 4)], count: 2)
    day = Digits.number(field[(start + 4)..<(start + 6)], count: 2)
  }

  /// The last year with these two digits that is not after `today`: nobody was born tomorrow.
  ///
  /// - Returns: nil when the year is unknown, or there is no such day.
  public func birth(today: CivilDay) -> PartialDate? {
    guard let year else { return nil }
    var full = today.year - today.year % 100 + year
    if isAfter(today, full) { full -= 100 }
    return date(full)
  }

  /// The year with these two digits that is nearest to `today`: documents are issued for ten years,
  /// and kept for some more.
  public func expiry(today: CivilDay) -> PartialDate? {
    guard let year else { return nil }
    let century = today.year - today.year % 100
    let years = [century - 100, century, century + 100].map { $0 + year }
    return years.min { abs($0 - today.year) < abs($1 - today.year) }.flatMap(date)
  }

  private func isAfter(_ today: CivilDay, _ full: Int) -> Bool {
    guard let first = date(full)?.days.lowerBound else { return full > today.year }
    return first > today.number
  }

  private func date(_ full: Int) -> PartialDate? {
    guard CivilDay.years.contains(full) else { return nil }
    guard let month else { return .known(.year(full)) }
    guard let day else {
      return (1...12).contains(month) ? .known(.month(year: full, month: month)) : nil
    }
    return CivilDay(year: full, month: month, day: day).map { .known(.day($0)) }
  }
}
