import CommandLine
import Runtime

extension Arguments {
  /// Words that are numbers of something, each once.
  /// - Parameters:
  ///   - what: of what, `alert`.
  ///   - list: the command that shows them.
  func numbers(of what: String, list: String) throws(Failure) -> [Int] {
    var numbers: [Int] = []
    for word in words {
      guard let number = Int(word), number > 0 else {
        throw Failure(
          .usage, "\"\(word)\" is no number of \(what.withArticle).", hint: "See \(list).")
      }
      if !numbers.contains(number) { numbers.append(number) }
    }
    return numbers
  }

  /// A day that is not over yet, `2026-01-02`.
  func lastDay(_ option: String, now milliseconds: UInt64) throws(Failure) -> String? {
    guard let text = value(option) else { return nil }
    guard let day = UTCTime.day(text) else {
      throw Failure(
        .usage, "\(option) is \"\(text)\".", hint: "Write its last day, for example 2026-12-31.")
    }
    guard day >= milliseconds / 86_400_000 else {
      throw Failure(.usage, "\(option) \(text) is over.", hint: "Name a later day.")
    }
    return text
  }
}

extension String {
  /// `an alert`, `a watch`
  fileprivate var withArticle: String {
    (first.map { "aeiou".contains($0) } == true ? "an " : "a ") + self
  }
}
