import CommandLine
import HubInterface
import Runtime
import Varlink

/// `exclude …`: a false stop that must not come back with every list.
enum ExcludeVerbs {
  static let add = Verb(
    "exclude",
    "keep a false stop from coming back: this traveller is not the person of that record",
    details: [
      "HIT is a number that liaison screen printed. Without one the traveller is named by --document and --birth, and the record by --record. Hits by name of this "
        + "traveller with this record are then cleared in every list until the last day; a document is never cleared. The hub keeps a keyed hash of the traveller "
        + "and no name.",
      "Where the operator has it so, a second person has to confirm it: liaison exclude confirm. The reason and the law are kept with it.",
      HubOptions.recorded,
    ],
    arguments: [
      Argument("HIT", "numbers of hits", isRequired: false, repeats: true)
    ],
    options: [
      Option("--until", "DATE", summary: "its last day, for example 2026-12-31", isRequired: true),
      Option("--basis", "TEXT", summary: "the law that allows it", isRequired: true),
      Option("--document", "NUMBER", summary: "without HIT: the traveller's document"),
      Option("--birth", "DATE", summary: "without HIT: his date of birth"),
      Option("--record", "REF", summary: "without HIT: the record that he is not"),
    ] + HubOptions.look)
  static let list = Verb(
    "exclude list", "exclusions, with their last days",
    options: [HubOptions.json, HubOptions.hub])
  static let confirm = Verb(
    "exclude confirm", "agree, as the second person, to an exclusion", details: ["It is recorded."],
    arguments: [Argument("N", "the exclusion's number")], options: [HubOptions.hub])
  static let end = Verb(
    "exclude end", "end an exclusion before its last day", details: ["It is recorded."],
    arguments: [Argument("N", "the exclusion's number")], options: [HubOptions.hub])

  static func runAdd(_ arguments: Arguments) throws(Failure) {
    let look = try LookOptions(arguments).look
    let request = try request(arguments, look)
    let reply = try HubConnection(arguments.hub).call(
      "Exclude", request, reply: ExcludeReply.self)
    Output.print(reply.exclusions.map(line).joined() + "\n")
    AccountText(look, reply.account).print()
  }

  private static func request(
    _ arguments: Arguments, _ look: Look
  ) throws(Failure) -> ExcludeRequest {
    let hits = try arguments.numbers(of: "hit", list: "liaison screen FILE")
    let document = arguments.value("--document")
    let birth = try arguments.date("--birth")
    let ref = try arguments.value("--record").map(Arguments.reference)
    let given = [document, birth, ref].count { $0 != nil }
    guard hits.isEmpty ? given == 3 : given == 0 else {
      throw Failure(
        .usage,
        hits.isEmpty
          ? "Who is to be excluded?"
          : "Hits are named, and a document, a birth date or a record, too.",
        hint: "Give numbers of hits, or --document, --birth and --record together.")
    }
    guard let until = try arguments.lastDay("--until", now: SystemClock().wallMilliseconds),
      let basis = arguments.value("--basis"), !basis.allSatisfy(\.isWhitespace)
    else { throw Failure(.usage, "--basis is empty.", hint: "Name the law that allows it.") }
    return ExcludeRequest(
      look: look, hits: hits, document: document, birth: birth, ref: ref, until: until,
      basis: basis)
  }

  static func runList(_ arguments: Arguments) throws(Failure) {
    let exclusions = try HubConnection(arguments.hub).call(
      "Exclusions", reply: ExclusionsReply.self
    ).exclusions
    if arguments.has("--json") {
      Output.print(records: exclusions.map(VarlinkJSON.encode))
    } else {
      Output.print(exclusions.isEmpty ? "no exclusions\n" : table(exclusions))
    }
  }

  /// - Parameter change: confirm or end.
  static func runChange(_ change: String, _ arguments: Arguments) throws(Failure) {
    let number = try arguments.numbers(of: "exclusion", list: "liaison exclude list")[0]
    let reply = try HubConnection(arguments.hub).call(
      "ChangeExclusion", ChangeExclusionRequest(number: number, change: change),
      reply: ChangeExclusionReply.self)
    Output.print(line(reply.exclusion))
  }

  private static func line(_ one: Exclusion) -> String {
    let what = "exclusion \(one.number), a traveller who is not \(one.ref), until \(one.until)"
    switch one.state {
    case "proposed":
      return
        "\(what): PROPOSED, a second person has to agree (liaison exclude confirm \(one.number))"
        .wrapped(indent: 0)
    default: return "\(what): \(one.state)".wrapped(indent: 0)
    }
  }

  private static func table(_ exclusions: [Exclusion]) -> String {
    var table = TextTable(
      ["NUMBER", "NOT THE RECORD", "UNTIL", "STATE", "BY", "AND BY"], numbers: [0])
    for one in exclusions {
      table.add(
        ["\(one.number)", one.ref, one.until, one.state, one.proposedBy, one.confirmedBy ?? ""],
        below: "basis: \(one.basis)".wrapped(indent: 4) + "reason: \(one.reason)".wrapped(indent: 4)
      )
    }
    return table.text
  }
}
