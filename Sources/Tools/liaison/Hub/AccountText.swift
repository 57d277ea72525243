import CommandLine
import HubInterface
import Runtime
import Text

/// An answer's account of itself: who looked, what is missing.
struct AccountText {
  /// Nil: for the purposes of what was asked for.
  private let look: Look?
  private var looks: [Int] = []
  private var isComplete = true
  private var hidden = 0
  private var hiddenFrom: [String] = []
  private var notes: [String] = []

  init(_ look: Look?, _ accounts: LookAccount...) {
    self.look = look
    for account in accounts { add(account) }
  }

  /// - Parameter isRecorded: false: nothing was shown, so that there was no look.
  mutating func add(_ account: LookAccount, isRecorded: Bool = true) {
    if isRecorded { looks.append(account.consultation) }
    isComplete = isComplete && account.complete
    hidden = Int(clamping: Int128(hidden) + Int128(account.hidden))
    for author in account.hiddenFrom where !hiddenFrom.contains(author) {
      hiddenFrom.append(author)
    }
    for note in account.notes where !notes.contains(note) { notes.append(note) }
  }

  /// One line each.
  var lines: [String] {
    var lines = notes
    if !isComplete {
      lines.append(
        "NOT COMPLETE: the hub has not gathered yet all that this node can read; see liaison hub status"
      )
    }
    if hidden > 0 {
      let authors = hiddenFrom.isEmpty ? "" : " (\(hiddenFrom.joined(separator: ", ")))"
      let records = hidden == 1 ? "1 more record is" : "\(hidden) more records are"
      lines.append("\(records) not for this purpose\(authors): ask by a request for information")
    }
    if !looks.isEmpty {
      lines.append("\(which) recorded for \(Environment.userName(Environment.userID))\(why)")
    }
    return lines
  }

  private var which: String {
    guard let first = looks.first, let last = looks.last, looks.count > 1 else {
      return "look \(looks.first.map { "\($0)" } ?? "")"
    }
    return "\(looks.count) looks, \(first) to \(last),"
  }

  private var why: String {
    if let number = look?.case { return ", case \(number)" }
    return look?.purpose.map { ", purpose \($0)" } ?? ""
  }

  /// Below an answer in text.
  func print() { Output.print(lines.map { $0.printable + "\n" }.joined()) }

  /// Beside an answer that a program reads.
  func printError() {
    Output.printError(lines.map { "liaison: \($0.printable)\n" }.joined())
  }
}
