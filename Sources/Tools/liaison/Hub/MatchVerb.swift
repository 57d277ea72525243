import CommandLine
import HubInterface

enum MatchVerb {
  static let verb = Verb(
    "match", "compare a list of records with everything the hub has",
    details: [
      "One JSON object a line, as for publish, for example {\"type\":\"person\",\"name\":[{\"full\":\"…\"}],\"birthDate\":[\"1987-03-02\"]}; nothing of it "
        + "is published or kept. For each line its number and its candidates are printed as soon as they are known, however long the input is. "
        + "A line that is no record is named and passed over.",
      HubOptions.recorded,
    ],
    arguments: [Argument("FILE.jsonl", "the records, - for standard input")],
    options: [
      Option("--limit", "N", summary: "at most so many candidates a record", fallback: "5"),
      HubOptions.json,
    ] + HubOptions.look)

  static func run(_ arguments: Arguments) throws(Failure) {
    let look = try LookOptions(arguments).look
    let limit = try arguments.number("--limit", in: 1...50)
    let hub = try HubConnection(arguments.hub)
    let input = try MatchInput(path: arguments.words[0])
    var run = MatchRun(hub, input, look, limit: limit, isJSON: arguments.has("--json"))
    try run.run()
  }
}
