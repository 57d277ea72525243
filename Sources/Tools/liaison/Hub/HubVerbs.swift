import CommandLine
import HubInterface
import Runtime
import Varlink

/// `hub …`: what its operator asks.
enum HubVerbs {
  static let status = Verb(
    "hub status", "whether the hub is complete, how far it is, and what is wrong",
    options: [HubOptions.json, HubOptions.hub])
  static let rebuild = Verb(
    "hub rebuild", "make the hub forget what it derived, and gather everything again",
    details: [
      "Cases, judgements and the consultation log stay. Meanwhile it answers, and says that it is not complete.",
      "Records whose keys the node destroyed (liaison keys forget) come no more. Where the hub has some, it refuses without --lose and their number.",
    ],
    options: [
      Option("--lose", "N", summary: "lose so many records that only this hub has"),
      HubOptions.hub,
    ])
  static let backup = Verb(
    "hub backup", "copy what is not derived into a new folder",
    details: [
      "Cases, judgements and the consultation log; records and index are gathered again from the node. The hub makes the copy, so that FOLDER "
        + "must be where it may write."
    ],
    arguments: [Argument("FOLDER", "where to: a folder that is not there yet")],
    options: [HubOptions.hub])
  static let stats = Verb(
    "hub stats", "how many records the hub has, by type, author, grade and problem",
    options: [HubOptions.json, HubOptions.hub])

  static func runStatus(_ arguments: Arguments) throws(Failure) {
    let reply = try HubConnection(arguments.hub).call("Status", reply: StatusReply.self)
    if arguments.has("--json") {
      Output.print(json: VarlinkJSON.text(reply))
    } else {
      Output.print(HubStatusText.text(reply, now: SystemClock().wallMilliseconds))
    }
  }

  static func runRebuild(_ arguments: Arguments) throws(Failure) {
    let lose = try arguments.number("--lose", in: 1...Int(Int32.max))
    _ = try HubConnection(arguments.hub).call(
      "Rebuild", RebuildRequest(lose: lose), reply: NoParameters.self)
    Output.print("the hub gathers everything again: liaison hub status says how far it is\n")
  }

  static func runBackup(_ arguments: Arguments) throws(Failure) {
    let folder = FileSystem.canonical(arguments.words[0])
    let reply = try HubConnection(arguments.hub).call(
      "Backup", BackupRequest(folder: folder), reply: BackupReply.self, waits: true)
    Output.print(reply.files.map { $0 + "\n" }.joined() + "backup in \(folder)\n")
  }

  static func runStats(_ arguments: Arguments) throws(Failure) {
    let reply = try HubConnection(arguments.hub).call("Stats", reply: StatsReply.self)
    if arguments.has("--json") {
      Output.print(json: VarlinkJSON.text(reply))
    } else {
      Output.print(HubStatusText.text(reply))
    }
  }
}
