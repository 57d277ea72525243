import CommandLine
import Records

enum RequestSendVerb {
  static let verb = Verb(
    "rfi send", "ask partners for information",
    details: [
      "A request is a record (Protocols/records.md, REC-60), sealed to the nodes that it asks, and to nobody else. Its entry is printed once it is durable.",
      "An answer is due at --due, or, without it, so long after the request's time as --urgency says; with routine, or neither, at no time.",
      "A subject is \(RequestSubject.forms).",
    ],
    options: [
      Option("--to", "NAMES", summary: "the nodes that are asked", isRequired: true),
      Option(
        "--subject", "SUBJECT", summary: "what it is about; as often as there are subjects",
        isRequired: true, repeats: true),
      Option("--question", "TEXT", summary: "what you want to know", isRequired: true),
      Option(
        "--justification", "TEXT", summary: "why the asked may answer by law", isRequired: true),
      Option(
        "--purpose", "LIST", summary: "the purposes, of \(purposes)", isRequired: true),
      Option("--urgency", "WORD", summary: "8h, 3d, 7d or routine"),
      Option("--due", "DATE|TIME", summary: "2026-03-02 or 2026-03-02T15:00Z"),
      Option(
        "--kind", "WORD", summary: "information, or consent: leave to pass on what --refs names"),
      Option("--refs", "NAMES", summary: "records that it speaks of"),
      RecordOptions.id, RecordOptions.grade, RecordOptions.handling, RecordOptions.caveat,
      RecordOptions.expires, Liaison.data,
    ])

  private static let purposes = HubOptions.purposes.joined(separator: ", ")

  static func run(_ arguments: Arguments) throws(Failure) {
    let draft = try draft(arguments)
    let expiryDay = try arguments.expiryDay()
    let publication = try RecordPublication(arguments)
    guard !draft.to.contains(publication.node) else {
      throw Failure(
        .usage, "--to names \(publication.node), which is this node.",
        hint: "Name those that are asked.")
    }
    try publication.publish(draft.record, to: draft.to, expiryDay: expiryDay)
    Output.printError("liaison: \(publication.node):\(draft.common.id)\n")
  }

  /// The record, as far as the command line says it; what is wrong in it is found before anything
  /// is asked of the daemon.
  static func draft(_ arguments: Arguments) throws(Failure) -> RequestDraft {
    let to = try PublishVerb.names(arguments.value("--to") ?? "")
    guard to != ["all"] else {
      throw Failure(
        .usage, "--to is \"all\".",
        hint: "Name the nodes that are asked: each of them has to answer."
      )
    }
    var subjects: [RequestSubject] = []
    for text in arguments.all("--subject") { subjects.append(try RequestSubject(parsing: text)) }
    let refs = try arguments.references("--refs")
    let kind = try arguments.word("--kind", of: RequestKind.self)
    guard kind != RequestKind.consent.rawValue || !refs.isEmpty else {
      throw Failure(
        .usage, "--kind is consent, and --refs is missing.",
        hint: "Name the records that are to be passed on.")
    }
    return RequestDraft(
      common: CommonDraft(
        id: arguments.value("--id") ?? RecordPublication.makeID("rfi"), basis: "fact",
        grade: arguments.value("--grade") ?? "A1",
        handling: try arguments.list("--handling") ?? ["H0"], caveat: arguments.value("--caveat"),
        purpose: try arguments.list("--purpose") ?? [], refs: refs),
      to: to, subjects: subjects, question: arguments.value("--question") ?? "",
      justification: arguments.value("--justification") ?? "",
      urgency: try arguments.word("--urgency", of: Urgency.self),
      dueBy: try due(arguments.value("--due")), kind: kind)
  }

  private static func due(_ text: String?) throws(Failure) -> String? {
    guard let text else { return nil }
    guard RecordTime(parsing: text) != nil else {
      throw Failure(
        .usage, "--due is \"\(text)\".", hint: "Write 2026-03-02, or 2026-03-02T15:00Z.")
    }
    return text
  }
}
