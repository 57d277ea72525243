import CommandLine
import Node
import Runtime

enum SigningVerb {
  static let verb = Verb(
    "signing release", "sign without waiting for peers that have not answered",
    details: [
      "After a start the node asks its peers first whether they hold own entries that it lacks. \(risk) The daemon logs it."
    ],
    options: [
      Option("--yes", summary: "do not ask; needed where there is no terminal"), Liaison.data,
    ])

  /// The condition for releasing the wait, and what happens otherwise.
  static let risk =
    "Release the wait only if this folder is the one that signed last, neither a copy nor a restored one: otherwise the "
    + "node signs other entries in the place of those that its peers hold, contradicts itself for ever, and its log is frozen at "
    + "all of them."

  static func run(_ arguments: Arguments) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    let report = try daemon.call("Status", reply: StatusReport.self)
    if report.signing == "waiting", !arguments.has("--yes") { try ask(report) }
    let reply = try daemon.call("ReleaseSigning", reply: ReleaseReply.self)
    let names = reply.waitedFor.isEmpty ? "anybody" : reply.waitedFor.joined(separator: ", ")
    Output.print("released; not waited for: \(names)\n")
  }

  private static func ask(_ report: StatusReport) throws(Failure) {
    guard Output.isTerminal(0) else {
      throw Failure(
        .usage,
        "Nothing was released, and there is no terminal to ask whether it shall be. \(risk)",
        hint: "If so, add --yes.")
    }
    Output.printError("\(waitedFor(report)).\n\(risk)\nRelease it? Type yes: ")
    guard readLine()?.lowercased() == "yes" else {
      throw Failure(.usage, "Nothing was released.", hint: "It goes on by itself when they answer.")
    }
  }

  /// The peers that a publish waits for, since when, and the risk of ending the wait; nil when it
  /// does not wait.
  static func waiting(_ report: StatusReport) -> String? {
    guard report.signing == "waiting" else { return nil }
    return
      "waiting: \(waitedFor(report)), and nothing is signed before. They are asked whether they hold entries of this node "
      + "that it lacks. 'liaison signing release' ends the wait, and risks that the node contradicts itself for ever if its folder "
      + "is a copy or was restored; ^C gives up."
  }

  private static func waitedFor(_ report: StatusReport) -> String {
    let since = report.waitingSince.map { UInt64(clamping: $0) } ?? 0
    let time = since == 0 ? "" : " since \(UTCTime.text(milliseconds: since))"
    let why = report.signingWhy ?? "no peer has answered yet"
    return "\(why)\(time)"
  }
}
