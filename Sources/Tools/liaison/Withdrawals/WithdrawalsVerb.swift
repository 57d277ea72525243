import CommandLine
import Log
import Node
import Records
import Runtime
import Varlink

enum WithdrawalsVerb {
  static let verb = Verb(
    "withdrawals",
    "what became of withdrawals: what is left here, and who says that it is gone there",
    details: [
      "Of each withdrawal of this node's log: how many records it names, whether something of them is here still (hidden, until the withdrawal has stood for seven days), "
        + "nothing is (erased), or it does not count (void); and which of the nodes that could read them have signed an erasure receipt. "
        + "Nodes are asked that the records were sealed to, as far as this node can open the grants; else the whole roster.",
      "A receipt is its signer's word, and may be a lie: nobody can look at another's disk. It says nothing of backups, prints and exports, nor of what people know.",
      "With an entry or NODE:ID only what names that record, and each receipt: when its signer says that it was signed, and when it was stored here.",
    ],
    arguments: [
      Argument(
        "ENTRY|NODE:ID", "a withdrawal, or a record that was withdrawn", isRequired: false)
    ],
    options: [
      Liaison.data,
      Option("--log", "ORIGIN", summary: "another log that is here, for example se/1"),
      Option("--json", summary: "print one JSON object a line"),
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    var reports: [WithdrawalReport] = []
    for request in try requests(arguments, daemon) {
      var request = request
      while true {
        let page = try daemon.withdrawals(request)
        reports += page.withdrawals.filter { !reports.contains($0) }
        guard let next = page.next else { break }
        request.position = next
      }
    }
    if arguments.has("--json") {
      for report in reports { Output.print(json: VarlinkJSON.text(report)) }
      return
    }
    Output.print(WithdrawalsText.text(reports, isWhole: !arguments.words.isEmpty))
  }

  private static func requests(
    _ arguments: Arguments, _ daemon: DaemonConnection
  ) throws(Failure) -> [WithdrawalsRequest] {
    let log = arguments.value("--log")
    guard let word = arguments.words.first else { return [WithdrawalsRequest(log: log)] }
    if word.isEntry { return try of(word, log, daemon) }
    guard let reference = RecordReference(word) else {
      throw Failure(
        .usage, "\"\(word)\" is neither an entry nor a record.",
        hint: "Write NAME/EPOCH/INDEX, for example nl/1/17, or NODE:ID, for example nl:4711.")
    }
    let own = try OwnIDs(arguments.folder)
    guard reference.author.text == own.node else {
      throw Failure(
        .usage, "\(reference.text) is not this node's: it is \(own.node).",
        hint: "Name the entry that was withdrawn, and its log with --log.")
    }
    let versions = try own.versions(of: [reference.id])[reference.id] ?? []
    guard !versions.isEmpty else {
      throw Failure(
        .noInput, "No version of \(reference.text) is noted here.",
        hint: "What was withdrawn before its id was noted is found by its entry alone.")
    }
    var all: [WithdrawalsRequest] = []
    for version in versions { all += try of(version.entry, log, daemon) }
    return all
  }

  /// A record may be withdrawn in its own log, and in those of later epochs.
  private static func of(
    _ entry: String, _ log: String?, _ daemon: DaemonConnection
  ) throws(Failure) -> [WithdrawalsRequest] {
    if let log { return [WithdrawalsRequest(log: log, entry: entry)] }
    let name = entry.prefix { $0 != "/" } + "/"
    let logs = try daemon.call("Status", reply: StatusReport.self).logs.map(\.origin)
    return logs.filter { $0.hasPrefix(name) }.map { WithdrawalsRequest(log: $0, entry: entry) }
  }
}
