import CommandLine
import Node

enum WithdrawVerb {
  static let verb = Verb(
    "withdraw", "have everybody delete the bodies of own records",
    details: [
      "Every node that carries this node's log hides the bodies at once and deletes them when the withdrawal has stood for seven days; the entries stay and everything still "
        + "verifies. It cannot be undone, and who read a record keeps what they know of it. The entry of "
        + "the withdrawal is printed once it is durable.",
      "NODE:ID means every version of that record that stands, for example nl:4711. FILE has one entry or NODE:ID a line; empty lines and what follows a # are passed "
        + "over. What is withdrawn already is passed over and counted, so that the same command goes on where one broke off. At the end it says how many "
        + "withdrawals each node has confirmed; liaison withdrawals shows them one by one.",
      "The attachments of a record are withdrawn with it.",
    ],
    arguments: [
      Argument(
        "ENTRY|NODE:ID", "own records of any epoch, for example nl/1/5 or nl:4711",
        isRequired: false, repeats: true)
    ],
    options: [
      Liaison.data,
      Option(
        "--from", "FILE", summary: "take what is to be withdrawn from a file; - for standard input"),
      Option("--replicas", "N", summary: "wait until this many peers have stored it"),
      Option(
        "--timeout", "SECONDS",
        summary: "give up when signing waits for peers longer than this: exit 75, nothing published"
      ),
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    var targets = WithdrawalTargets()
    for word in arguments.words { try targets.add(word) }
    if let path = arguments.value("--from") { try targets.add(linesOf: path) }
    guard !targets.isEmpty else {
      throw Failure(
        .usage, "Nothing is named.",
        hint: "Name entries (nl/1/5) or records (nl:4711), or a file of them with --from.")
    }
    let replicas = try arguments.number("--replicas", in: 0...ControlLimits.audienceMembers)
    let timeout = try arguments.number("--timeout", in: 0...ControlLimits.timeoutSeconds)
    let daemon = try DaemonConnection(arguments.folder)
    try PublishVerb.sayWhoIsWaitedFor(daemon)
    var order = try WithdrawalOrder(targets, arguments.folder, daemon)
    // Before anything goes: a record that is gone names no chunks any more.
    let entries = try daemon.withChunks(order.standing)
    do throws(ControlError) {
      try daemon.withdraw(entries, replicas: replicas, timeout: timeout) { runs in
        PublishVerb.print(runs)
        order.withdrawals += runs.flatMap { run in run.indices.map { "\(run.origin)/\($0)" } }
      }
    } catch DaemonConnection.connectionLost {
      throw Failure(
        .unavailable, "The daemon went away; whether the records are withdrawn is not known.",
        hint: "The same command goes on where this one ended.")
    } catch {
      throw Failure(error)
    }
    try order.sayWhatBecame(daemon)
  }
}

extension String {
  /// `nl/1/17`
  var isEntry: Bool {
    let parts = split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 3 && parts.allSatisfy { !$0.isEmpty } && UInt64(parts[2]) != nil
  }
}
