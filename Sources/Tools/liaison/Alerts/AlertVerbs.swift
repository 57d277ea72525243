import CommandLine
import HubInterface
import Runtime
import Varlink

/// `alert …`: who takes an alert, hands it over, and closes it.
enum AlertVerbs {
  private static let numbers = Argument(
    "N", "numbers of alerts, as liaison alerts shows them", repeats: true)
  private static let reason = Option(
    "--reason", "TEXT", summary: "the reason, in a few words", isRequired: true)
  private static let recorded = "Who did it and when is recorded."

  static let show = Verb(
    "alert show", "one alert in full: why it fits, row by row, and the whole record",
    details: ["This is a look, for the purpose of its watch, and is recorded."],
    arguments: [Argument("N", "the alert's number")], options: [HubOptions.json, HubOptions.hub])
  static let take = Verb(
    "alert take", "take alerts: from now on they are yours, and others see that",
    details: [recorded],
    arguments: [numbers], options: [HubOptions.hub])
  static let release = Verb(
    "alert release", "give back alerts that you took: nobody has them then", details: [recorded],
    arguments: [numbers], options: [HubOptions.hub])
  static let close = Verb(
    "alert close", "close alerts, as true or as false, with the reason",
    details: [
      "True: it was the person or thing of the record. False: it was another. Where the operator has it so, a second person has to agree to false: "
        + "liaison alert confirm.", recorded,
    ],
    arguments: [numbers],
    options: [
      Option("--true", summary: "it was the person or thing of the record"),
      Option("--false", summary: "it was another"), reason, HubOptions.hub,
    ])
  static let confirm = Verb(
    "alert confirm", "agree, as the second person, that alerts were false", details: [recorded],
    arguments: [numbers], options: [HubOptions.hub])
  static let reopen = Verb(
    "alert reopen", "open alerts again that were closed", details: [recorded],
    arguments: [numbers], options: [reason, HubOptions.hub])

  static func runShow(_ arguments: Arguments) throws(Failure) {
    let number = try arguments.numbers(of: "alert", list: "liaison alerts")[0]
    let reply = try HubConnection(arguments.hub).call(
      "Alerts", AlertsRequest(alert: number, all: true), reply: AlertsReply.self)
    guard let alert = reply.alerts.first(where: { $0.alert == number }) else {
      throw Failure(HubError.unknown(what: "alert", number: number))
    }
    var account = AccountText(nil)
    account.add(reply.account, isRecorded: alert.found != nil)
    if arguments.has("--json") {
      Output.print(records: [AlertJSON.line(alert, reply.account)])
      account.printError()
    } else {
      let now = SystemClock().wallMilliseconds
      Output.print(AlertText(alert).block(now: now, hasRows: true) + "\n")
      account.print()
    }
  }

  /// - Parameter change: take, release, close, confirm or reopen.
  static func runChange(_ change: String, _ arguments: Arguments) throws(Failure) {
    let request = ChangeAlertsRequest(
      alerts: try arguments.numbers(of: "alert", list: "liaison alerts"), change: change,
      outcome: change == "close" ? try outcome(arguments) : nil,
      reason: try arguments.givenReason())
    let reply = try HubConnection(arguments.hub).call(
      "ChangeAlerts", request, reply: ChangeAlertsReply.self)
    Output.print(reply.alerts.map(line).joined())
    AccountText(nil, reply.account).print()
  }

  private static func outcome(_ arguments: Arguments) throws(Failure) -> String {
    guard arguments.has("--true") != arguments.has("--false") else {
      throw Failure(
        .usage, "An alert is closed as true or as false.",
        hint:
          "Give --true if it was the person or thing of the record, and --false if it was another.")
    }
    return arguments.has("--true") ? "true" : "false"
  }

  private static func line(_ alert: AlertState) -> String {
    let by = alert.takenBy.map { " by \($0)" } ?? ""
    switch alert.state {
    case "raised": return "alert \(alert.alert): nobody has it\n"
    case "taken": return "alert \(alert.alert): taken\(by)\n"
    case "closing":
      return
        "alert \(alert.alert): a second person has to agree: liaison alert confirm \(alert.alert)\n"
    default: return "alert \(alert.alert): \(alert.state)\n"
    }
  }
}

extension Arguments {
  /// `--reason`, which has to say something where it is given.
  func givenReason() throws(Failure) -> String? {
    guard let reason = value("--reason") else { return nil }
    guard !reason.allSatisfy(\.isWhitespace) else {
      throw Failure(.usage, "The reason is empty.", hint: "Give it in a few words.")
    }
    return reason
  }
}
