import CommandLine
import Records
import Runtime

/// Options of the verbs that make a record themselves.
enum RecordOptions {
  static let id = Option("--id", "ID", summary: "the record's id, in place of one that is made")
  static let grade = Option(
    "--grade", "XN", summary: "source A B C X and information 1 2 3 4", fallback: "A1")
  static let handling = Option(
    "--handling", "CODES", summary: "H0 to H3, with commas between them")
  static let caveat = Option("--caveat", "TEXT", summary: "the condition of H3")
  static let expires = Option(
    "--expires", "DAYS|YYYY-MM-DD", summary: "the day from which on everybody deletes it")
}

extension Arguments {
  /// The words of an option, with commas between them; none of them empty.
  func list(_ option: String) throws(Failure) -> [String]? {
    guard let text = value(option) else { return nil }
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard words.allSatisfy({ !$0.isEmpty }) else {
      throw Failure(
        .usage, "\(option) is \"\(text)\".", hint: "Write words with commas between them.")
    }
    return words
  }

  /// The value of an option that has a closed list.
  func word<Word: RawRepresentable & CaseIterable>(
    _ option: String, of _: Word.Type
  ) throws(Failure) -> String? where Word.RawValue == String {
    guard let text = value(option) else { return nil }
    guard Word(rawValue: text) != nil else {
      throw Failure(
        .usage, "\(option) is \"\(text)\".",
        hint: "There is: \(Word.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    return text
  }

  /// Names of other records, `nl:2015-0117`, with commas between them.
  func references(_ option: String) throws(Failure) -> [String] {
    let words = try list(option) ?? []
    for word in words where RecordReference(word) == nil {
      throw Failure(
        .usage, "\(option) names \"\(word)\".", hint: "Write NODE:ID, for example nl:2015-0117.")
    }
    return words
  }

  /// The day of `--expires`; nil: never.
  func expiryDay() throws(Failure) -> Int? {
    guard let text = value("--expires") else { return nil }
    return try ExpiryDay.parse(text, now: SystemClock().wallMilliseconds)
  }
}
