import CommandLine
import HubInterface
import Varlink

/// The end of a shift: one offers what he took, and another accepts it.
enum HandOverVerbs {
  static let offer = Verb(
    "alert hand-over", "offer alerts that you took to a colleague",
    details: [
      "Without N all that you took. They stay yours until he accepts them, in one act: liaison alert accept. Both are recorded."
    ],
    arguments: [
      Argument("N", "numbers of alerts that you took", isRequired: false, repeats: true)
    ],
    options: [
      Option("--to", "USER", summary: "who is to have them", isRequired: true),
      Option("--reason", "TEXT", summary: "the reason, in a few words", isRequired: true),
      HubOptions.hub,
    ])
  static let accept = Verb(
    "alert accept", "accept what a colleague hands over to you",
    arguments: [Argument("HANDOVER", "its number: see liaison alert hand-overs")],
    options: [HubOptions.hub])
  static let list = Verb(
    "alert hand-overs", "what was handed over, and what waits to be accepted",
    options: [HubOptions.json, HubOptions.hub])

  static func runOffer(_ arguments: Arguments) throws(Failure) {
    let numbers = try arguments.numbers(of: "alert", list: "liaison alerts")
    let request = OfferHandOverRequest(
      to: arguments.value("--to") ?? "", alerts: numbers.isEmpty ? nil : numbers,
      reason: try arguments.givenReason() ?? "")
    let reply = try HubConnection(arguments.hub).call(
      "OfferHandOver", request, reply: OfferHandOverReply.self)
    let one = reply.handOver
    Output.print(
      "hand-over \(one.number) waits for \(one.to), \(HandOverText.alerts(one)): liaison alert accept \(one.number)"
        .wrapped(indent: 0))
    AccountText(nil, reply.account).print()
  }

  static func runAccept(_ arguments: Arguments) throws(Failure) {
    let number = try arguments.numbers(of: "hand-over", list: "liaison alert hand-overs")[0]
    let reply = try HubConnection(arguments.hub).call(
      "AcceptHandOver", AcceptHandOverRequest(number: number), reply: AcceptHandOverReply.self)
    let one = reply.handOver
    Output.print(
      "hand-over \(one.number) is accepted: \(HandOverText.alerts(one)), from \(one.from), yours from now on"
        .wrapped(indent: 0))
    AccountText(nil, reply.account).print()
  }

  static func runList(_ arguments: Arguments) throws(Failure) {
    let list = try HubConnection(arguments.hub).call("HandOvers", reply: HandOversReply.self)
      .handOvers
    if arguments.has("--json") {
      Output.print(records: list.map(VarlinkJSON.encode))
    } else {
      Output.print(list.isEmpty ? "no hand-overs\n" : HandOverText.table(list))
    }
  }
}
