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
  var diskWork = DiskWork()
  var author = AuthorWork()
  private var tickAt: UInt64?
  /// Inputs that are being handled: one may bring about another.
  private var depth = 0
  /// Whom each session is with, and the hash of its handshake.
  private(set) var sessions: [SessionID: SessionOpening] = [:]
  var withdrawals = Withdrawals()
  var withdrawalsAreDue = false
  /// Below which withdrawals of each log counted when that was looked at last.
  var standing: [LogID: UInt64] = [:]
  var seenStandingChanges: UInt64 = 0
  /// Partners' next epochs, until their genesis is durable.
  var openings: [LogID: Opening] = [:]
  /// The own next epoch, until its genesis is durable.
  var adopting: LogIdentity?

  var transportKey: TransportPublicKey { site.keys.lasting.transport.publicKey }

  /// - Returns: nil when the disk did not let it start.
  static func start(_ site: Site, _ world: World) throws(Violation) -> NodeProcess? {
    let disk = SimulatedDisk(site.folder.image)
    disk.fault = { [unowned site, unowned disk] _, operation in site.diskFault?(disk, operation) }
    let store: Store
    do {
      store = try Store.open(on: disk, limits: world.limits)
    } catch {
      guard case .disk = error, site.diskFault != nil else {
        throw Violation("\(site.label): the store does not open: \(error)")
      }
      world.say("\(site.label) does not start: \(error)")
      site.folder.image = disk.image
      world.observer.diskFailed(site)
      return nil
    }
    return try NodeProcess(site, world, disk, store)
  }

  private init(
    _ site: Site, _ world: World, _ disk: SimulatedDisk, _ store: Store
  ) throws(Violation) {
    self.site = site
    self.world = world
    self.disk = disk
    self.store = store
    try expect(
      store.damage.isEmpty || site.isRotten, "\(site.label): damage \(store.damage)")
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
    if site.ignoresToken {
      start = .ready
    } else if let closed = site.folder.closed, closed.origin == identity.origin {
      start = .closed(because: closed.reason)
    } else if let refusal {
      start = .closed(because: "token: \(refusal)")
    }
    let run = [site.number, Int(site.starts)].flatMap {
      [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)]
    }
    core = Replicator(
      ownName: site.name, ownLog: identity.id, runID: [UInt8](repeating: 0, count: 12) + run,
      logs: store.logs, reader: SimulatedReader(store), start: start,
      proofs: store.logs.compactMap { site.folder.proofs[$0.id] },
      openings: store.logs.compactMap { site.folder.openings[$0.id] },
      openingKeys: try NodeProcess.openingKeys(site))
    for log in store.logs {
      guard let proof = site.folder.proofs[log.id] else { continue }
      try freeze(log.id, at: proof.frozenAt)
    }
    if let refusal, refusal.isLasting, case .closed(let reason) = start {
      rememberClosed(reason)
    }
  }

  func begin() throws(Violation) {
    try step(.roster(peers))
    // A disk may be full from the beginning.
    watchCondition()
    for log in store.logs { withdrawals.recheck(log.origin.name) }
    watchWithdrawals()
    scheduleFoe()
  }

  /// Lets go of what refers to it.
  func end() {
    isAlive = false
    disk.fault = nil
  }

  /// Of the cards that this folder holds, and of its own epochs.
  private static func openingKeys(_ site: Site) throws(Violation) -> [LogID: OpeningKeyHash] {
    for card in site.folder.cards where site.folder.openingKeys[card.identity.id] == nil {
      site.folder.openingKeys[card.identity.id] = card.opening
    }
    for epoch in 1...site.folder.epoch {
      let card = try site.keys.card(epoch)
      site.folder.openingKeys[card.identity.id] = card.opening
    }
    return site.folder.openingKeys
  }

  /// Every epoch that is stored of each node of the roster, oldest first.
  private var peers: [Peer] {
    site.folder.cards.map { card in
      let others = store.logs.filter { $0.origin.name == card.name && $0.id != card.identity.id }
      let logs = (others + [card.identity]).sorted { $0.origin.epoch < $1.origin.epoch }
      return Peer(
        name: card.name, logs: logs, cosigningKey: card.cosigning, rates: site.rates,
        openingKeys: site.folder.openingKeys)
    }
  }

  // MARK: Sessions

  func opened(_ opening: SessionOpening) throws(Violation) {
    sessions[opening.id] = opening
    if let shell = site.shell, let ways = site.ways {
      ways.opened(opening.id, opening.peer)
      try shell.opened(opening.id, with: opening.peer, ways)
    }
    try step(.opened(opening))
  }

  func closed(_ id: SessionID) throws(Violation) {
    try step(.closed(id))
    sessions[id] = nil
    site.ways?.closed(id)
    site.shell?.closed(id)
  }

  /// A message that came from a peer.
  func receive(_ message: [UInt8], on id: SessionID) throws(Violation) {
    guard let shell = site.shell, let ways = site.ways, let peer = sessions[id]?.peer else {
      return try hear(message, on: id)
    }
    for heard in try shell.incoming(message, from: peer, on: id, ways) {
      try hear(heard, on: id)
    }
  }

  private func hear(_ message: [UInt8], on id: SessionID) throws(Violation) {
    try step(.message(id, message))
    try step(.took(id, microseconds: NodeProcess.cost(of: message)))
  }

  /// What a message takes on the machine of this simulation, in µs: to read it, and to verify its signatures.
  private static func cost(of message: [UInt8]) -> UInt64 {
    let signatures: UInt64 =
      switch message.first {
      case Said.checkpoint, Said.entry, Said.cosignatures: 1
      case Said.exhibit, Said.proof, Said.opening: 2
      case Said.chunk: 4
      default: 0
      }
    return 4 + UInt64(message.count) / 256 + 65 * signatures
  }

  private func send(_ message: [UInt8], on id: SessionID) throws(Violation) {
    guard let shell = site.shell, let ways = site.ways, let peer = sessions[id]?.peer else {
      world.say("  \(site.label) to \(name(of: id)): \(SyncWords.text(message))")
      try world.observer.sent?(self, id, message)
      return try world.links.send(message, on: id)
    }
    for said in try shell.outgoing(message, to: peer, on: id, ways) {
      world.say("  \(site.label) to \(peer): \(SyncWords.text(said))")
      if !shell.isFoe { try world.observer.sent?(self, id, said) }
      try world.links.send(said, on: id)
    }
  }

  private func scheduleFoe() {
    guard site.shell != nil else { return }
    after(FoeWays.tickMilliseconds) { (process) throws(Violation) in
      if let shell = process.site.shell, let ways = process.site.ways { try shell.tick(ways) }
      process.scheduleFoe()
    }
  }

  // MARK: Core

  func step(_ input: Input) throws(Violation) {
    guard isAlive else { return }
    depth += 1
    var effects: [Effect] = []
    core.step(input, now: world.now, into: &effects)
    for effect in effects where isAlive {
      try world.observer.beforeEffect?(self)
      guard isAlive else { break }
      try carryOut(effect)
    }
    depth -= 1
    guard isAlive, depth == 0 else { return }
    try endRound()
  }

  private func endRound() throws(Violation) {
    if site.mends { try watchDamage() }
    watchWithdrawals()
    work()
    scheduleTick()
    try world.links.endRound(of: site)
    if isAlive { try world.observer.stepped?(self) }
  }

  private func carryOut(_ effect: Effect) throws(Violation) {
    switch effect {
    case .send(let id, let bytes): try send(bytes, on: id)
    case .close(let id, let reason):
      world.say("\(site.label) closes the session with \(name(of: id)): \(reason)")
      try world.observer.closes(site, sessions[id]?.peer, reason)
      try world.links.close(id)
    case .hold(let id, let until): world.links.hold(id, until: until)
    case .relieve(let id): try step(.congested(id, false))
    case .append(let batch, let bulk):
      do {
        if bulk { try store.appendBulk(batch) } else { try store.append(batch) }
        if batch.batch.bodyStates != nil {
          site.lacksBodies = true
          diskWork.damageIsDue = true
        }
        didStage(batch.batch, of: batch.after.identity.id)
      } catch {
        try step(.refused(batch.after.identity.id, "\(error)"))
      }
    case .keepCheckpoint(let checkpoint): try keep(checkpoint)
    case .keepCosignature(let log, let checkpoint, let cosignature):
      try attempt("a cosignature") {
        try store.addCosignature(log, checkpoint: checkpoint, cosignature)
      }
    case .cosign(let checkpoint): try cosign(checkpoint)
    case .keepEvidence(let log, let fault):
      try freeze(log, at: fault.position)
      try world.observer.accused(site, log, fault)
    case .keepProof(let proof):
      world.say(
        "\(site.label) keeps a proof of a fork of \(proof.identity.origin) at \(proof.frozenAt)")
      try freeze(proof.identity.id, at: proof.frozenAt)
      site.folder.proofs[proof.identity.id] = proof
      try world.observer.proven(site, proof)
    case .mend(let log, let batch, let peer): try mend(log, with: batch, from: peer)
    case .freeze(let log, let index): try freeze(log, at: index)
    case .replace(let replacement):
      if (try? store.replace(replacement)) == nil {
        try step(.replaceRefused(replacement.identity.id))
      }
    case .keepOpening(let opening):
      site.folder.openings[opening.predecessor] = HeldOpening(
        predecessor: opening.predecessor, leaf: opening.batch.batch.leaves,
        body: opening.batch.batch.bodies)
      try world.observer.openedTwice(site, opening)
    case .follow(let opening): try follow(opening)
    case .event(let event): try hear(event)
    }
  }

  private func name(of session: SessionID) -> String {
    sessions[session]?.peer.text ?? "a stranger"
  }

  func keep(_ checkpoint: VerifiedCheckpoint) throws(Violation) {
    try attempt("a checkpoint") { _ = try store.addCheckpoint(checkpoint) }
  }

  private func freeze(_ log: LogID, at index: UInt64) throws(Violation) {
    try attempt("a freeze") { try store.freeze(log, at: index) }
  }

  private func cosign(_ checkpoint: VerifiedCheckpoint) throws(Violation) {
    let secrets = site.keys.secrets(identity.origin.epoch)
    let cosignature = Cosignature.make(
      checkpoint: checkpoint, name: site.name, key: secrets.cosigning.publicKey,
      time: site.wallClock(world.now) / 1_000
    ) { secrets.cosigning.sign($0) }
    try step(
      .cosigned(checkpoint.logID, checkpoint, cosignature, secrets.cosigning.publicKey))
  }

  /// What cannot fail while the disk is well.
  func attempt(_ what: String, _ body: () throws -> Void) throws(Violation) {
    do { try body() } catch {
      guard store.condition != .running || site.isRotten else {
        throw Violation("\(site.label): \(what): \(error)")
      }
    }
  }

  private func hear(_ event: Event) throws(Violation) {
    switch event {
    case .count: break
    case .signing(let state):
      world.say("\(site.label): signing is \(state)")
      if case .closed(let reason) = state { rememberClosed(reason) }
      scheduleCheckpoint()
    case .ownEntriesFrom(let peer, let size):
      let reason = "\(peer) held own entries up to \(size)"
      if case .closed = core.signing { rememberClosed(reason) }
      try step(.close(because: reason))
    case .unrepairable(let log, let range, _) where log == identity.id:
      try step(.close(because: "own entries \(range) are damaged, and no peer has them"))
    case .peerHead, .sessionReady, .caughtUp: break
    default: world.say("\(site.label): \(event)")
    }
    try world.observer.heard(site, event)
  }

  private func rememberClosed(_ reason: String) {
    if site.folder.closed?.origin == identity.origin { return }
    site.folder.closed = Folder.ClosedMark(origin: identity.origin, reason: reason)
  }

  // MARK: Time

  /// Does something later, if the process lives then; a paused one does it when it goes on.
  func after(_ delay: UInt64, _ work: @escaping (NodeProcess) throws(Violation) -> Void) {
    world.schedule(delay) { [weak self] (world) throws(Violation) in
      guard let self, self.isAlive else { return }
      guard !self.site.isPaused(at: world.now) else {
        return self.after(self.site.pausedUntil - world.now, work)
      }
      try work(self)
    }
  }

  private func scheduleTick() {
    guard let due = core.nextDue(world.now) else { return }
    if let tickAt, tickAt <= due { return }
    tickAt = due
    after(due - min(due, world.now)) { (process) throws(Violation) in
      guard process.tickAt == due else { return }
      process.tickAt = nil
      try process.step(.tick)
    }
  }
}
