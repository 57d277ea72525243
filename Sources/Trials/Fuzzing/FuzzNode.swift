import Crypto
import Log
import Replica
import Replication
import Secrets
import Simulation
import Store

/// A node: the shipped replica over a disk in memory. It does nothing by itself: the target gives
/// it messages, time and its disk's answers.
final class FuzzNode {
  let party: FuzzParty
  let replica: Replica
  private let disk: SimulatedDisk
  private let peer: FuzzParty
  /// The time that the last call said.
  private(set) var now: UInt64 = 0
  /// Calls of the host since the last input.
  var calls = 0
  /// The messages that it sent on each session, in order.
  var outgoing: [(session: SessionID, message: [UInt8])] = []
  var openSessions: Set<SessionID> = []

  var store: Store { replica.store }
  var core: Replicator { _read { yield replica.core } }

  /// A message makes some dozens at most; a session that opens sends a chunk or a list of each log.
  private static let callsOfStep = 2_048

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
    let disk = SimulatedDisk(image)
    self.disk = disk
    replica = sure {
      try Replica(
        card: party.card, store: try Store.open(on: disk, limits: FuzzNode.limits), partners: [],
        runID: [UInt8](repeating: party.name.text.utf8.first ?? 0, count: 16), start: .ready)
    }
    replica.begin(for: self)
  }

  /// The peer is on the roster, or not.
  func meet(_ now: UInt64, isMember: Bool = true) {
    act(now) { $0.replica.setRoster(isMember ? [Partner(card: $0.peer.card)] : []) }
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

  func step(_ input: Input, _ now: UInt64) { act(now) { $0.replica.step(input) } }

  func tick(_ now: UInt64) { act(now) { $0.replica.tick() } }

  private func act(_ now: UInt64, _ body: (FuzzNode) -> Void) {
    self.now = now
    calls = 0
    body(self)
    replica.endRound()
    check(calls <= FuzzNode.callsOfStep, "one step made \(calls) calls of its host")
    if let due = core.nextDue(now) { check(due > now, "the core wants time that has passed") }
    askEverything(now)
  }

  /// The disk writes what was staged. The core is asked when it was told of all logs: until then
  /// the store is ahead of it.
  func work(_ now: UInt64) {
    act(now) { node in
      while let batch = node.store.takeBatch() {
        sure { for operation in batch.operations { try node.disk.execute(operation) } }
        node.replica.completed(token: batch.token, error: nil)
      }
    }
  }

  func publish(_ count: Int, checkpoint: Bool, _ now: UInt64) {
    guard core.signing == .ready, let state = store.state(party.identity.id), state.size < 200
    else { return }
    let entries = party.entries(count, after: state)
    sure { try store.append(entries) }
    act(now) { $0.replica.didStage(entries.batch, of: $0.party.identity.id) }
    work(now)
    guard checkpoint, let state = store.state(party.identity.id) else { return }
    let made = party.checkpoint(state)
    _ = sure { try store.addCheckpoint(made) }
    step(.checkpointed(made), now)
  }

  /// The log of `author` is held here as a beginning of what its author holds.
  func expectPrefix(of author: FuzzNode) {
    let id = author.party.identity.id
    guard let own = store.state(id), let theirs = author.store.state(id) else { return }
    check(own.frozenAt == nil, "an honest author's log is frozen")
    check(own.size <= theirs.size, "more is held of a log than its author wrote")
    guard own.size > 0 else { return }
    let known = sure { try author.store.leafHash(id, own.size - 1) }
    check(own.head.leafHash == known, "another entry is held than its author wrote")
    let root = sure { try author.store.root(id, size: own.size) }
    check(own.tree.root() == root, "another log is held than its author wrote")
  }
}
