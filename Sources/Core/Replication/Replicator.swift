public import Crypto
public import Log

/// The replication core of one node: a value that takes inputs and returns effects.
///
/// It opens no socket or file, reads no clock, draws no randomness; the daemon and the test harness
/// run the same code. Protocols/sync.md is its specification.
///
/// The host, which is `Replica`, keeps these rules:
/// - `step` has a `now` that never goes back: milliseconds of a clock that nobody sets.
/// - Effects are carried out in their order before the next `step`.
/// - `opened` is a session's first input and `closed` its last; inputs for a session that the core
///   closed, or never saw, change nothing.
/// - Each `message` is followed by `took`, and so is each `congested` false.
/// - `append` is answered by `durable` or `refused`, `replace` by `replaced` or `replaceRefused`,
///   `cosign` by `cosigned` if the node can sign then, `mend` by a new list of what is `damaged`.
/// - `tick` comes when `nextDue` says so; one that comes sooner does no harm.
///
/// A file for each part of the protocol extends it. What such a part knows by itself is a value of
/// its own that decides and is tested alone: of the node `EpochLedger`, `SigningGate`, `PeerCosts`
/// and `PullTurns`; of each session and log those in `Session`, `SharedLog` and `LogProgress`. The
/// extensions tell them what came, and turn what they say into effects.
public struct Replicator {
  public let ownName: NodeName
  public let ownLog: LogID
  let runID: [UInt8]
  let reader: any LogReader

  var peers: [NodeName: Peer] = [:]
  /// The logs in the order in which they became known: lists on sessions only grow.
  var logOrder: [LogID] = []
  /// The logs at the places that they have in `logOrder`.
  var logs: Table<LogID, LogProgress>
  /// When time alone changes something of each log, by its place.
  var logDue: [UInt64] = []
  /// Which epoch of a node follows which.
  public internal(set) var epochs: EpochLedger
  /// Freezes and settled branches that changed.
  private var freezes: UInt64 = 0
  /// The `standingChanges` of which all branches were compared.
  var comparedChanges: UInt64 = 0
  /// The lowest fork proof of each log, also of those that are not known here yet.
  var proofs: [LogID: ForkProof] = [:]
  var sessions: Table<SessionID, Session>
  var sessionOrder: [SessionID] = []
  /// The cost that each peer has caused.
  var costs = PeerCosts()
  var turns = PullTurns()
  /// This node's right to sign.
  var gate: SigningGate

  /// - Parameters:
  ///   - runID: 16 random bytes drawn when the process starts.
  ///   - logs: what the store holds; the own log among them.
  ///   - start: how signing begins.
  ///   - proofs: what `keepProof` kept in earlier runs.
  ///   - openings: what `keepOpening` kept.
  ///   - openingKeys: of the cards that this node ever held, its own among them.
  public init(
    ownName: NodeName, ownLog: LogID, runID: [UInt8], logs identities: [LogIdentity],
    reader: any LogReader, start: OwnLogStart,
    proofs: [ForkProof] = [], openings: [HeldOpening] = [],
    openingKeys: [LogID: OpeningKeyHash] = [:]
  ) {
    precondition(runID.count == 16)
    guard let own = identities.first(where: { $0.id == ownLog }) else {
      preconditionFailure("the own log is among them")
    }
    logs = Table(absent: LogProgress(accepted: LogState(empty: own), durable: .empty))
    sessions = Table(absent: Session.absent(ownName))
    gate = SigningGate(start)
    epochs = EpochLedger(ownName: ownName, ownLog: ownLog)
    self.ownName = ownName
    self.ownLog = ownLog
    self.runID = runID
    self.reader = reader
    for proof in proofs { recall(proof) }
    epochs.hold(openingKeys)
    for identity in identities { add(identity) }
    for log in logOrder { link(log) }
    for opening in openings { epochs.recall(opening) }
    compareBranches()
    gate.begin()
  }

