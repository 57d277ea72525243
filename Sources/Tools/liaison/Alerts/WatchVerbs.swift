import CommandLine
import HubInterface
import Runtime
import Varlink

/// `watch …`: questions that are asked of every record that comes.
enum WatchVerbs {
  static let add = Verb(
    "watch add", "be told of every record from now on that fits a name or a number",
    details: [
      "NAME is a name in any script; a document's number and a telephone may be given with it or instead. What fits already is printed as one list "
        + "and raises nothing; what comes from then on is an alert or a review: liaison alerts --follow tells it.",
      "By a name alone nothing is ever an alert: give --birth, as far as it is known. A watch ends a year from now unless --until names another day, "
        + "five years away at most; you are warned before it ends.",
      HubOptions.recorded,
    ],
    arguments: [Argument("NAME", "whom to watch for", isRequired: false, repeats: true)],
    options: [
      Option(
        "--birth", "DATE", summary: "the birth date, as far as it is known: 1987-03-02, 1987~"),
      Option("--nationality", "CC", summary: "a nationality, for example be"),
      Option("--document", "NUMBER", summary: "a travel document or personal number"),
      Option("--phone", "N", summary: "a telephone number"),
      Option(
        "--threshold", "T",
        summary: "review: all that fits; alert: only what is to be acted on", fallback: "review"),
      Option("--until", "DATE", summary: "its last day, for example 2026-12-31"), HubOptions.json,
    ] + HubOptions.look)

  static let list = Verb(
    "watch list", "watches, with their ends", options: [HubOptions.json, HubOptions.hub])

  static let remove = change(
    "remove", "end a watch; its alerts that nobody closed are taken back",
    details: ["It stays in the list, as removed."])
  static let pause = change(
    "pause", "let a watch rest: nothing is raised until it goes on",
    details: ["Its alerts stay. It ends on its day all the same."])
  static let resume = change(
    "resume", "let a watch go on; what fits by now is listed and raises nothing",
    details: [HubOptions.recorded])

  private static func change(_ name: String, _ summary: String, details: [String]) -> Verb {
    Verb(
      "watch \(name)", summary, details: details,
      arguments: [Argument("N", "the watch's number")], options: HubOptions.look)
  }

  // MARK: - Doing it

  static func runAdd(_ arguments: Arguments) throws(Failure) {
    let look = try LookOptions(arguments).look
    let request = try request(arguments, look)
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call("AddWatch", request, reply: WatchReply.self)
    let account = AccountText(look, reply.account)
    if arguments.has("--json") {
      Output.print(json: VarlinkJSON.text(reply.watch))
      Output.print(records: reply.fits.map { AlertJSON.line($0, reply.account) })
      account.printError()
      return
    }
    let watch = reply.watch
    Output.print(
      WatchText.fits(reply.fits, more: reply.more)
        + "watch \(watch.number) until \(watch.until): \(WatchText.what(watch)); liaison alerts --follow tells what comes"
        .wrapped(indent: 0) + "\n")
    account.print()
  }

  private static func request(
    _ arguments: Arguments, _ look: Look
  ) throws(Failure) -> AddWatchRequest {
    let name = arguments.words.joined(separator: " ")
    let request = AddWatchRequest(
      look: look, name: name.allSatisfy(\.isWhitespace) ? nil : name,
      birth: try arguments.date("--birth"), nationality: try country(arguments),
      document: arguments.value("--document"), phone: arguments.value("--phone"),
      threshold: try threshold(arguments),
      until: try arguments.lastDay("--until", now: SystemClock().wallMilliseconds))
    let hasNumber = request.document != nil || request.phone != nil
    guard request.name != nil || hasNumber else {
      throw Failure(
        .usage, "A watch needs somebody to watch for.",
        hint: "Give a NAME, --document NUMBER or --phone N.")
    }
    if request.name != nil, request.birth == nil, request.threshold == "alert", !hasNumber {
      throw Failure(
        .usage, "A name without a date of birth never raises an alert.",
        hint: "Give --birth, as far as it is known (1987~), or leave out --threshold alert.")
    }
    return request
  }

  private static func threshold(_ arguments: Arguments) throws(Failure) -> String? {
    let threshold = arguments.value("--threshold")
    guard threshold == "alert" || threshold == "review" else {
      throw Failure(
        .usage, "--threshold is \"\(threshold ?? "")\".", hint: "Write alert or review.")
    }
    return threshold
  }

  private static func country(_ arguments: Arguments) throws(Failure) -> String? {
    guard let text = arguments.value("--nationality") else { return nil }
    guard text.utf8.count == 2, text.allSatisfy({ $0.isASCII && $0.isLetter }) else {
      throw Failure(
        .usage, "--nationality is \"\(text)\".", hint: "Write the two letters of a country: be.")
    }
    return text.lowercased()
  }

  static func runList(_ arguments: Arguments) throws(Failure) {
    let watches = try HubConnection(arguments.hub).call("Watches", reply: WatchesReply.self).watches
    if arguments.has("--json") {
      Output.print(records: watches.map(VarlinkJSON.encode))
    } else {
      Output.print(watches.isEmpty ? "no watches\n" : WatchText.table(watches))
    }
  }

  /// - Parameter change: remove, pause or resume.
  static func runChange(_ change: String, _ arguments: Arguments) throws(Failure) {
    let look = try LookOptions(arguments).look
    let number = try arguments.numbers(of: "watch", list: "liaison watch list")[0]
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call(
      "ChangeWatch", ChangeWatchRequest(look: look, number: number, change: change),
      reply: WatchReply.self)
    let watch = reply.watch
    Output.print(
      WatchText.fits(reply.fits, more: reply.more)
        + "watch \(watch.number) is \(watch.state), until \(watch.until): \(WatchText.what(watch))"
        .wrapped(indent: 0) + "\n")
    AccountText(look, reply.account).print()
  }
}
