import Crypto
import Log
import Replication
import Secrets
import Store

/// A running node: the shipped store and the shipped core, joined as `liaisond` joins them, on the world's time.
final class NodeProcess {
  /// The world keeps its sites, and a site its process.
  unowned let site: Site
  unowned let world: World
  let disk: SimulatedDisk
  let store: Store
  var core: Replicator
  let identity: LogIdentity
  var isAlive = true
  /// The token that it found let it sign.
  let tokenIsGood: Bool
  /// What the disk is doing.
  private var batchOut: DiskBatch?
  private var tokenIsDue = false
  private var tokenIsScheduled = false
  private var checkpointIsScheduled = false
  private var tickAt: UInt64?
  /// Partners' next epochs, until their genesis is durable.
  var openings: [LogID: Opening] = [:]
  /// The own next epoch, until its genesis is durable.
  var adopting: LogIdentity?

  private var secretEpoch: UInt32 { site.folder.epoch }
  var transportKey: TransportPublicKey { site.keys.lasting.transport.publicKey }

  init(_ site: Site, _ world: World) throws(Violation) {
    self.site = site
    self.world = world
    let disk = SimulatedDisk(site.folder.image)
    self.disk = disk
    let limits = world.limits
    let store = try must("\(site.label): the store") { try Store.open(on: disk, limits: limits) }
    self.store = store
    try expect(store.damage.isEmpty, "\(site.label): damage \(store.damage)")
    let identity = site.keys.identity(site.folder.epoch)
    self.identity = identity
    for card in site.folder.cards where store.state(card.identity.id) == nil {
      try must("\(site.label): a peer's log") { try store.addLog(card.identity) }
    }
    // As SigningStart does: the mark of an earlier closing, the token, the roster.
    let refusal = try must("\(site.label): the token") {
      try RollbackToken.refusal(of: site.token, identity, store)
    }
    tokenIsGood = refusal == nil
    var start = OwnLogStart.waiting
    if let closed = site.folder.closed, closed.origin == identity.origin {
      start = .closed(because: closed.reason)
    } else if let refusal {
      start = .closed(because: "token: \(refusal)")
    }
    core = Replicator(
      ownName: site.name, ownLog: identity.id,
      runID: [UInt8](repeating: 0, count: 14) + [UInt8(site.number), site.starts],
      logs: store.logs, reader: SimulatedReader(store), start: start)
    if let refusal, refusal.isLasting, case .closed(let reason) = start {
      rememberClosed(reason)
    }
  }

  func begin() throws(Violation) { try step(.roster(peers)) }

  /// Every epoch that is stored of each node of the roster, oldest first.
  private var peers: [Peer] {
    site.folder.cards.map { card in
      let others = store.logs.filter { $0.origin.name == card.name && $0.id != card.identity.id }
      let logs = (others + [card.identity]).sorted { $0.origin.epoch < $1.origin.epoch }
      return Peer(name: card.name, logs: logs, cosigningKey: card.cosigning)
    }
  }

  // MARK: Core

  func step(_ input: Input) throws(Violation) {
    guard isAlive else { return }
    var effects: [Effect] = []
    core.step(input, now: world.now, into: &effects)
    for effect in effects where isAlive { try carryOut(effect) }
    guard isAlive else { return }
    work()
    scheduleTick()
  }

