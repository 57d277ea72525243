import Crypto
import Log
import Replica
import Replication
import Secrets
import Store

/// Writes what `status` and `peers` say: of the logs, the peers and the signing of one node. It is
/// made when somebody asks, and changes nothing.
struct StatusWriter {
  let replica: Replica
  let files: StateFiles
  let peers: PeerHub
  let signing: SigningDesk
  let scrubber: Scrubber
  let anchorage: Anchorage
  let rotation: KeyRotator
  let notices: Notices
  /// By the steady clock.
  let now: UInt64

  private var roster: LiveRoster { files.membership.roster }
  var store: Store { replica.store }
  var core: Replicator { _read { yield replica.core } }

  func report() -> StatusReport {
    StatusReport(
      node: replica.card.name.text, logs: store.logs.map(report), peers: peerReports(),
      signing: signing.state, signingWhy: signing.why, signingHelp: signing.help,
      waitingFor: signing.waitingFor, waitingSince: signing.waitsSince.map { Int64($0) },
      warnings: warnings, scrub: scrubReport(), version: Daemon.version,
      startedAt: Int64(notices.startedAt), counters: notices.counters.values)
  }

  /// Those that stand as long as their cause, and the last day's.
  private var warnings: [String] {
    replica.unsaved.lines + roster.problems + files.membership.held.problems
      + files.faults.problems + (SecretMemory.warning.map { [$0] } ?? [])
      + rotation.warnings + notices.recentWarnings
  }

  // MARK: Logs

  private func report(_ log: LogIdentity) -> LogReport {
    let head = store.durableHead(log.id) ?? .empty
    let root = (try? store.root(log.id, size: head.size)).map { Base64.encode($0.array) } ?? ""
    let known = core.knownSize(of: log.id)
    let isDisputed = core.isDisputed(log.id)
    let carriers = core.carriers(of: log.id).sorted()
    let scrubbed = scrubber.progress(of: log.id)
    let witnesses = core.frozenAt(log.id).map { _ in self.witnesses(of: log) }
    return LogReport(
      origin: log.origin.text, id: log.id.description, size: head.size, root: root,
      cosignatures: cosigners(of: log.id), own: log.id == replica.identity.id,
      checkpointSize: store.newestCheckpoint(log.id)?.size ?? 0,
      missingEntries: known - min(known, head.size), bytes: store.storedBytes(log.id) ?? 0,
      limitBytes: replica.limitBytes(of: log.id), space: space(of: log.id),
      verifiedEntries: scrubbed.verified,
      scrubbedEntries: scrubbed.scrubbed,
      defects: scrubbed.defects, damaged: store.damagedRanges(log.id).map(\.entriesText),
      lost: (replica.damage.lost[log.id] ?? []).map(\.entriesText),
      undecided: store.undecidedRanges(log.id).map(\.entriesText), disputed: isDisputed,
      frozenAt: core.frozenAt(log.id),
      endsAt: core.epochs.endsAt(log.id), evidence: files.faults.evidence(of: log.id),
      help: core.frozenAt(log.id) == nil ? nil : replica.help(own: log.id == replica.identity.id),
      witnesses: witnesses?.map(\.name.text), witnessedSize: witnesses?.map(\.size).max(),
      catchUp: catchUpReport(log.id), carriers: carriers.map(\.text),
      anchor: anchorage.report(log.id),
      why: why(log, isDisputed, hasRoute: !carriers.isEmpty))
  }

  /// A node is no witness of itself (CKP-27).
  func possibleWitnesses(of log: LogIdentity) -> Set<NodeName> {
    Set(roster.entries.map(\.card.name)).subtracting([log.origin.name])
  }

  /// Members of the roster that cosigned entries of a frozen log before the fork was proven
  /// (Protocols/checkpoint.md, CKP-28), by name, and how many entries each.
  func witnesses(of log: LogIdentity) -> [(name: NodeName, size: UInt64)] {
    let names = possibleWitnesses(of: log)
    // Most cosigned the same few checkpoints.
    var roots: [UInt64: Digest] = [:]
    return store.cosignatures(log.id).compactMap { stored in
      guard names.contains(stored.cosignature.name),
        let root = roots[stored.checkpointSize]
          ?? (try? store.root(log.id, size: stored.checkpointSize))
      else { return nil }
      roots[stored.checkpointSize] = root
      guard root == stored.checkpointRoot else { return nil }
      return (stored.cosignature.name, stored.checkpointSize)
    }
  }

  private func why(_ log: LogIdentity, _ isDisputed: Bool, hasRoute: Bool) -> String? {
    if core.frozenAt(log.id) != nil { return "frozen" }
    if isDisputed { return "disputed" }
    if let end = core.epochs.endsAt(log.id) { return "ended at \(end)" }
    if let limit = replica.limitText(log.id) { return limit }
    return hasRoute || log.id == replica.identity.id ? nil : "no route"
  }

  private func cosigners(of log: LogID) -> [String] {
    store.cosignatures(log).map(\.cosignature.name.text)
  }

  private func catchUpReport(_ log: LogID) -> CatchUpReport? {
    guard let found = core.catchUp(of: log, now: now) else { return nil }
    let rate = found.entriesPerSecond
    return CatchUpReport(
      held: found.held, total: found.total, entriesPerSecond: rate,
      secondsLeft: found.secondsLeft,
      sources: found.sources)
  }

  // MARK: Peers

  func peerReports() -> [PeerReport] {
    let progress = core.progressOfPeers()
    return roster.entries.map { entry in
      let name = entry.card.name
      var report = peers.report(
        entry, progress.first { $0.name == name }, held: heldReport(name))
      report.serial = entry.card.serial
      report.keysSince = replica.cardOrigin(entry.card.identity.id).map { Int64($0.time) }
      return report
    }
  }

  private func heldReport(_ peer: NodeName) -> [HeldRateReport] {
    core.heldRates(of: peer, now: now).map {
      HeldRateReport(
        rate: $0.rate.rawValue, perSecond: $0.perSecond, times: $0.times, holding: $0.isHolding)
    } + core.unread(of: peer, now: now).map(unreadReport)
  }

  /// Time of messages of which nothing came, in µs.
  private func unreadReport(_ unread: UnreadReport) -> HeldRateReport {
    HeldRateReport(
      rate: ["unread", replica.label(unread.part)].compactMap { $0 }.joined(separator: " "),
      perSecond: unread.microsecondsPerSecond, times: unread.times, holding: unread.isUnread)
  }
}
