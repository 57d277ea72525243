import CommandLine
import HubInterface
import Runtime
import Varlink

/// A case holds purpose and reason for many looks.
enum CaseVerbs {
  static let open = Verb(
    "case open", "begin a case, to which looks belong",
    details: [
      "It prints the case's number. Looks then take --case N, or LIAISON_CASE=N in the environment, instead of purpose and reason."
    ],
    options: [HubOptions.purpose, HubOptions.reason, HubOptions.json, HubOptions.hub])

  static let close = Verb(
    "case close", "end a case: no look can belong to it any more",
    arguments: [Argument("N", "the case's number")], options: [HubOptions.hub])

  static let list = Verb(
    "case list", "your cases", options: [HubOptions.json, HubOptions.hub])

  static func runOpen(_ arguments: Arguments) throws(Failure) {
    let look = try LookOptions.look(
      purpose: arguments.value("--purpose") ?? Environment.value("LIAISON_PURPOSE"),
      reason: arguments.value("--reason") ?? Environment.value("LIAISON_REASON"))
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call(
      "OpenCase", OpenCaseRequest(purpose: look.purpose ?? "", reason: look.reason ?? ""),
      reply: OpenCaseReply.self)
    if arguments.has("--json") {
      Output.print(json: VarlinkJSON.text(reply.case))
    } else {
      let number = reply.case.number
      Output.print(
        "case \(number) is open, purpose \(reply.case.purpose): look with --case \(number)\n")
    }
  }

  static func runClose(_ arguments: Arguments) throws(Failure) {
    guard let number = Int(arguments.words[0]), number > 0 else {
      throw Failure(
        .usage, "\"\(arguments.words[0])\" is no number of a case.",
        hint: "See liaison case list.")
    }
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call(
      "CloseCase", CloseCaseRequest(number: number), reply: CloseCaseReply.self)
    Output.print("case \(reply.case.number) is closed\n")
  }

  static func runList(_ arguments: Arguments) throws(Failure) {
    let hub = try HubConnection(arguments.hub)
    let cases = try hub.call("Cases", reply: CasesReply.self).cases
    if arguments.has("--json") {
      Output.print(records: cases.map(VarlinkJSON.encode))
    } else {
      Output.print(cases.isEmpty ? "no cases\n" : text(cases))
    }
  }

  static func text(_ cases: [Case]) -> String {
    var table = TextTable(["CASE", "PURPOSE", "BY", "OPENED", "CLOSED"], numbers: [0])
    for one in cases {
      table.add(
        [
          "\(one.number)", one.purpose, one.user, HubTime.day(one.openedAt),
          one.closedAt.map(HubTime.day) ?? "open",
        ], below: one.reason.wrapped(indent: 4))
    }
    return table.text
  }
}
