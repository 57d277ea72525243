import CommandLine
import HubInterface
import JSON

enum PersonVerb {
  static let verb = Verb(
    "person", "all that is known of one person or thing; or why two match",
    details: [
      "With one name the dossier: the record, its older versions, records that are the same by a judgement, records that name it, and "
        + "similar ones. With two names a table of what fits and what does not, whose rows add up to the score.",
      HubOptions.recorded,
    ],
    arguments: [
      Argument("REF", "a record's name, for example nl:2015-0117"),
      Argument("REF2", "the one to compare it with", isRequired: false),
    ],
    options: [HubOptions.json] + HubOptions.look)

  static func run(_ arguments: Arguments) throws(Failure) {
    let look = try LookOptions(arguments).look
    let ref = try arguments.reference(0)
    if arguments.words.count == 2 {
      try compare(arguments, look, ref, try arguments.reference(1))
      return
    }
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call(
      "Dossier", DossierRequest(look: look, ref: ref), reply: DossierReply.self)
    let account = AccountText(look, reply.account)
    if arguments.has("--json") {
      Output.print(records: [json(ref, reply)])
      account.printError()
    } else {
      Output.print(DossierText.text(reply) + "\n")
      account.print()
    }
  }

  private static func compare(
    _ arguments: Arguments, _ look: Look, _ left: String, _ right: String
  ) throws(Failure) {
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call(
      "Compare", CompareRequest(look: look, left: left, right: right), reply: CompareReply.self)
    let account = AccountText(look, reply.account)
    if arguments.has("--json") {
      Output.print(records: [json(reply)])
      account.printError()
    } else {
      Output.print(text(reply) + "\n")
      account.print()
    }
  }

  static func json(_ ref: String, _ reply: DossierReply) -> [UInt8] {
    JSONWriter.object { writer in
      writer.member("ref", ref)
      writer.list("versions", reply.versions) { $0.members($1) }
      writer.list("same", reply.same) { $0.members($1) }
      writer.list("mentions", reply.mentions) { writer, mention in
        writer.member("field", mention.field)
        writer.members(mention.found)
      }
      writer.list("similar", reply.similar) { $0.members($1) }
      writer.member("judgements", reply.judgements)
      writer.member("account", reply.account)
    }
  }

  static func json(_ reply: CompareReply) -> [UInt8] {
    JSONWriter.object { writer in
      writer.list("records", [reply.left, reply.right]) { $0.members($1) }
      writer.member("score", reply.score)
      writer.member("sentence", reply.sentence)
      writer.member("explanation", reply.explanation)
      writer.member("judgements", reply.judgements)
      writer.member("account", reply.account)
    }
  }

  static func text(_ reply: CompareReply) -> String {
    let name = { (found: Found) in (found.ref ?? found.entry).cut(to: 24) }
    var text = FoundText(reply.left).head(indent: 0) + FoundText(reply.right).head(indent: 0)
    text += "\n" + reply.sentence.wrapped(behind: ScoreTable.number(reply.score) + "  ", indent: 0)
    text += ScoreTable.text(
      reply.explanation, score: reply.score, left: name(reply.left), right: name(reply.right),
      indent: 2)
    if !reply.judgements.isEmpty { text += "\n" + JudgementText.table(reply.judgements) }
    return text
  }
}
