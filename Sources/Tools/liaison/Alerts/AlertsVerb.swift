import CommandLine
import HubInterface
import Runtime

enum AlertsVerb {
  static let verb = Verb(
    "alerts", "what stands, and what nobody took; with --follow also what happens",
    details: [
      "First what nobody took, alerts before reviews, the newest first. With --follow each event is printed as it happens, until you interrupt it; a hub "
        + "that goes away is waited for, and nothing is printed twice.",
      "You see the alerts of your own purposes, which are recorded as a look when they are shown.",
      "With --json one object an alert: {\"alert\":7,\"entry\":\"nl/1/7\",\"record\":{…},\"watch\":3,\"band\":\"alert\",\"score\":…,\"explanation\":[…]}, the record in "
        + "its exact bytes; of an event \"event\" and \"news\" too. What was retracted has no entry and no record.",
    ],
    options: [
      Option("--follow", summary: "go on with what happens"),
      Option("--all", summary: "closed, retracted and listed ones, too"),
      Option("--limit", "N", summary: "at most so many"), HubOptions.json, HubOptions.hub,
    ])

  /// The most alerts that a hub answers with.
  private static let mostAtOnce = 200

  static func run(_ arguments: Arguments) throws(Failure) {
    let request = AlertsRequest(
      all: arguments.has("--all") ? true : nil,
      limit: try arguments.number("--limit", in: 1...mostAtOnce))
    let isJSON = arguments.has("--json")
    guard !arguments.has("--follow") else {
      var follow = AlertFollow(SteadyHub(arguments.hub), request, isJSON: isJSON)
      try follow.run()
    }
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call("Alerts", request, reply: AlertsReply.self)
    let offers = isJSON ? [] : try hub.call("HandOvers", reply: HandOversReply.self).handOvers
    print(reply, offers, limit: request.limit, isJSON: isJSON)
  }

  /// Prints the alerts that stand, with their account.
  /// - Parameter limit: so many were asked for at most.
  static func print(
    _ reply: AlertsReply, _ offers: [HandOver] = [], limit: Int?, isJSON: Bool
  ) {
    var account = AccountText(nil)
    // A look is recorded where a record was shown.
    account.add(reply.account, isRecorded: reply.alerts.contains { $0.found != nil })
    let isCut = reply.alerts.count >= limit ?? mostAtOnce
    if isJSON {
      let alerts = AlertsText.ordered(reply.alerts)
      Output.print(records: alerts.map { AlertJSON.line($0, reply.account) })
      if isCut { Output.printError("liaison: \(cut)") }
      account.printError()
    } else {
      let now = SystemClock().wallMilliseconds
      Output.print(AlertsText.text(reply.alerts, now: now) + "\n")
      if isCut { Output.print(cut + "\n") }
      let offered = HandOverText.offers(offers, to: Environment.userName(Environment.userID))
      if !offered.isEmpty { Output.print(offered + "\n") }
      account.print()
    }
  }

  private static let cut = "THIS MAY NOT BE ALL: there may be more than are shown.\n"
}