  /// Handles one input. Effects are appended in the order in which they must be carried out.
  public mutating func step(_ input: Input, now: UInt64, into effects: inout [Effect]) {
    // A measured time changes nothing, unless it was too much.
    if case .took(let session, let microseconds) = input {
      guard took(microseconds, on: session, now, &effects) else { return }
    }
    switch input {
    case .opened(let opening): open(opening, now, &effects)
    case .message(let session, let bytes): receive(bytes, on: session, now, &effects)
    case .closed(let session): forget(session, now, &effects)
    case .congested(let session, let value):
      sessions[session]?.isCongested = value
      if !value { goOnServing(session, now, &effects) }
    case .roster(let peers): setRoster(peers, now, &effects)
    case .durable(let log, let head): becameDurable(log, head, now, &effects)
    case .checkpointed(let checkpoint): checkpointed(checkpoint, now, &effects)
    case .refused(let log, _): refused(log, now)
    case .took: break
    case .idled(let session, let microseconds): idled(microseconds, on: session, now, &effects)
    case .cosigned(let log, let checkpoint, let cosignature, let key):
      cosigned(log, checkpoint, cosignature, key, now, &effects)
    case .cosignsAnew: cosignAnew(now, &effects)
    case .imported(let opening): imported(opening, now, &effects)
    case .release: release(now, &effects)
    case .close(let reason): gate.close(because: reason)
    case .damaged(let log, let ranges): damaged(log, ranges, now, &effects)
    case .mendRefused(let log, let peer): mendRefused(log, by: peer, now, &effects)
    case .replaced(let log): replaced(log, now, &effects)
    case .replaceRefused(let log): replaceRefused(log, now)
    case .limited(let log, let isLimited): limit(log, isLimited, now, &effects)
    case .tick: tick(now, &effects)
    }
    compareBranches()
    settleSigning(now, &effects)
    announceHeads(now, &effects)
    settleDue(now, afterTick: input.isTick)
  }

  mutating func add(_ identity: LogIdentity) {
    guard logs[identity.id] == nil else { return }
    logOrder.append(identity.id)
    logDue.append(.max)
    epochs.add(identity)
    logs[identity.id] = LogProgress(
      accepted: reader.state(of: identity.id) ?? LogState(empty: identity),
      durable: reader.durableHead(of: identity.id))
    // A checkpoint's word against the log is remembered: SYNC-86.
    logs[held: identity.id].isContradicted = reader.contradiction(of: identity.id) != nil
    if let proof = proofs[identity.id] {
      logs[held: identity.id].accepted.frozenAt = min(
        proof.frozenAt, logs[held: identity.id].accepted.frozenAt ?? .max)
    }
  }

  private mutating func setRoster(_ roster: [Peer], _ now: UInt64, _ effects: inout [Effect]) {
    peers = [:]
    gate.adopt(roster: roster.map(\.name))
    for peer in roster {
      peers[peer.name] = peer
      for identity in peer.logs { add(identity) }
      epochs.hold(peer.openingKeys)
    }
    epochs.compared = peers.compactMapValues(\.compared)
    adoptRates(of: roster, now, &effects)
    for log in logOrder { link(log) }
    settleContests(now, &effects)
    // The opening that counts of two may be known now, and with it what stands of the epoch before.
    standingChanged()
    openingsChanged()
    for session in sessionOrder { listLogs(to: session, now, &effects) }
  }

  /// At its limit a log is served and announced, and nothing of it taken: SYNC-37.
  private mutating func limit(
    _ log: LogID, _ isLimited: Bool, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard logs[log] != nil, logs[held: log].isLimited != isLimited else { return }
    logs[held: log].isLimited = isLimited
    guard isLimited else {
      startPull(of: log, now, &effects)
      return startRepairs(now, &effects)
    }
    release(log)
    logs[held: log].pullDueAt = nil
    if let session = logs[held: log].repairs.pull?.session {
      leaveRepair(of: log, on: session, now, &effects)
    }
  }

  /// Takes the store's state; a freeze that the store could not write yet holds all the same.
  mutating func adopt(_ state: LogState, of log: LogID) {
    var state = state
    if let frozenAt = logs[held: log].accepted.frozenAt {
      state.frozenAt = min(frozenAt, state.frozenAt ?? .max)
    }
    logs[held: log].accepted = state
  }

  /// Grows with each change that may move what stands of a log.
  public var standingChanges: UInt64 { freezes &+ epochs.changes }

  mutating func standingChanged() { freezes &+= 1 }

  func author(of log: LogID) -> NodeName? { epochs.author(of: log) }

  /// The store said no: what it holds is what counts.
  private mutating func refused(_ log: LogID, _ now: UInt64) {
    guard let progress = logs[log] else { return }
    adopt(reader.state(of: log) ?? LogState(empty: progress.accepted.identity), of: log)
    release(log)
    forgive(log)
    // Entries that come in the place of refused ones may be signed otherwise.
    logs[held: log].signed = SignedRun()
    logs[log]?.pullDueAt = now + Limits.refusedAgainMilliseconds
  }
}

extension Effect {
  /// 0 for what sends nothing.
  var bytesToSend: Int { if case .send(_, let bytes) = self { bytes.count } else { 0 } }

  static func count(_ counter: Counter) -> Effect { .event(.count(counter)) }
}
