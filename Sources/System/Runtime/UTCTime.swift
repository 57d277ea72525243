/// Times as text, without a time zone data base.
public enum UTCTime {
  /// `2026-01-02T03:04:05.678Z` for milliseconds since 1970-01-01 UTC.
  public static func text(milliseconds: UInt64) -> String {
    // Days since 0000-03-01, so that the leap day is a year's last (proleptic Gregorian, 400-year
    // eras).
    let days = milliseconds / 86_400_000 + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    let time = milliseconds % 86_400_000
    return pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2) + "T" + pad(time / 3_600_000, 2)
      + ":" + pad(time / 60_000 % 60, 2) + ":" + pad(time / 1_000 % 60, 2) + "."
      + pad(time % 1_000, 3) + "Z"
  }

  /// Days since 1970-01-01 of `2026-01-02`.
  /// - Returns: nil for anything but a date from 1970 to 9999 in exactly this form.
  public static func day(_ text: String) -> UInt64? {
    let parts = text.utf8.split(separator: 0x2d, omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2],
      parts.joined().allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    let numbers = parts.map { $0.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 0x30) } }
    let (year, month, dayOfMonth) = (numbers[0], numbers[1], numbers[2])
    guard year >= 1970, (1...12).contains(month), (1...31).contains(dayOfMonth) else { return nil }
    // The inverse of `text`: years begin in March.
    let shiftedYear = month > 2 ? year : year - 1
    let shiftedMonth = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * shiftedMonth + 2) / 5 + dayOfMonth - 1
    let days =
      shiftedYear * 365 + shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400 + dayOfYear
      - 719_468
    // A day that the month does not have is one of the next month.
    return self.text(milliseconds: days * 86_400_000).hasPrefix(text) ? days : nil
  }

  private static func pad(_ number: UInt64, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}
