import CommandLine
import HubInterface
import Log
import Node
import Records
import Runtime
import Varlink

/// An author's leave to use one entry of his otherwise than its codes allow.
enum ConsentVerbs {
  static let grant = Verb(
    "consent grant", "let a partner pass an own record on, or use it in court",
    details: [
      "A consent is a record (Protocols/records.md, REC-76), sealed to the asker and the receiver, so that both can verify it. It names one entry, and ends after 90 days at the latest.",
      "With --use court it allows the asker to write the record as evidence although it is H1; then there is no receiver.",
    ],
    arguments: [Argument("RECORD", "nl:2015-0117, or an entry, nl/1/17")],
    options: [
      Option("--asker", "NODE", summary: "who may do it", isRequired: true),
      Option("--to", "NODE", summary: "who may be given it"),
      Option("--use", "WORD", summary: "pass-on or court", fallback: "pass-on"),
      Option(
        "--until", "DAYS|YYYY-MM-DD", summary: "the last day, at most 90 days ahead",
        fallback: "30"),
      Option("--purpose", "LIST", summary: "for these purposes, in place of those of the record"),
      RecordOptions.id, Liaison.data,
    ])

  static let revoke = Verb(
    "consent revoke", "take a consent back",
    details: [
      "The consent is withdrawn, which counts from when the withdrawal is stored. What was passed on before stays passed on."
    ],
    arguments: [Argument("REF", "the consent's name, for example nl:consent-1f4b09aa")],
    options: [Liaison.data])

  static let list = Verb(
    "consent list", "consents that this node can read",
    details: [
      "Those that count; with --all also those that do not, and why.", HubOptions.recorded,
    ],
    options: [Option("--all", summary: "those that do not count, too"), HubOptions.json]
      + HubOptions.look)

  static func runGrant(_ arguments: Arguments) throws(Failure) {
    let use = try arguments.word("--use", of: ConsentUse.self).flatMap { ConsentUse(rawValue: $0) }
    guard let use, (use == .passOn) == arguments.has("--to") else {
      throw Failure(
        .usage,
        "--use is \(use?.rawValue ?? ""), and --to \(arguments.has("--to") ? "is given" : "is missing").",
        hint: "Leave to pass on has a receiver, and leave for court has none.")
    }
    let until = try until(arguments.value("--until") ?? "30")
    let daemon = try DaemonConnection(arguments.folder)
    let nodes = try KnownNodes(daemon)
    let asker = try nodes.citation(arguments.value("--asker") ?? "", option: "--asker")
    let receiver: NodeCitation? =
      if let name = arguments.value("--to") {
        try nodes.citation(name, option: "--to")
      } else { nil }
    let original = try Original.find(arguments.words[0], arguments, daemon)
    guard original.author == nodes.own else {
      throw Failure(
        .usage, "\(original.entry) is not this node's.", hint: "Its author gives consent.")
    }
    let common = original.record.common
    let draft = ConsentDraft(
      common: CommonDraft(
        id: arguments.value("--id") ?? RecordPublication.makeID("consent"), of: common,
        purpose: try arguments.list("--purpose") ?? common.purposes.map(\.text)),
      of: original.citation, use: use, asker: asker, receiver: receiver, until: until)
    let to = Set([asker, receiver].compactMap { $0?.node?.text }).subtracting([nodes.own.text])
    guard !to.isEmpty else {
      throw Failure(.usage, "--asker is this node.", hint: "An author needs no consent.")
    }
    try RecordPublication(arguments).publish(draft.record, to: to.sorted())
    Output.printError("liaison: \(nodes.own):\(draft.common.id)\n")
  }

  /// - Returns: the day as a record writes it.
  private static func until(_ text: String) throws(Failure) -> String {
    let now = SystemClock().wallMilliseconds
    let day = try ExpiryDay.parse(text, now: now, option: "--until")
    guard day <= Int(now / 86_400_000) + RecordLimits.consentDays else {
      throw Failure(
        .usage, "--until is \"\(text)\".",
        hint: "A consent ends after \(RecordLimits.consentDays) days at the latest (REC-77).")
    }
    return String(UTCTime.text(milliseconds: UInt64(day) * 86_400_000).prefix(10))
  }

  static func runRevoke(_ arguments: Arguments) throws(Failure) {
    guard let reference = RecordReference(arguments.words[0]) else {
      throw Failure(
        .usage, "\"\(arguments.words[0])\" is no reference to a record.",
        hint: "Write NODE:ID, as liaison consent list shows it.")
    }
    let own = try OwnIDs(arguments.folder)
    let versions = try own.standing(
      own.hash(reference.id), most: ControlLimits.recordsPerWithdrawal)
    guard reference.author.text == own.node, !versions.isEmpty,
      versions.allSatisfy({ $0.record.knownType == .consent })
    else {
      throw Failure(
        .noInput, "\(reference.text) is no consent of this node that stands.",
        hint: "See liaison consent list.")
    }
    let daemon = try DaemonConnection(arguments.folder)
    do throws(ControlError) {
      do throws(Failure) {
        try daemon.send(
          ControlCall.encode("Withdraw", WithdrawRequest(records: versions.map(\.entry))))
      } catch {
        throw DaemonConnection.connectionLost
      }
      PublishVerb.print(try daemon.publishAnswer().entries)
    } catch {
      throw Failure(error)
    }
  }

  static func runList(_ arguments: Arguments) throws(Failure) {
    let look = try LookOptions(arguments).look
    let reply = try HubConnection(arguments.hub).call(
      "Consents", ConsentsRequest(look: look, all: arguments.has("--all") ? true : nil),
      reply: ConsentsReply.self)
    let account = AccountText(look, reply.account)
    if arguments.has("--json") {
      Output.print(records: reply.consents.map(VarlinkJSON.encode))
      account.printError()
      return
    }
    Output.print((reply.consents.isEmpty ? "nothing found\n" : text(reply.consents)) + "\n")
    if reply.cut { Output.print("THIS IS NOT ALL: there are more consents than are shown.\n") }
    account.print()
  }

  static func text(_ consents: [ConsentReport]) -> String {
    var table = TextTable(["CONSENT", "ENTRY", "USE", "ASKER", "TO", "UNTIL"])
    for report in consents {
      guard case .consent(let consent) = SharedRecord.read(Array(report.found.record.utf8)).body
      else { continue }
      table.add(
        [
          report.found.ref ?? report.found.entry, consent.of?.entry ?? "?",
          consent.use?.text ?? "?", consent.asker?.node?.text ?? "?",
          consent.receiver?.node?.text ?? "", HubTime.minute(report.endsAt),
        ], below: report.why.map { "does not count: \($0)".wrapped(indent: 4) } ?? "")
    }
    return table.text
  }
}
