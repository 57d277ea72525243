import CommandLine
import JSON
import Node
import Runtime

enum TailVerb {
  static let verb = Verb(
    "tail", "print the records that this node can open",
    details: [
      "Log by log from the beginning; with --follow also what arrives from then on. With --json one "
        + "object a line: {\"entry\":\"nl/1/17\",\"time\":…,\"record\":{…}}, the record in its exact bytes.",
      "What an author sealed that is no record has \"record\":null and, in \"malformed\", why; none of its "
        + "bytes is printed.",
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
    try daemon.checkThatItAnswers()
    let request = TailRequest(
      fresh: arguments.has("--new") ? true : nil, origin: arguments.value("--log"),
      follow: arguments.has("--follow") ? true : nil)
    try daemon.send(ControlCall.encode("Tail", request, more: true))
    let isJSON = arguments.has("--json")
    var continues = true
    while continues {
      let page = try daemon.receivePage()
      continues = page.continues
      Output.print(records: page.parameters.events.map { isJSON ? json($0) : line($0) })
    }
  }

  /// A record goes in as it is: encoding it again would change it. It is checked, so it is one line
  /// and one JSON object.
  private static func json(_ event: TailEvent) -> [UInt8] {
    var writer = JSONWriter(reserving: 256 + (event.record?.bytes.count ?? 0))
    writer.beginObject()
    writer.key("entry")
    writer.string(event.entry)
    writer.key("time")
    writer.number(event.time)
    if event.disputed == true {
      writer.key("disputed")
      writer.bool(true)
    }
    if event.late == true {
      writer.key("late")
      writer.bool(true)
    }
    writer.key("record")
    if let record = event.record { writer.raw(record.bytes) } else { writer.null() }
    if let malformed = event.malformed {
      writer.key("malformed")
      writer.string(malformed)
    }
    writer.endObject()
    return writer.bytes
  }

  private static func line(_ event: TailEvent) -> [UInt8] {
    let mark = (event.disputed == true ? " DISPUTED" : "") + (event.late == true ? " LATE" : "")
    let record = event.record?.text ?? "MALFORMED: it \(event.malformed ?? "is no record")"
    return Array(
      "\(event.entry) \(UTCTime.text(milliseconds: event.time))\(mark) \(record)".utf8)
  }
}
