/// A date as far as it is known, in one string: a subset of EDTF (ISO 8601-2).
/// Protocols/records.md, REC-20.
///
/// `1987`, `1987-03`, `1987-03-02`; `1987~`, about that year; `1985/1988`, some time between the
/// two, each of which is a year, a month or a day.
public enum PartialDate: Hashable, Sendable {
  case known(Point)
  /// Two years more or less.
  case about(year: Int)
  case between(Point, Point)

  /// A year, month or day that is known as such.
  public enum Point: Hashable, Sendable {
    case year(Int)
    case month(year: Int, month: Int)
    case day(CivilDay)
  }

  /// Why a text is no date by REC-20.
  public enum Problem: Error, Hashable, Sendable {
    /// It has another form.
    case form
    /// 1987-02-30.
    case noSuchDay
    /// 1988/1985.
    case endsBeforeItBegins
  }

  /// The years that `about` reaches in each direction.
  static let aboutYears = 2

  /// - Parameter text: the whole of it, without white space.
  public init(parsing text: some StringProtocol) throws(Problem) {
    let bytes = Array(text.utf8)
    if let slash = bytes.firstIndex(of: UInt8(ascii: "/")) {
      let from = try Point(parsing: bytes[..<slash])
      let to = try Point(parsing: bytes[(slash + 1)...])
      guard from.days.lowerBound <= to.days.upperBound else { throw .endsBeforeItBegins }
      self = .between(from, to)
    } else if bytes.last == UInt8(ascii: "~") {
      guard case .year(let year) = try Point(parsing: bytes.dropLast()) else { throw .form }
      self = .about(year: year)
    } else {
      self = .known(try Point(parsing: bytes[...]))
    }
  }

  /// The days that it may mean, since 1970-01-01.
  public var days: ClosedRange<Int> {
    switch self {
    case .known(let point): point.days
    case .about(let year):
      Point.year(max(year - PartialDate.aboutYears, CivilDay.years.lowerBound)).days
        .lowerBound...Point
        .year(min(year + PartialDate.aboutYears, CivilDay.years.upperBound)).days.upperBound
    case .between(let from, let to): from.days.lowerBound...to.days.upperBound
    }
  }

  /// The day that it names, where that can be trusted: the first of January mostly stands for a
  /// year of which nobody knew more.
  public var exactDay: CivilDay? {
    guard case .known(.day(let day)) = self, (day.month, day.day) != (1, 1) else { return nil }
    return day
  }

  /// The years that it may mean.
  public var years: ClosedRange<Int> {
    switch self {
    case .known(let point): point.year...point.year
    case .about(let year):
      max(
        year - PartialDate.aboutYears, CivilDay.years.lowerBound)...min(
          year + PartialDate.aboutYears, CivilDay.years.upperBound)
    case .between(let from, let to): from.year...max(from.year, to.year)
    }
  }

  /// The form that `init(parsing:)` reads.
  public var text: String {
    switch self {
    case .known(let point): point.text
    case .about(let year): "\(Point.year(year).text)~"
    case .between(let from, let to): "\(from.text)/\(to.text)"
    }
  }
}

extension PartialDate.Point {
  /// - Parameter bytes: `1987`, `1987-03` or `1987-03-02`.
  init(parsing bytes: ArraySlice<UInt8>) throws(PartialDate.Problem) {
    let start = bytes.startIndex
    guard [4, 7, 10].contains(bytes.count),
      let year = Digits.number(bytes[start..<(start + 4)], count: 4), year > 0
    else { throw .form }
    guard bytes.count > 4 else {
      self = .year(year)
      return
    }
    let dash = UInt8(ascii: "-")
    guard bytes[start + 4] == dash,
      let month = Digits.number(bytes[(start + 5)..<(start + 7)], count: 2)
    else { throw .form }
    guard bytes.count > 7 else {
      guard (1...12).contains(month) else { throw .noSuchDay }
      self = .month(year: year, month: month)
      return
    }
    guard bytes[start + 7] == dash,
      let number = Digits.number(bytes[(start + 8)..<(start + 10)], count: 2)
    else { throw .form }
    guard let day = CivilDay(year: year, month: month, day: number) else { throw .noSuchDay }
    self = .day(day)
  }

  /// 1 to 9999.
  public var year: Int {
    switch self {
    case .year(let year), .month(let year, _): year
    case .day(let day): day.year
    }
  }

  /// Since 1970-01-01.
  public var days: ClosedRange<Int> {
    switch self {
    case .year(let year): number(year, 1, 1)...number(year, 12, 31)
    case .month(let year, let month):
      number(year, month, 1)...number(year, month, CivilDay.length(of: month, in: year))
    case .day(let day): day.number...day.number
    }
  }

  private func number(_ year: Int, _ month: Int, _ day: Int) -> Int {
    guard let day = CivilDay(year: year, month: month, day: day) else {
      preconditionFailure("a point is made of days that there are")
    }
    return day.number
  }

  /// `1987`, `1987-03` or `1987-03-02`.
  public var text: String {
    switch self {
    case .year(let year): Digits.text(year, count: 4)
    case .month(let year, let month):
      "\(Digits.text(year, count: 4))-\(Digits.text(month, count: 2))"
    case .day(let day): day.text
    }
  }
}

extension CivilDay {
  /// `1987-03-02`.
  public var text: String {
    "\(Digits.text(year, count: 4))-\(Digits.text(month, count: 2))-\(Digits.text(day, count: 2))"
  }
}
