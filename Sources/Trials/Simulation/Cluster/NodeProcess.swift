import Crypto
import Log
import Replica
import Replication
import Secrets
import Store

/// A running node: the shipped replica, with a disk, links and files that are simulated, on the
/// world's time.
final class NodeProcess {
  /// The world keeps its sites, and a site its process.
  unowned let site: Site
  unowned let world: World
  let disk: SimulatedDisk
  let replica: Replica
  let identity: LogIdentity
  var isAlive = true
  /// The token that it found let it sign.
  let tokenIsGood: Bool
  var diskWork = DiskWork()
  /// Where the keys entry of a rotation stands that is on its way, and after which step of it the
  /// machine stops.
  var rotationIndex: UInt64?
  var rotationCrash: RotationStep?
  private var tickAt: UInt64?
  /// Inputs that are being handled: one may bring about another.
  private var depth = 0
  /// The violation found in the midst of an input.
  private var violation: Violation?
  /// The peer of each session, and the hash of its handshake.
  private(set) var sessions: [SessionID: SessionOpening] = [:]

  var store: Store { replica.store }
  var core: Replicator { _read { yield replica.core } }
  var transportKey: TransportPublicKey { site.keys.present(site.cardNumber).transport.publicKey }

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
    try expect(
      store.damage.isEmpty || site.isRotten, "\(site.label): damage \(store.damage)")
    try NodeProcess.settleRotation(site, store)
    let card = try site.keys.card(site.folder.epoch, serial: site.folder.own.serial)
    let identity = card.identity
    self.identity = identity
    let refusal = try must("\(site.label): the token") {
      try RollbackToken.refusal(of: site.token, identity, store)
    }
    tokenIsGood = refusal == nil
    let start =
      site.ignoresToken
      ? .ready
      : SigningStart(
        identity, store, mark: site.folder.closedBecause(identity.origin), refusal: refusal,
        reason: { "token: \($0)" }, hasPeers: !site.folder.cards.isEmpty)
    let run = [site.number, Int(site.starts)].flatMap {
      [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)]
    }
    try site.holdCards()
    replica = try must("\(site.label): the peers' logs") {
      try Replica(
        card: card, store: store, partners: site.partners,
        runID: [UInt8](repeating: 0, count: 12) + run, start: start,
        proofs: store.logs.compactMap { site.folder.proofs[$0.id] },
        openings: store.logs.compactMap { site.folder.openings[$0.id] },
        openingKeys: site.folder.openingKeys, budgets: site.folder.taken)
    }
  }

  func begin() throws(Violation) {
    try act { process in
      process.replica.begin(for: process, proofs: Array(process.site.folder.proofs.values))
      process.replica.setRoster(process.site.partners)
    }
    scheduleFoe()
  }

  /// Lets go of what refers to it.
  func end() {
    isAlive = false
    disk.fault = nil
  }

  // MARK: Sessions

  func opened(_ opening: SessionOpening) throws(Violation) {
    sessions[opening.id] = opening
    if let mask = site.mask, let ways = site.ways {
      ways.opened(opening.id, opening.peer)
      try mask.opened(opening.id, with: opening.peer, ways)
    }
    try step(.opened(opening))
  }

  func closed(_ id: SessionID) throws(Violation) {
    try step(.closed(id))
    sessions[id] = nil
    site.ways?.closed(id)
    site.mask?.closed(id)
  }

  /// A message that came from a peer.
  func receive(_ message: [UInt8], on id: SessionID) throws(Violation) {
    guard let mask = site.mask, let ways = site.ways, let peer = sessions[id]?.peer else {
      return try hear(message, on: id)
    }
    for heard in try mask.incoming(message, from: peer, on: id, ways) {
      try hear(heard, on: id)
    }
  }

  private func hear(_ message: [UInt8], on id: SessionID) throws(Violation) {
    try step(.message(id, message))
    try step(.took(id, microseconds: NodeProcess.cost(of: message)))
  }

  /// The time that a message takes on the machine of this simulation, in µs: to read it, and to
  /// verify its signatures.
  private static func cost(of message: [UInt8]) -> UInt64 {
    let signatures: UInt64 =
      switch SyncType(of: message) {
      case .checkpoint, .entry, .cosignatures: 1
      case .exhibit, .proof, .opening: 2
      case .chunk: 4
      default: 0
      }
    return 4 + UInt64(message.count) / 256 + 65 * signatures
  }

  func say(_ message: [UInt8], on id: SessionID) throws(Violation) {
    guard let mask = site.mask, let ways = site.ways, let peer = sessions[id]?.peer else {
      world.say("  \(site.label) to \(name(of: id)): \(SyncMessage.text(message))")
      try world.observer.sent?(self, id, message)
      return try world.links.send(message, on: id)
    }
    for said in try mask.outgoing(message, to: peer, on: id, ways) {
      world.say("  \(site.label) to \(peer): \(SyncMessage.text(said))")
      if !mask.isFoe { try world.observer.sent?(self, id, said) }
      try world.links.send(said, on: id)
    }
  }

  func name(of session: SessionID) -> String { sessions[session]?.peer.text ?? "a stranger" }

  private func scheduleFoe() {
    guard site.mask != nil else { return }
    after(FoeWays.tickMilliseconds) { (process) throws(Violation) in
      if let mask = process.site.mask, let ways = process.site.ways { try mask.tick(ways) }
      process.scheduleFoe()
    }
  }

  // MARK: Rounds

  func step(_ input: Input) throws(Violation) { try act { $0.replica.step(input) } }

  /// One input of the replica, with all that it brings about; the outermost ends the round.
  func act(_ body: (NodeProcess) -> Void) throws(Violation) {
    guard isAlive else { return }
    depth += 1
    body(self)
    if isAlive, depth == 1 { replica.endRound() }
    depth -= 1
    if let violation { throw violation }
    guard isAlive, depth == 0 else { return }
    work()
    scheduleTick()
    try world.links.endRound(of: site)
    if isAlive { try world.observer.stepped?(self) }
  }

  /// In the midst of an input, from where nothing is thrown: the input throws it at its end.
  func noting(_ body: () throws(Violation) -> Void) {
    guard violation == nil else { return }
    do throws(Violation) { try body() } catch { violation = error }
  }

  var isSound: Bool { isAlive && violation == nil }

  /// Runs a call that cannot fail while the disk is well.
  func attempt(_ what: String, _ body: () throws -> Void) throws(Violation) {
    do { try body() } catch {
      guard mayFail else { throw Violation("\(site.label): \(what): \(error)") }
    }
  }

  /// The disk is full, failed or rots.
  var mayFail: Bool { store.condition != .running || site.isRotten }

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
    guard let due = replica.nextDue(world.now) else { return }
    if let tickAt, tickAt <= due { return }
    tickAt = due
    after(due - min(due, world.now)) { (process) throws(Violation) in
      guard process.tickAt == due else { return }
      process.tickAt = nil
      try process.act { $0.replica.tick() }
    }
  }
}
