import Crypto
import Log
import Replication
import Secrets
import Store

/// A member that turned, with the running key of another node: it signs whatever that key can sign,
/// and shows it to those that it is connected with (Protocols/log.md, 5; docs/theft.md).
final class Thief: Mask {
  /// The uses of the running key, each once, in an order that the seed draws.
  enum Act: CaseIterable {
    /// Another entry at an index that everybody holds: the log freezes there.
    case forksBack
    /// Withdraws every record there is.
    case withdrawsAll
    /// A keys entry with its own keys, and the next serial or the highest that there is.
    case takesKeys
  }

  /// No honest clock ever says so here: what the thief cosigned is known by it.
  static let cosigningTime: UInt64 = 4_000_000_000

  private let victim: NodeKeys
  private var pages: [SessionID: SessionPage] = [:]
  /// Entries that it signed above the victim's end, and the state that leads to them.
  private var branch: (state: LogState, batches: [EntryBatch])?
  private(set) var done: [Act] = []
  private(set) var forkedAt: UInt64?
  private var proof: ForkProof?

  init(victim: NodeKeys) { self.victim = victim }

  // MARK: Mask

  func opened(_ session: SessionID, with peer: NodeName, _ ways: FoeWays) {
    guard let hash = ways.process?.sessions[session]?.handshakeHash else { return }
    pages[session] = SessionPage(peer, handshakeHash: hash)
  }

  func closed(_ session: SessionID) { pages[session] = nil }

  func outgoing(_ message: [UInt8], to peer: NodeName, on session: SessionID, _ ways: FoeWays)
    -> [[UInt8]]
  {
    pages[session]?.said(message)
    return [message]
  }

  func incoming(_ message: [UInt8], from peer: NodeName, on session: SessionID, _ ways: FoeWays)
    -> [[UInt8]]
  {
    pages[session]?.heard(message)
    return [message]
  }

  // MARK: Acts

  private var log: LogIdentity { victim.identity(1) }
  private var key: NodeSecrets { victim.secrets(1) }

  /// - Parameter size: of the log, as its author wrote it.
  func act(_ act: Act, at size: UInt64, _ ways: FoeWays) throws(Violation) {
    guard let process = ways.process, !done.contains(act) else { return }
    switch act {
    case .forksBack: try forkBack(process, ways)
    case .withdrawsAll:
      let records = (1..<size).map { Withdrawal.Record(origin: log.origin, index: $0) }
      let body = try must("a withdrawal") { try Withdrawal(records: records).encode() }
      try extend(.withdrawal, body, at: size, process, ways)
    case .takesKeys:
      let own = process.site.keys.lasting
      let commitment = victim.openingKey(2).secret.publicKey.commitment
      let card = try must("a card") {
        try Card.make(
          serial: ways.random.oneIn(2) ? .max : 2, origin: log.origin, log: key.log.publicKey,
          cosigning: own.cosigning.publicKey, sealing: own.sealing.publicKey,
          transport: own.transport.publicKey, opening: commitment, address: nil
        ) { key.log.sign($0) }
      }
      try extend(.keys, KeysChange(card: card).encode(), at: size, process, ways)
    }
    done.append(act)
  }

  private func forkBack(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard let size = process.store.durableHead(log.id)?.size, size > 0 else { return }
    let index = ways.random.oneIn(2) ? 0 : UInt64(ways.random.below(Int(size)))
    let held = try must("an entry of the victim") {
      try process.store.read(log.id, index..<(index + 1), maxBytes: 1 << 20)
    }
    var header = held.header(at: 0)
    header.time ^= 1
    let bytes = header.encode()
    let other = bytes + key.log.sign(bytes.span).array
    let pair = [Array(held.leaves.prefix(EntryLayout.leafBytes)), other].sorted {
      $0.lexicographicallyPrecedes($1)
    }
    let proof = try must("a fork proof") {
      try ForkProof(
        identity: log, evidence: .entries(.signed(leaf: pair[0]), .signed(leaf: pair[1])))
    }
    self.proof = proof
    forkedAt = index
    try showFork(ways) { ways.random.oneIn(2) }
  }