  private func carryOut(_ effect: Effect) throws(Violation) {
    switch effect {
    case .send(let id, let bytes): world.send(bytes, on: id)
    case .close(let id, _): try world.close(id)
    case .append(let batch, let bulk):
      do {
        if bulk { try store.appendBulk(batch) } else { try store.append(batch) }
      } catch {
        try step(.refused(batch.after.identity.id, "\(error)"))
      }
    case .keepCheckpoint(let checkpoint): try keep(checkpoint)
    case .keepCosignature(let log, let checkpoint, let cosignature):
      try must("a cosignature") {
        try store.addCosignature(log, checkpoint: checkpoint, cosignature)
      }
    case .cosign(let checkpoint):
      let secrets = site.keys.lasting
      let cosignature = Cosignature.make(
        checkpoint: checkpoint, name: site.name, key: secrets.cosigning.publicKey,
        time: world.now / 1_000
      ) { secrets.cosigning.sign($0) }
      try step(.cosigned(checkpoint.logID, checkpoint, cosignature))
    case .keepEvidence(let log, let fault):
      throw Violation("\(site.label) accuses \(log) of a fault at \(fault.position)")
    case .keepProof(let proof):
      world.say(
        "\(site.label) keeps a proof of a fork of \(proof.identity.origin) at \(proof.frozenAt)")
      try freeze(proof.identity.id, at: proof.frozenAt)
      try world.proven(site, proof)
    case .mend: throw Violation("\(site.label) mends a disk that is sound")
    case .freeze(let log, let index): try freeze(log, at: index)
    case .keepOpening(let opening):
      throw Violation("\(site.label) keeps a second opening of \(opening.identity.origin)")
    case .follow(let opening): try follow(opening)
    case .event(let event): try hear(event)
    }
  }

  private func keep(_ checkpoint: VerifiedCheckpoint) throws(Violation) {
    _ = try must("a checkpoint") { try store.addCheckpoint(checkpoint) }
  }

  private func freeze(_ log: LogID, at index: UInt64) throws(Violation) {
    try must("a freeze") { try store.freeze(log, at: index) }
  }

  private func hear(_ event: Event) throws(Violation) {
    switch event {
    case .count: return
    case .signing(let state):
      world.say("\(site.label): signing is \(state)")
      if case .closed(let reason) = state { rememberClosed(reason) }
      scheduleCheckpoint()
    case .ownEntriesFrom(let peer, let size):
      let reason = "\(peer) held own entries up to \(size)"
      if case .closed = core.signing { rememberClosed(reason) }
      try step(.close(because: reason))
    case .peerHead, .sessionReady, .caughtUp: break
    default: world.say("\(site.label): \(event)")
    }
    try world.heard(site, event)
  }

  private func rememberClosed(_ reason: String) {
    if site.folder.closed?.origin == identity.origin { return }
    site.folder.closed = Folder.ClosedMark(origin: identity.origin, reason: reason)
  }

  // MARK: Time

  private func scheduleTick() {
    guard let due = core.nextDue(world.now) else { return }
    if let tickAt, tickAt <= due { return }
    tickAt = due
    world.schedule(due - min(due, world.now)) { [weak self] (world) throws(Violation) in
      guard let self, self.isAlive, self.tickAt == due else { return }
      self.tickAt = nil
      try self.step(.tick)
    }
  }

  // MARK: Disk

  /// Gives the disk its next batch, if it is idle.
  func work() {
    guard batchOut == nil, let batch = store.takeBatch() else { return }
    batchOut = batch
    world.schedule(1 + UInt64(world.random.below(4))) { [weak self] (_) throws(Violation) in
      guard let self, self.isAlive, self.batchOut?.token == batch.token else { return }
      for durable in try self.finishBatch() { try self.becameDurable(durable) }
      if self.isAlive { self.work() }
    }
  }

  private func finishBatch() throws(Violation) -> [Durable] {
    guard let batch = batchOut else { return [] }
    batchOut = nil
    try must("\(site.label): a sound disk") {
      for operation in batch.operations { try disk.execute(operation) }
    }
    return store.completed(token: batch.token, error: nil)
  }

  private func becameDurable(_ durable: Durable) throws(Violation) {
    try world.stored(site, durable.id, durable.head)
    if durable.id == adopting?.id { return try finishAdoption(durable.head) }
    try step(.durable(durable.id, durable.head))
    guard isAlive else { return }
    if durable.id == identity.id {
      tokenIsDue = true
      scheduleToken()
      scheduleCheckpoint()
    }
    if let opening = openings.removeValue(forKey: durable.id) { try finishFollowing(opening) }
  }

