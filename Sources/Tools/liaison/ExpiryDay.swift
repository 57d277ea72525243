import CommandLine
import Node
import Runtime

/// `--expires`: a number of days from today, or a date.
enum ExpiryDay {
  /// - Returns: the day counted from 1970-01-01, as an entry has it.
  static func parse(_ text: String, now milliseconds: UInt64) throws(Failure) -> Int {
    let today = Int(milliseconds / 86_400_000)
    let day: Int?
    if let days = Int(text), !text.hasPrefix("+") {
      guard days >= 1 else { throw past(text) }
      day = today + min(days, Int(UInt16.max))
    } else {
      day = UTCTime.day(text).map { Int($0) }
    }
    guard let day else {
      throw Failure(
        .usage, "--expires is \"\(text)\".",
        hint: "Write a number of days, or a date as YYYY-MM-DD.")
    }
    guard day > today else { throw past(text) }
    guard day <= Int(UInt16.max) else {
      throw Failure(
        .usage, "--expires \(text) is too far away.", hint: "The last day is 2149-06-06.")
    }
    return day
  }

  private static func past(_ text: String) -> Failure {
    Failure(
      .usage, "--expires \(text) is not after today.",
      hint: "Name a later day, or leave it out: then the records do not expire.")
  }
}
