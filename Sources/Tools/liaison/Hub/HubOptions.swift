import CommandLine
import Records
import Runtime

/// Options that several verbs of the hub have.
enum HubOptions {
  static let hub = Option(
    "--hub", "DIR", summary: "the hub's folder", fallback: "/var/lib/liaison-hub")
  static let json = Option("--json", summary: "one JSON object a line")
  static let purpose = Option(
    "--purpose", "P",
    summary: "why you look: \(purposes.joined(separator: ", ")) (or LIAISON_PURPOSE)")
  static let reason = Option(
    "--reason", "TEXT", summary: "the reason, in a few words (or LIAISON_REASON)")
  static let `case` = Option(
    "--case", "N", summary: "a case of yours, which has purpose and reason (or LIAISON_CASE)")

  /// The options of every look.
  static let look = [purpose, reason, `case`, hub]

  /// The purposes that a record may be looked at for (Protocols/records.md, REC-6).
  static let purposes = Purpose.allCases.map(\.rawValue)

  static let recorded =
    "Who looked, when, for which purpose and reason and what was shown is recorded before the answer comes. "
    + "Only records that their authors gave for this purpose are shown; the others are counted."
}

extension Arguments {
  /// The folder that `--hub` names.
  var hub: String { FileSystem.canonical(value("--hub") ?? HubOptions.hub.fallback ?? "") }

  /// A date of Protocols/records.md, 4.
  func date(_ option: String) throws(Failure) -> String? {
    guard let text = value(option) else { return nil }
    guard (try? PartialDate(parsing: text)) != nil else {
      throw Failure(
        .usage, "\(option) is \"\(text)\".",
        hint: "Write 1987, 1987-03 or 1987-03-02, 1987~ for about, or 1985/1988 for between.")
    }
    return text
  }

  /// A name of a record, `nl:2015-0117`, or of an entry, `nl/1/17`.
  func reference(_ place: Int) throws(Failure) -> String {
    try Arguments.reference(words[place])
  }

  static func reference(_ word: String) throws(Failure) -> String {
    guard RecordReference(word) != nil || word.isEntry else {
      throw Failure(
        .usage, "\"\(word)\" is no name of a record.",
        hint: "Write AUTHOR:ID, for example nl:2015-0117, as liaison search shows it.")
    }
    return word
  }
}
