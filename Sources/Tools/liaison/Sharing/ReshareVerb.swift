import CommandLine
import HubInterface
import Log
import Node
import Records

enum ReshareVerb {
  static let verb = Verb(
    "reshare", "pass a record on to another node, by its author's leave",
    details: [
      "What is published is a record of its own (Protocols/records.md, REC-78), sealed to the receiver. It holds the key of the one entry and not its text: the receiver opens the body that it carries anyway, sees who wrote it, and a withdrawal reaches it. "
        + "A key cannot be taken back from who has it.",
      "An own record may always be passed on. Of another's, its onward rule and its codes decide: none never, ask-originator with a consent of its author, which the hub is asked for. docs/handling.md says what nobody can enforce.",
      HubOptions.recorded,
    ],
    arguments: [Argument("RECORD", "nl:2015-0117, or an entry, nl/1/17")],
    options: [
      Option("--to", "NODE", summary: "who is given it", isRequired: true),
      RecordOptions.id, RecordOptions.expires, Liaison.data,
    ] + HubOptions.look)

  static func run(_ arguments: Arguments) throws(Failure) {
    let expiryDay = try arguments.expiryDay()
    let daemon = try DaemonConnection(arguments.folder)
    let nodes = try KnownNodes(daemon)
    let receiver = try nodes.citation(arguments.value("--to") ?? "", option: "--to")
    guard let name = receiver.node, name != nodes.own else {
      throw Failure(.usage, "--to is this node.", hint: "Name who is to be given it.")
    }
    let original = try Original.find(arguments.words[0], arguments, daemon)
    guard name != original.author else {
      throw Failure(.usage, "\(original.entry) is \(name)'s own.", hint: "It has it.")
    }
    var leaves = Leaves()
    if original.author != nodes.own {
      try leaves.addGroup(of: original.record.common, [nodes.own, name], daemon)
      if leaves.all.isEmpty {
        try leaves.addConsent(
          for: original, use: .passOn, receiver: nodes.logs(of: name), nodes, arguments)
      }
    }
    _ = try Release.decide(
      original.record.common, author: original.author, own: nodes.own, way: .reshare,
      leaves: leaves.all
    ).require(original, consent: "")
    let disclosed = try daemon.call(
      "Disclose", DiscloseRequest(entry: original.entry), reply: DiscloseReply.self)
    guard disclosed.leaf == original.leaf, disclosed.log == original.log else {
      throw Failure(.temporaryFailure, "\(original.entry) changed meanwhile.", hint: "Try again.")
    }
    let draft = try draft(original, disclosed.key, leaves, own: nodes.own, arguments, daemon)
    try RecordPublication(arguments).publish(draft.record, to: [name.text], expiryDay: expiryDay)
  }

  private static func draft(
    _ original: Original, _ key: String, _ leaves: Leaves, own: NodeName, _ arguments: Arguments,
    _ daemon: DaemonConnection
  ) throws(Failure) -> ReshareDraft {
    let common = original.record.common
    var purposes = common.purposes.map(\.text)
    if let consent = leaves.consent {
      let allowed = SharedRecord.read(Array(consent.report.found.record.utf8)).common.purposes
      purposes = purposes.filter { allowed.map(\.text).contains($0) }
    }
    guard !purposes.isEmpty else {
      throw Failure(
        .noPermission, "The consent is for none of the purposes of \(original.entry).",
        hint: "Ask \(original.author) for another one.")
    }
    return ReshareDraft(
      common: CommonDraft(
        id: arguments.value("--id") ?? RecordPublication.makeID("reshare"), of: common,
        purpose: purposes), of: original.citation, key: key,
      by: original.author == own ? .own : leaves.consent == nil ? .group : .consent,
      consent: try leaves.consent.map { (report, _) throws(Failure) in
        let shown = try daemon.call(
          "Show", ShowRequest(entry: report.found.entry), reply: ShowReply.self)
        return EntryCitation(
          entry: report.found.entry, log: report.log, index: report.index, leaf: shown.leafHash)
      }, onward: HandlingRules(common).onward.rawValue, tlp: common.tlp,
      group: common.group.flatMap { group in common.groupHash.map { (group, $0) } })
  }
}
