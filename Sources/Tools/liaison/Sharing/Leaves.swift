import CommandLine
import HubInterface
import Log
import Node
import Records

/// The leaves that this node holds for one use of one record.
struct Leaves {
  /// The consent that counts, and what it says; nil: there is none.
  private(set) var consent: (report: ConsentReport, consent: Consent)?
  private(set) var all: Set<Release.Leave> = []

  /// Adds the leave of the group that a record within its group names: both are members of that
  /// version, and it is the newest one that was read.
  mutating func addGroup(
    of common: CommonFields, _ members: [NodeName], _ daemon: DaemonConnection
  ) throws(Failure) {
    guard HandlingRules(common).onward == .withinGroup, let cited = common.group,
      let hash = common.groupHash, let end = cited.lastIndex(of: "@")
    else { return }
    let reply = try daemon.call(
      "Groups", GroupsRequest(group: String(cited[..<end])), reply: GroupsReply.self)
    guard let group = reply.groups.first, let version = group.version,
      "\(group.group)@\(version)" == cited, group.hash == hash, group.contradictions.isEmpty
    else { return }
    let isOfBoth = members.allSatisfy {
      group.members.contains($0.text) && !group.strangers.contains($0.text)
    }
    if isOfBoth { all.insert(.group) }
  }

  /// Adds a consent that counts: the hub is asked.
  /// - Parameter receiver: log ids of who is to be given it; nil for a use that has no receiver.
  mutating func addConsent(
    for original: Original, use: ConsentUse, receiver: Set<String>?, _ nodes: KnownNodes,
    _ arguments: Arguments
  ) throws(Failure) {
    let look = try LookOptions(arguments).look
    let reply = try HubConnection(arguments.hub).call(
      "Consents", ConsentsRequest(look: look, log: original.log, index: original.index),
      reply: ConsentsReply.self)
    AccountText(look, reply.account).printError()
    let own = nodes.logs(of: nodes.own)
    for report in reply.consents where report.counts && report.found.author == original.author.text
    {
      guard
        case .consent(let consent) = SharedRecord.read(Array(report.found.record.utf8)).body,
        Leaves.isFor(consent, original, use, asker: own, receiver)
      else { continue }
      self.consent = (report, consent)
      all.insert(.consent)
      return
    }
  }

  /// Does a consent name this entry, this use, this node and this receiver?
  static func isFor(
    _ consent: Consent, _ original: Original, _ use: ConsentUse, asker: Set<String>,
    _ receiver: Set<String>?
  ) -> Bool {
    guard consent.use?.value == use, consent.of?.names(original.citation) == true,
      let log = consent.asker?.log, asker.contains(log)
    else { return false }
    guard let receiver else { return true }
    return consent.receiver?.log.map { receiver.contains($0) } ?? false
  }
}

extension Release.Decision {
  /// The marks that go with the record.
  /// - Throws: 77 where it may not leave, with what may help.
  func require(_ original: Original, consent: String) throws(Failure) -> [String] {
    switch self {
    case .allowed(let marks): return marks
    case .refused(let reason, let hint, let mayAsk):
      let ask = original.record.id.map {
        "liaison rfi send --kind consent --to \(original.author) --refs \(original.author):\($0.text) --subject \(original.author):\($0.text) …"
      }
      throw Failure(
        .noPermission, "\(original.entry) may not leave: \(reason).",
        hint: hint + (mayAsk ? ask.map { " Send it: \($0)" } ?? "" : "") + consent)
    }
  }
}
