import CommandLine
import Node

enum WithdrawVerb {
  static let verb = Verb(
    "withdraw", "have everybody delete the bodies of own records",
    details: [
      "Every node that carries this node's log deletes the bodies; the entries stay and everything still "
        + "verifies. It cannot be undone, and who read a record keeps what they know of it. The entry of "
        + "the withdrawal is printed once it is durable.",
      "The attachments of a record are withdrawn with it.",
    ],
    arguments: [
      Argument("ORIGIN/INDEX…", "own records of any epoch, for example nl/1/5", repeats: true)
    ],
    options: [
      Liaison.data,
      Option("--replicas", "N", summary: "wait until this many peers have stored it"),
      Option(
        "--timeout", "SECONDS",
        summary: "give up when signing waits for peers longer than this: exit 75, nothing published"
      ),
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    for word in arguments.words where !word.isEntry {
      throw Failure(
        .usage, "\"\(word)\" is no entry.",
        hint: "Write NAME/EPOCH/INDEX, for example nl/1/17.")
    }
    let most = ControlLimits.recordsPerWithdrawal
    guard arguments.words.count <= most else {
      throw Failure(
        .usage, "\(arguments.words.count) records are named.",
        hint: "Name at most \(most) at a time.")
    }
    let replicas = try arguments.number("--replicas", in: 0...ControlLimits.audienceMembers)
    let timeout = try arguments.number("--timeout", in: 0...ControlLimits.timeoutSeconds)
    let daemon = try DaemonConnection(arguments.folder)
    try PublishVerb.sayWhoIsWaitedFor(daemon)
    let entries = try daemon.withChunks(arguments.words)
    do throws(ControlError) {
      try daemon.withdraw(entries, replicas: replicas, timeout: timeout) { PublishVerb.print($0) }
    } catch DaemonConnection.connectionLost {
      throw Failure(
        .unavailable, "The daemon went away; whether the records are withdrawn is not known.",
        hint: "See liaison show \(arguments.words[0]) before trying again.")
    } catch {
      throw Failure(error)
    }
  }
}

extension String {
  /// `nl/1/17`
  var isEntry: Bool {
    let parts = split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 3 && parts.allSatisfy { !$0.isEmpty } && UInt64(parts[2]) != nil
  }
}
