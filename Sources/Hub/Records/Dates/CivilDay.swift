/// A day of the Gregorian calendar, carried back and forth without end (proleptic).
public struct CivilDay: Hashable, Sendable, Comparable {
  /// 1 to 9999.
  public let year: Int
  /// 1 to 12.
  public let month: Int
  /// 1 to 31.
  public let day: Int

  /// - Returns: nil when there is no such day.
  public init?(year: Int, month: Int, day: Int) {
    guard CivilDay.years.contains(year), (1...12).contains(month),
      day >= 1, day <= CivilDay.length(of: month, in: year)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// - Parameter number: days since 1970-01-01.
  /// - Returns: nil outside of the years 1 to 9999.
  public init?(number: Int) {
    guard CivilDay.numbers.contains(number) else { return nil }
    // Years that begin in March, in eras of 400: the leap day is the last of its year.
    let shifted = number + CivilDay.fromMarchOfYear0
    let era = shifted / CivilDay.daysOfEra
    let dayOfEra = shifted % CivilDay.daysOfEra
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01.
  public var number: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear % 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * CivilDay.daysOfEra + dayOfEra - CivilDay.fromMarchOfYear0
  }

  /// By calendar.
  public static func < (a: CivilDay, b: CivilDay) -> Bool {
    (a.year, a.month, a.day) < (b.year, b.month, b.day)
  }

  /// Days of a month; 0 for no month.
  static func length(of month: Int, in year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: isLeap(year) ? 29 : 28
    case 1...12: 31
    default: 0
    }
  }

  static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  static let years = 1...9_999
  /// 0001-01-01 to 9999-12-31.
  static let numbers = -719_162...2_932_896
  private static let daysOfEra = 146_097
  private static let fromMarchOfYear0 = 719_468
}
