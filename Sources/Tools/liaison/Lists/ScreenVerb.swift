import CommandLine
import HubInterface
import PassengerLists
import Runtime
import Varlink

enum ScreenVerb {
  static let verb = Verb(
    "screen", "compare a passenger list with all that is known, line by line",
    details: [
      "FILE is CSV as airlines, travel agents and spreadsheets write it, or a PAXLST message, in any of the usual encodings. Where something cannot be decided "
        + "from the list, one question is asked, whose answer is an option; nothing is guessed. A line that cannot be read is named, and is none that is clear.",
      "Names are compared with records alone that ask for action. Without a date of birth a line is compared by its document alone, unless --names is given. A "
        + "victim's own passport clears him. Only alerts, reviews and what cannot be read are printed in full.",
      "The hub keeps no name of a list: a keyed hash of it, its flight, its counts and its hits.",
      HubOptions.recorded,
      "With --json one object a passenger: {\"line\":2,\"result\":\"alert\",\"hits\":[…],\"notes\":[…]}; result is alert, review, clear or unreadable. A file that is called "
        + "list is given as ./list.",
    ],
    arguments: [Argument("FILE", "the list, - for standard input")],
    options: [
      Option(
        "--flight", "NAME",
        summary: "its flight, for example KL1234/2026-12-01: hits of its earlier lists are known"),
      Option("--names", summary: "compare names without a date of birth, too"),
      Option("--encoding", "E", summary: "how it is written: \(encodings)"),
      Option("--dates", "ORDER", summary: "how its dates are written: dmy or mdy"),
      Option(
        "--columns", "LIST",
        summary:
          "its columns, for example surname,given,birth,-,document; - for one that is not read"),
      HubOptions.json,
    ] + HubOptions.look)

  static let list = Verb(
    "screen list", "lists that were screened, the newest first",
    options: [HubOptions.json, HubOptions.hub])

  private static let encodings = ListEncoding.allCases.map(\.rawValue).joined(separator: ", ")

  static func run(_ arguments: Arguments) throws(Failure) {
    let look = try LookOptions(arguments).look
    let path = arguments.words[0]
    guard path != "list" else {
      throw Failure(
        .usage, "\"list\" stands behind an option.",
        hint: "Write liaison screen list first, or ./list for a file of that name.")
    }
    let options = try options(arguments)
    let hub = try HubConnection(arguments.hub)
    let input = try ScreenInput(
      path: path, options, temporaryFolder: Environment.value("TMPDIR") ?? "/tmp",
      now: SystemClock().wallMilliseconds)
    var run = ScreenRun(
      hub, input, look, flight: arguments.value("--flight") ?? input.flight,
      comparesNames: arguments.has("--names"), isJSON: arguments.has("--json"))
    try run.run()
  }

  private static func options(_ arguments: Arguments) throws(Failure) -> ListOptions {
    var options = ListOptions()
    if let text = arguments.value("--encoding") {
      guard let encoding = ListEncoding(rawValue: text.lowercased()) else {
        throw Failure(.usage, "--encoding is \"\(text)\".", hint: "There is: \(encodings).")
      }
      options.encoding = encoding
    }
    if let text = arguments.value("--dates") {
      guard let order = DateOrder(rawValue: text) else {
        throw Failure(
          .usage, "--dates is \"\(text)\".", hint: "Write dmy for 31.12.1987, mdy for 12/31/1987.")
      }
      options.dateOrder = order
    }
    if let text = arguments.value("--columns") {
      guard let columns = ListColumn.columns(text) else {
        let words = ListColumn.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure(
          .usage, "--columns is \"\(text)\".",
          hint: "Write words with commas between them, - for a column that is not read: \(words).")
      }
      options.columns = columns
    }
    return options
  }

  static func runList(_ arguments: Arguments) throws(Failure) {
    let lists = try HubConnection(arguments.hub).call("Screenings", reply: ScreeningsReply.self)
      .screenings.sorted { ($0.time, $0.number) > ($1.time, $1.number) }
    if arguments.has("--json") {
      Output.print(records: lists.map(VarlinkJSON.encode))
    } else {
      Output.print(lists.isEmpty ? "no lists\n" : ScreeningText.table(lists))
    }
  }
}
