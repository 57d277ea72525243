/// The order of the dates in one column, as they tell it line by line. Protocols/lists.md, LIST-43.
struct DateColumn: Sendable {
  struct Example: Sendable {
    let text: String
    let line: Int
  }

  private(set) var ambiguous: Example?
  private(set) var dayMonth: Example?
  private(set) var monthDay: Example?

  mutating func take(_ date: WrittenDate, _ text: String, line: Int) {
    let example = { Example(text: text, line: line) }
    if date.isAmbiguous {
      if ambiguous == nil { ambiguous = example() }
    } else if case .numbers(let first, let second, _) = date, first != second {
      switch date.certainOrder {
      case .dayMonth: if dayMonth == nil { dayMonth = example() }
      case .monthDay: if monthDay == nil { monthDay = example() }
      case nil: break
      }
    }
  }

  /// - Returns: nil where each date speaks for itself.
  func order() throws(ListQuestion) -> DateOrder? {
    let hint = "Say --dates dmy or --dates mdy."
    switch (dayMonth, monthDay, ambiguous) {
    case (_?, nil, _): return .dayMonth
    case (nil, _?, _): return .monthDay
    case (let first?, let second?, let both?):
      throw ListQuestion(
        .dates,
        """
        Some dates are day/month (\(first.text.shown) in line \(first.line)), some month/day \
        (\(second.text.shown) in line \(second.line)), and others may be either \
        (\(both.text.shown) in line \(both.line)).
        """, hint: hint + " What does not fit is then unreadable.")
    case (nil, nil, let both?):
      throw ListQuestion(
        .dates,
        "The dates may be day/month or month/day (\(both.text.shown) in line \(both.line)).",
        hint: hint)
    case (_, _, nil): return nil
    }
  }
}
