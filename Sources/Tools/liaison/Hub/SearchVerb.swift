import CommandLine
import HubInterface
import JSON

enum SearchVerb {
  static let verb = Verb(
    "search", "find persons, documents, numbers or words in what all partners share",
    details: [
      "TEXT is a name in any script, a number of a document, telephone or account, words of notes, or a record's name (nl:2015-0117). "
        + "Misspelt names are found. A score says how well a record fits; the table below it says why, and its rows add up to the score. "
        + "A candidate is not yet the person: liaison person shows the whole record.",
      HubOptions.recorded,
      "With --json one object a hit: {\"ref\":\"nl:x\",\"entry\":…,\"record\":{…},\"score\":…,\"explanation\":[…]}, the record in its exact bytes; "
        + "what concerns the answer as a whole goes to standard error.",
    ],
    arguments: [Argument("TEXT", "what to look for", repeats: true)],
    options: [
      Option("--type", "T", summary: "only records of this type: person, document, vehicle …"),
      Option("--from", "NODE", summary: "only records of this author"),
      Option("--since", "DATE", summary: "only what was published since"),
      Option("--born", "DATE", summary: "a birth date, as far as it is known: 1987-03-02, 1987~"),
      Option("--limit", "N", summary: "at most so many hits"),
      HubOptions.json,
    ] + HubOptions.look)

  static func run(_ arguments: Arguments) throws(Failure) {
    let look = try LookOptions(arguments).look
    let request = SearchRequest(
      look: look, text: arguments.words.joined(separator: " "), type: arguments.value("--type"),
      from: arguments.value("--from"), since: try arguments.date("--since"),
      born: try arguments.date("--born"), limit: try arguments.number("--limit", in: 1...200))
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call("Search", request, reply: SearchReply.self)
    let account = AccountText(look, reply.account)
    if arguments.has("--json") {
      Output.print(records: reply.hits.map { json($0, reply.account) })
      account.printError()
    } else {
      Output.print(text(reply) + "\n")
      account.print()
    }
  }

  static func json(_ hit: Hit, _ account: LookAccount) -> [UInt8] {
    JSONWriter.object { writer in
      writer.members(hit)
      writer.members(account)
    }
  }

  static func text(_ reply: SearchReply) -> String {
    guard !reply.hits.isEmpty else { return "nothing found\n" }
    var blocks = reply.hits.enumerated().map { HitText.block($1, number: "\($0 + 1)") }
    if let count = reply.equally {
      blocks.append("\(count) equally good: add a date (--born)\n")
    }
    return blocks.joined(separator: "\n")
  }
}
