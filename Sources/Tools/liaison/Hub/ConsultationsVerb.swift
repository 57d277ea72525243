import CommandLine
import HubInterface
import Varlink

enum ConsultationsVerb {
  static let verb = Verb(
    "consultations", "who looked at what, and why; the newest first",
    details: [
      "This is a look, too, and is recorded. liaison-audit verifies that nothing was taken out of the log or changed."
    ],
    options: [
      Option("--below", "N", summary: "only looks before this one"),
      Option("--limit", "N", summary: "at most so many"), HubOptions.json,
    ] + HubOptions.look)

  static func run(_ arguments: Arguments) throws(Failure) {
    let look = try LookOptions(arguments).look
    let request = ConsultationsRequest(
      look: look, below: try arguments.number("--below", in: 0...Int.max),
      limit: try arguments.number("--limit", in: 1...1_000))
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call("Consultations", request, reply: ConsultationsReply.self)
    let account = AccountText(look, reply.account)
    if arguments.has("--json") {
      Output.print(records: reply.consultations.map(VarlinkJSON.encode))
      account.printError()
    } else {
      Output.print(text(reply.consultations) + "\n")
      account.print()
    }
  }

  private static let entriesShown = 8

  static func text(_ consultations: [Consultation]) -> String {
    guard !consultations.isEmpty else { return "nothing found\n" }
    var table = TextTable(
      ["LOOK", "WHEN", "BY", "WHY", "VERB", "SHOWN", "HIDDEN"], numbers: [0, 5, 6])
    for one in consultations {
      let why = one.case.map { "\(one.purpose), case \($0)" } ?? one.purpose
      table.add(
        [
          "\(one.index)", HubTime.minute(one.time), one.user, why, one.verb,
          "\(one.returned.count)", "\(one.hidden)",
        ], below: below(one))
    }
    return table.text
  }

  private static func below(_ one: Consultation) -> String {
    var text = "asked: \(one.asked)".wrapped(indent: 4) + "reason: \(one.reason)".wrapped(indent: 4)
    let more = one.returned.count - entriesShown
    if !one.returned.isEmpty {
      text +=
        "shown: \(one.returned.prefix(entriesShown).joined(separator: ", "))\(more > 0 ? " +\(more)" : "")"
        .wrapped(indent: 4)
    }
    return text
  }
}
