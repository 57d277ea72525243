import CommandLine
import HubInterface
import Varlink

enum LinksVerb {
  static let verb = Verb(
    "links", "who is linked with whom, and by whose word",
    details: [
      "With --to the shortest path to another record. A link is what one author published, or a judgement of this hub; it says no more than that.",
      HubOptions.recorded,
    ],
    arguments: [Argument("REF", "a record's name, for example nl:2015-0117")],
    options: [
      Option("--to", "REF2", summary: "find the shortest path to this one"),
      Option("--depth", "N", summary: "how many links away"),
      Option(
        "--domain", "D",
        summary: "show only links of this domain: terror, drugs, arms, people, fraud, documents"),
      HubOptions.json,
    ] + HubOptions.look)

  static func run(_ arguments: Arguments) throws(Failure) {
    let look = try LookOptions(arguments).look
    var request = LinksRequest(look: look, ref: try arguments.reference(0))
    if let to = arguments.value("--to") { request.to = try Arguments.reference(to) }
    request.depth = try arguments.number("--depth", in: 1...6)
    let hub = try HubConnection(arguments.hub)
    var reply = try hub.call("Links", request, reply: LinksReply.self)
    let all = reply.edges.count
    if let domain = arguments.value("--domain") { reply.edges.removeAll { $0.domain != domain } }
    let account = AccountText(look, reply.account)
    if arguments.has("--json") {
      Output.print(json: VarlinkJSON.text(reply))
      account.printError()
    } else {
      Output.print(LinksText.text(reply, to: request.to, others: all - reply.edges.count) + "\n")
      account.print()
    }
  }
}