  /// The machine stops: what the disk was doing is done in part.
  func crash() {
    if let batch = batchOut {
      for operation in batch.operations.prefix(world.random.below(batch.operations.count + 1)) {
        try? disk.execute(operation)
      }
    }
    if world.random.oneIn(2) {
      var tally = CrashTally()
      let model = CrashModel.allCases[world.random.below(CrashModel.allCases.count)]
      site.folder.image = disk.image.crashed(model, &world.random, &tally)
    } else {
      site.folder.image = disk.image
    }
  }

  /// As a clean stop does it.
  func flush() throws(Violation) {
    let out = try finishBatch()
    for durable in out + (try must("\(site.label): a flush", { try store.flush() })) {
      try world.stored(site, durable.id, durable.head)
      if durable.id == identity.id { tokenIsDue = true }
    }
    if core.signing == .ready, let made = try makeCheckpoint() {
      try keep(made)
      _ = try must("\(site.label): a flush") { try store.flush() }
    }
    writeToken()
    site.folder.image = disk.image
  }

  /// A copy of the folder while the node runs.
  func snapshot() -> Folder {
    var copy = site.folder
    var tally = CrashTally()
    copy.image = disk.image.crashed(.cut, &world.random, &tally)
    return copy
  }

  // MARK: The own log

  var isClosed: Bool { if case .closed = core.signing { true } else { false } }

  /// Signs `count` entries, if the node may.
  /// - Returns: the size after them; nil if it may not.
  func publish(_ count: Int) throws(Violation) -> UInt64? {
    guard core.signing == .ready, adopting == nil, let state = store.state(identity.id),
      state.frozenAt == nil
    else { return nil }
    let secrets = site.keys.secrets(secretEpoch)
    var builder = EntryBuilder(state: state)
    for _ in 0..<count {
      builder.append(
        kind: .record, time: world.now, body: world.random.bytes(8 + world.random.below(60)))
    }
    let batch = builder.finish { secrets.log.sign($0) }
    world.say("\(site.label) publishes \(count) at \(batch.first) of \(identity.origin)")
    try must("\(site.label): publishing") { try store.append(try state.accept(batch)) }
    work()
    return batch.end
  }

  private func scheduleCheckpoint() {
    guard !checkpointIsScheduled, !isClosed else { return }
    checkpointIsScheduled = true
    world.schedule(1_000) { [weak self] (_) throws(Violation) in
      guard let self, self.isAlive else { return }
      self.checkpointIsScheduled = false
      guard self.core.signing == .ready, let made = try self.makeCheckpoint() else { return }
      try self.keep(made)
      try self.step(.checkpointed(made))
    }
  }

  private func makeCheckpoint() throws(Violation) -> VerifiedCheckpoint? {
    guard let head = store.durableHead(identity.id), head.size > 0,
      head.size > store.newestCheckpoint(identity.id)?.size ?? 0
    else { return nil }
    let root = try must("a root") { try store.root(identity.id, size: head.size) }
    let secrets = site.keys.secrets(secretEpoch)
    return Checkpoint.make(identity: identity, size: head.size, root: root) {
      secrets.log.sign($0)
    }
  }

  // MARK: Token

  private func scheduleToken() {
    guard tokenIsDue, !tokenIsScheduled, !isClosed else { return }
    tokenIsScheduled = true
    world.schedule(1_000) { [weak self] (_) throws(Violation) in
      guard let self, self.isAlive else { return }
      self.tokenIsScheduled = false
      self.writeToken()
    }
  }

  private func writeToken() {
    guard tokenIsDue, !isClosed, let head = store.durableHead(identity.id), head.size > 0
    else { return }
    tokenIsDue = false
    site.token = RollbackToken(
      origin: identity.origin, size: head.size, leafHash: head.leafHash)
  }
}
