import Crypto
import Log
import Replication
import Secrets
import Simulation
import Store

/// A node of the shipped core and store, joined as the daemon joins them, over a disk in memory. It does nothing by itself:
/// the target gives it messages, time and its disk's answers.
final class FuzzNode {
  let party: FuzzParty
  let store: Store
  private(set) var core: Replicator
  private let peer: FuzzParty
  /// What it said on each session, in order.
  var outgoing: [(session: SessionID, message: [UInt8])] = []
  private(set) var openSessions: Set<SessionID> = []

  /// Effects of one step: a message makes some dozens at most; a session that opens sends a chunk or a list of each log.
  private static let effectsOfStep = 2_048

  private static let limits: StoreLimits = {
    var limits = StoreLimits()
    limits.journalBytes = 64 << 10
    return limits
  }()

  /// A disk that holds some entries of both logs, each under a checkpoint but for the last of them.
  static func image(_ sizes: [(FuzzParty, Int)]) -> DiskImage {
    let disk = SimulatedDisk()
    return sure {
      try Store.create(on: disk, salt: FuzzParty.salt, limits: limits)
      let store = try Store.open(on: disk, limits: limits)
      for (party, size) in sizes {
        try store.addLog(party.identity)
        guard size > 0 else { continue }
        let first = party.entries(max(1, size - 2), after: LogState(empty: party.identity))
        try store.append(first)
        _ = try store.addCheckpoint(party.checkpoint(first.after))
        let rest = size - Int(first.after.size)
        if rest > 0 { try store.append(party.entries(rest, after: first.after)) }
      }
      try store.flush()
      return disk.image
    }
  }

  init(_ party: FuzzParty, with peer: FuzzParty, _ image: DiskImage) {
    self.party = party
    self.peer = peer
    store = sure { try Store.open(on: SimulatedDisk(image), limits: FuzzNode.limits) }
    core = Replicator(
      ownName: party.name, ownLog: party.identity.id,
      runID: [UInt8](repeating: party.name.text.utf8.first ?? 0, count: 16), logs: store.logs,
      reader: SimulatedReader(store), start: .ready)
  }

  func meet(_ now: UInt64, isMember: Bool = true) {
    let peers = [
      Peer(
        name: peer.name, logs: [peer.identity], cosigningKey: peer.secrets.cosigning.publicKey)
    ]
    step(.roster(isMember ? peers : []), now)
  }

  func open(_ id: SessionID, initiated: Bool, _ now: UInt64) {
    openSessions.insert(id)
    let hash = SHA256.hash(Array("handshake \(id.value / 2)".utf8))
    step(
      .opened(
        SessionOpening(
          id: id, peer: peer.name, handshakeHash: hash, weInitiated: initiated,
          initiatorHasLowerKey: true)), now)
  }

  func close(_ id: SessionID, _ now: UInt64) {
    guard openSessions.remove(id) != nil else { return }
    step(.closed(id), now)
  }

  func receive(_ message: [UInt8], on id: SessionID, _ now: UInt64) {
    guard openSessions.contains(id) else { return }
    step(.message(id, message), now)
    // A kilobyte costs 64 µs: what nothing comes of is left unread before long.
    step(.took(id, microseconds: UInt64(message.count / 16)), now)
  }

  func step(_ input: Input, _ now: UInt64) {
    advance(input, now)
    askEverything(now)
  }

  private func advance(_ input: Input, _ now: UInt64) {
    var effects: [Effect] = []
    core.step(input, now: now, into: &effects)
    check(effects.count <= FuzzNode.effectsOfStep, "one step made \(effects.count) effects")
    for effect in effects { carryOut(effect, now) }
    if let due = core.nextDue(now) { check(due > now, "the core wants time that has passed") }
  }

  private func carryOut(_ effect: Effect, _ now: UInt64) {
    switch effect {
    case .send(let id, let message): outgoing.append((id, message))
    case .close(let id, _): openSessions.remove(id)
    case .append(let batch, let bulk):
      do {
        if bulk { try store.appendBulk(batch) } else { try store.append(batch) }
      } catch {
        advance(.refused(batch.after.identity.id, "\(error)"), now)
      }
    case .keepCheckpoint(let checkpoint): _ = try? store.addCheckpoint(checkpoint)
    case .keepCosignature(let log, let checkpoint, let cosignature):
      try? store.addCosignature(log, checkpoint: checkpoint, cosignature)
    case .cosign(let checkpoint):
      let cosignature = Cosignature.make(
        checkpoint: checkpoint, name: party.name, key: party.secrets.cosigning.publicKey,
        time: now / 1_000
      ) { [party] in party.secrets.cosigning.sign($0) }
      advance(
        .cosigned(
          checkpoint.logID, checkpoint, cosignature, party.secrets.cosigning.publicKey), now)
    // Neither author contradicts itself, and the fuzzer has no key.
    case .keepEvidence, .keepProof, .freeze, .keepOpening, .replace:
      preconditionFailure("an honest author is accused")
    case .mend(let log, let batch, let peer):
      guard (try? store.mend(log, with: batch))?.wrong.isEmpty == true else {
        return advance(.mendRefused(log, peer), now)
      }
    default: break
    }
  }

  /// The disk writes what was staged. The core is asked when it was told of all logs: until then the store is ahead of it.
  func work(_ now: UInt64) {
    for durable in sure({ try store.flush() }) { advance(.durable(durable.id, durable.head), now) }
    askEverything(now)
  }

  func publish(_ count: Int, checkpoint: Bool, _ now: UInt64) {
    guard core.signing == .ready, let state = store.state(party.identity.id), state.size < 200
    else { return }
    sure { try store.append(party.entries(count, after: state)) }
    work(now)
    guard checkpoint, let state = store.state(party.identity.id) else { return }
    let made = party.checkpoint(state)
    _ = sure { try store.addCheckpoint(made) }
    step(.checkpointed(made), now)
  }

  /// What is held of either log is what its author holds.
  func expectPrefix(of author: FuzzNode) {
    let id = author.party.identity.id
    guard let own = store.state(id), let theirs = author.store.state(id) else { return }
    check(own.size <= theirs.size, "more is held of a log than its author wrote")
    guard own.size > 0 else { return }
    let known = sure { try author.store.leafHash(id, own.size - 1) }
    check(own.head.leafHash == known, "another entry is held than its author wrote")
    let root = sure { try author.store.root(id, size: own.size) }
    check(own.tree.root() == root, "another log is held than its author wrote")
  }
}