  /// A session may have been at its end, with what was said on it.
  func showFork(
    _ ways: FoeWays, where isTold: () -> Bool = { true }
  ) throws(Violation) {
    guard let proof else { return }
    for (id, page) in pages.sorted(by: { $0.key < $1.key }) {
      guard page.shares(log.id), let position = page.position(of: log.id), isTold() else {
        continue
      }
      try ways.send(.proof(position: position, proof.encode()), on: id)
    }
  }

  /// Signs one more entry behind the author's, and pushes all of its own to some.
  private func extend(
    _ kind: EntryKind, _ body: [UInt8], at size: UInt64, _ process: NodeProcess, _ ways: FoeWays
  ) throws(Violation) {
    if branch == nil {
      guard let state = process.store.state(log.id), state.size == size else { return }
      branch = (state, [])
    }
    guard var (state, batches) = branch else { return }
    state.frozenAt = nil
    var builder = EntryBuilder(state: state)
    builder.append(kind: kind, time: 1, body: body)
    let batch = builder.finish { key.log.sign($0) }
    state = try must("an entry with a stolen key") { try state.accept(batch) }.after
    batches.append(batch)
    branch = (state, batches)
    for (id, page) in pages.sorted(by: { $0.key < $1.key }) where ways.random.below(3) > 0 {
      guard page.shares(log.id), let position = page.position(of: log.id) else { continue }
      for batch in batches {
        try ways.send(.chunk(SyncChunk(batch, request: 0, position: position, full: true)), on: id)
      }
    }
  }

  // MARK: Used or rotated keys

  /// Opens epoch 2 once more with the key in its recovery file, which was used: with keys of its
  /// own and, half of the time, back to the first entry.
  /// - Returns: how often.
  func openAgain(endingAt size: UInt64, _ ways: FoeWays) throws(Violation) -> Int {
    guard let process = ways.process else { return 0 }
    var times = 0
    let end = ways.random.oneIn(2) ? 1 : size
    let hash = try must("an entry of the victim") { try process.store.leafHash(log.id, end - 1) }
    let root = try must("a root of the victim") { try process.store.root(log.id, size: end) }
    let usurper = try NodeKeys(victim.name.text, seed: ways.random.next())
    let card = try usurper.card(2)
    let opener = victim.openingKey(2)
    let body = try must("an opening with a stolen key") {
      try Genesis(
        card: card,
        follows: Genesis.Predecessor(origin: log.origin, size: end, leafHash: hash, root: root),
        key: opener.secret.publicKey
      ) { opener.secret.sign($0) }.encode()
    }
    let state = LogState(empty: card.identity)
    var builder = EntryBuilder(state: state)
    builder.append(kind: .genesis, time: 1, body: body)
    let batch = builder.finish { usurper.secrets(2).log.sign($0) }
    for (id, page) in pages.sorted(by: { $0.key < $1.key }) {
      guard page.shares(log.id), let position = page.position(of: log.id) else { continue }
      try ways.send(
        .opening(position: position, leaf: batch.leaves, body: batch.bodies), on: id)
      times += 1
    }
    return times
  }

  /// Cosigns the newest checkpoint of every log that there is, with a time far ahead and the
  /// cosigning key of epoch 1, behind the end of that.
  /// - Returns: how often.
  func cosign(_ ways: FoeWays) throws(Violation) -> Int {
    guard let process = ways.process else { return 0 }
    var times = 0
    let name = victim.name
    for (id, page) in pages.sorted(by: { $0.key < $1.key }) {
      for other in process.store.logs {
        guard page.shares(other.id), let position = page.position(of: other.id),
          let checkpoint = process.store.newestCheckpoint(other.id)
        else { continue }
        let made = Cosignature.make(
          checkpoint: checkpoint, name: name, key: key.cosigning.publicKey,
          time: Thief.cosigningTime
        ) { key.cosigning.sign($0) }
        let said = SyncMessage.cosignatures(
          direction: UInt8(ways.random.below(2)),
          SyncCheckpoint(checkpoint, position: position),
          [SyncCosignature(made, by: key.cosigning.publicKey)])
        try ways.send(said, on: id)
        times += 1
      }
    }
    return times
  }
}
