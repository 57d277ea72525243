import CommandLine
import Node
import Runtime

/// `--expires` and options like it: a number of days from today, or a date.
enum ExpiryDay {
  /// - Parameter option: for what is said of a mistake.
  /// - Returns: the day counted from 1970-01-01, as an entry has it.
  static func parse(
    _ text: String, now milliseconds: UInt64, option: String = "--expires"
  ) throws(Failure) -> Int {
    let today = Int(milliseconds / 86_400_000)
    let day: Int?
    if let days = Int(text), !text.hasPrefix("+") {
      guard days >= 1 else { throw past(text, option) }
      day = today + min(days, Int(UInt16.max))
    } else {
      day = UTCTime.day(text).map { Int($0) }
    }
    guard let day else {
      throw Failure(
        .usage, "\(option) is \"\(text)\".",
        hint: "Write a number of days, or a date as YYYY-MM-DD.")
    }
    guard day > today else { throw past(text, option) }
    guard day <= Int(UInt16.max) else {
      throw Failure(
        .usage, "\(option) \(text) is too far away.", hint: "The last day is 2149-06-06.")
    }
    return day
  }

  private static func past(_ text: String, _ option: String) -> Failure {
    Failure(
      .usage, "\(option) \(text) is not after today.",
      hint: "Name a later day.")
  }
}
