import Records

/// A date as a list has it, before anybody says which number is the day. Protocols/lists.md, 5.
enum WrittenDate: Hashable, Sendable {
  /// It can be read in one way alone.
  case plain(PartialDate)
  /// Two numbers of at most two digits, and a year of four.
  case numbers(Int, Int, year: Int)

  enum Problem: Error, Hashable, Sendable {
    /// It has another form.
    case form
    case twoDigitYear
    /// A count of days, as a spreadsheet has it inside.
    case serialNumber
    case noSuchDay
  }

  /// - Returns: nil when the text says that nothing is known.
  static func read(_ text: String) throws(Problem) -> WrittenDate? {
    guard !isNothing(text) else { return nil }
    guard let parts = DateParts(text)?.parts else { throw .form }
    switch parts.count {
    case 0: return nil
    case 1: return .plain(try one(parts[0]))
    case 2: return .plain(try two(parts[0], parts[1]))
    case 3: return try three(parts[0], parts[1], parts[2])
    default: throw .form
    }
  }

  /// - Parameter order: nil: only what can be read in one way is.
  /// - Returns: nil when there is no such day, or none can be told.
  func date(_ order: DateOrder?) -> PartialDate? {
    switch self {
    case .plain(let date): return date
    case .numbers(let first, let second, let year):
      guard let order = order ?? certainOrder else { return nil }
      let (day, month) = order == .dayMonth ? (first, second) : (second, first)
      return WrittenDate.date(year, month, day)
    }
  }

  /// The order that its numbers allow alone; any, where both are the same.
  var certainOrder: DateOrder? {
    guard case .numbers(let first, let second, _) = self else { return nil }
    if first == second { return .dayMonth }
    if first > 12 { return second > 12 ? nil : .dayMonth }
    return second > 12 ? .monthDay : nil
  }

  /// It means two days.
  var isAmbiguous: Bool {
    guard case .numbers(let first, let second, _) = self else { return false }
    return first != second && first <= 12 && second <= 12
  }

  private static func one(_ part: DateParts.Part) throws(Problem) -> PartialDate {
    switch part {
    case .number(let year, 4): return try known(date(year, 0, 0))
    case .number(let number, 8):
      return try known(date(number / 10_000, number / 100 % 100, number % 100))
    case .number(_, 5): throw .serialNumber
    case .number(_, 6): throw .twoDigitYear
    default: throw .form
    }
  }

  private static func two(_ first: DateParts.Part, _ second: DateParts.Part) throws(Problem)
    -> PartialDate
  {
    switch (first, second) {
    case (.number(let year, 4), .number(let month, 1...2)),
      (.number(let month, 1...2), .number(let year, 4)):
      return try known(date(year, month, 0))
    case (.word(let word), .number(let year, 4)), (.number(let year, 4), .word(let word)):
      return try known(date(year, try month(word), 0))
    case (.word(let word), .number(_, 1...2)), (.number(_, 1...2), .word(let word)):
      _ = try month(word)
      throw .twoDigitYear
    default: throw .form
    }
  }

  private static func three(
    _ first: DateParts.Part, _ second: DateParts.Part, _ third: DateParts.Part
  ) throws(Problem) -> WrittenDate {
    switch (first, second, third) {
    case (.number(let year, 4), .number(let month, 1...2), .number(let day, 1...2)):
      return .plain(try known(date(year, month, day)))
    case (.number(let first, 1...2), .number(let second, 1...2), .number(let year, 4)):
      return .numbers(first, second, year: year)
    case (.number(let day, 1...2), .word(let word), .number(let year, 4)),
      (.word(let word), .number(let day, 1...2), .number(let year, 4)),
      (.number(let year, 4), .word(let word), .number(let day, 1...2)):
      return .plain(try known(date(year, try month(word), day)))
    case (.number(_, 1...2), .number(_, 1...2), .number(_, 1...2)): throw .twoDigitYear
    case (.number(_, 1...2), .word(let word), .number(_, 1...2)):
      _ = try month(word)
      throw .twoDigitYear
    default: throw .form
    }
  }

  private static func month(_ word: String) throws(Problem) -> Int {
    guard let month = MonthNames.shared.month(word) else { throw .form }
    return month
  }

  private static func known(_ date: PartialDate?) throws(Problem) -> PartialDate {
    guard let date else { throw .noSuchDay }
    return date
  }

  /// A month or a day of 0 is not known.
  static func date(_ year: Int, _ month: Int, _ day: Int) -> PartialDate? {
    guard (1...9_999).contains(year) else { return nil }
    if month == 0 { return day == 0 ? .known(.year(year)) : nil }
    guard day != 0 else {
      return (1...12).contains(month) ? .known(.month(year: year, month: month)) : nil
    }
    return CivilDay(year: year, month: month, day: day).map { .known(.day($0)) }
  }

  private static let nothing = Set(
    [
      "n a", "na", "none", "nil", "null", "unknown", "inconnu", "unbekannt", "desconocido",
      "nieznana", "неизвестно", "غير معروف", "bilinmiyor",
    ]
    .map { WordFolding.words(of: $0).joined(separator: " ") })

  private static func isNothing(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return nothing.contains(WordFolding.words(of: text).joined(separator: " "))
  }
}

extension WrittenDate.Problem {
  var words: String {
    switch self {
    case .form: "is not written as a date is"
    case .twoDigitYear: "has a year of two digits: write four"
    case .serialNumber: "is a count of days inside a spreadsheet: have it written as a date"
    case .noSuchDay: "is no day that there is"
    }
  }
}
