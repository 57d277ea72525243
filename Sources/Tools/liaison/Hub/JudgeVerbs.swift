import CommandLine
import HubInterface

/// `same`, `not-same`, `unsure` and `undo`: what an officer decided about two records.
enum JudgeVerbs {
  static let same = verb("same", "judge that two records are of the same person or thing")
  static let notSame = verb("not-same", "judge that two records are of two persons or things")
  static let unsure = verb("unsure", "note that two records were compared without a decision")
  static let undo = verb("undo", "take a judgement back")

  private static func verb(_ name: String, _ summary: String) -> Verb {
    Verb(
      name, summary,
      details: [
        "The judgement stays in this hub: no record is changed, and no partner sees it. It is kept with its author, its reason and the "
          + "explanation of the match; liaison undo takes it back.",
        HubOptions.recorded,
      ],
      arguments: [
        Argument("REF", "a record's name, for example nl:2015-0117"), Argument("REF2", "another"),
      ],
      options: HubOptions.look)
  }

  /// - Parameter judgement: the verb's name.
  static func run(_ judgement: String, _ arguments: Arguments) throws(Failure) {
    let look = try LookOptions(arguments).look
    let request = JudgeRequest(
      look: look, left: try arguments.reference(0), right: try arguments.reference(1),
      judgement: judgement)
    guard request.left != request.right else {
      throw Failure(
        .usage, "\(request.left) is named twice.", hint: "Name two records to judge them.")
    }
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call("Judge", request, reply: JudgeReply.self)
    let pair = "\(request.left) and \(request.right)"
    if let judgement = reply.judgement {
      Output.print("\(pair): \(judgement.judgement), by \(judgement.user)\n")
    } else {
      Output.print("\(pair): no judgement\n")
    }
    AccountText(look, reply.account).print()
  }
}
