internal import Records

/// Three months of a year, by UTC.
struct Quarter: Hashable, Sendable, Comparable {
  /// Four times the year, and 0 to 3.
  let number: Int

  init(number: Int) { self.number = number }

  /// - Parameter milliseconds: since 1970; what lies beyond the year 9999 counts as its end.
  init(milliseconds: Int64) {
    let days = Int(milliseconds / 86_400_000)
    let day = CivilDay(number: days) ?? CivilDay(year: 9_999, month: 12, day: 31)
    number = (day?.year ?? 0) * 4 + ((day?.month ?? 1) - 1) / 3
  }

  /// - Parameter text: `2026Q4`
  init?(_ text: String) {
    let parts = text.uppercased().split(separator: "Q", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].count == 4, let year = Int(parts[0]), year > 0,
      let quarter = Int(parts[1]), (1...4).contains(quarter), parts[1].count == 1
    else { return nil }
    number = year * 4 + quarter - 1
  }

  /// `2026Q4`
  var text: String {
    let year = "\(number / 4)"
    return String(repeating: "0", count: max(0, 4 - year.count)) + "\(year)Q\(number % 4 + 1)"
  }

  /// Unix milliseconds of its entries.
  var times: Range<Int64> { start..<max(start, Quarter(number: number + 1).start) }

  private var start: Int64 {
    guard let day = CivilDay(year: number / 4, month: number % 4 * 3 + 1, day: 1) else {
      return .max
    }
    return Int64(day.number) * 86_400_000
  }

  static func < (a: Quarter, b: Quarter) -> Bool { a.number < b.number }
}
