import CommandLine
import Node
import Runtime

enum TailVerb {
  static let verb = Verb(
    "tail", "print the records that this node can open",
    details: [
      "Log by log from the beginning; with --follow also what arrives from then on. With --json one "
        + "object a line: {\"entry\":\"nl/1/17\",\"time\":…,\"record\":{…}}, the record in its exact bytes."
    ],
    options: [
      Option("--follow", summary: "go on as records arrive"),
      Option("--json", summary: "one JSON object a line"),
      Option("--new", summary: "with --follow: only what arrives from now on"),
      Option("--log", "ORIGIN", summary: "only this log's records, for example nl/1"),
      Liaison.data,
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    guard !arguments.has("--new") || arguments.has("--follow") else {
      throw Failure(
        .usage, "--new without --follow would print nothing.",
        hint: "Add --follow, or leave out --new.")
    }
    let daemon = try DaemonConnection(arguments.folder)
    let request = TailRequest(
      fresh: arguments.has("--new") ? true : nil, origin: arguments.value("--log"),
      follow: arguments.has("--follow") ? true : nil)
    try daemon.send(ControlCall.encode("Tail", request, more: true))
    let isJSON = arguments.has("--json")
    var continues = true
    while continues {
      let page = try daemon.receive(TailPage.self)
      continues = page.continues
      Output.print(records: page.parameters.events.map { isJSON ? json($0) : line($0) })
    }
  }

  /// The record's bytes go in as they are: encoding them again would change them.
  private static func json(_ event: TailEvent) -> String {
    let marks =
      (event.disputed == true ? ",\"disputed\":true" : "")
      + (event.late == true ? ",\"late\":true" : "")
    return "{\"entry\":\"\(event.entry)\",\"time\":\(event.time)\(marks),"
      + "\"record\":\(event.record)}"
  }

  private static func line(_ event: TailEvent) -> String {
    let mark = (event.disputed == true ? " DISPUTED" : "") + (event.late == true ? " LATE" : "")
    return "\(event.entry) \(UTCTime.text(milliseconds: event.time))\(mark) \(event.record)"
  }
}
