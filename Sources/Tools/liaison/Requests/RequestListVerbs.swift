import CommandLine
import HubInterface
import Varlink

/// `rfi list` and `rfi show`: what is asked, what is due, and who has answered.
enum RequestListVerbs {
  static let list = Verb(
    "rfi list", "requests for information to this node and of it",
    details: [
      "Those that are open, the newest first; what is overdue says so, on both sides. A request's time is the one that its author signed.",
      HubOptions.recorded,
    ],
    options: [
      Option("--in", summary: "only requests to this node"),
      Option("--out", summary: "only requests of this node"),
      Option("--all", summary: "answered and closed ones, too"),
      Option("--limit", "N", summary: "at most so many", fallback: "20"), HubOptions.json,
    ] + HubOptions.look)

  static let show = Verb(
    "rfi show", "one request for information, with every part of its answers",
    details: [HubOptions.recorded],
    arguments: [Argument("REF", "the request's name, for example nl:rfi-1f4b09aa")],
    options: [HubOptions.json] + HubOptions.look)

  /// As many as the hub gives.
  private static let most = 200

  static func runList(_ arguments: Arguments) throws(Failure) {
    guard !arguments.has("--in") || !arguments.has("--out") else {
      throw Failure(
        .usage, "--in and --out are given together.", hint: "Leave out both to see both.")
    }
    let direction = arguments.has("--in") ? "in" : arguments.has("--out") ? "out" : nil
    let look = try LookOptions(arguments).look
    try run(
      arguments,
      RequestsRequest(
        look: look, direction: direction, all: arguments.has("--all") ? true : nil,
        limit: try arguments.number("--limit", in: 1...most)), text: RequestText.table)
  }

  static func runShow(_ arguments: Arguments) throws(Failure) {
    let ref = try arguments.reference(0)
    let look = try LookOptions(arguments).look
    try run(
      arguments, RequestsRequest(look: look, ref: ref),
      text: { $0.map { RequestText($0).whole }.joined() })
  }

  private static func run(
    _ arguments: Arguments, _ request: RequestsRequest, text: ([InformationRequest]) -> String
  ) throws(Failure) {
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call("Requests", request, reply: RequestsReply.self)
    let account = AccountText(request.look, reply.account)
    if arguments.has("--json") {
      Output.print(records: reply.requests.map(VarlinkJSON.encode))
      if reply.cut { Output.printError("liaison: \(cut)") }
      account.printError()
      return
    }
    Output.print((reply.requests.isEmpty ? "nothing found\n" : text(reply.requests)) + "\n")
    if reply.cut { Output.print(cut) }
    account.print()
  }

  private static let cut = "THIS IS NOT ALL: there are more requests than are shown.\n"
}
