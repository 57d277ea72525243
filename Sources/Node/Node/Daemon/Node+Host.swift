import Crypto
import Log
import Replica
import Replication
import Runtime
import Secrets
import Store

// The calls that the joined store and core make to the daemon.
extension Node: ReplicaHost {
  var now: UInt64 { loop.clock.monotonicMilliseconds }
  var today: UInt64 { loop.clock.wallMilliseconds / DayBudget.dayMilliseconds }
  var runningMinute: UInt32 { running.minute(at: now) }
  var freeBytes: UInt64? { FileSystem.freeBytes(of: folder.root) }
  var openingKeys: [LogID: OpeningKeyHash] { Node.openingKeys(held, card, roster) }

  /// A process stops between two system calls, and nothing is to be done then.
  func goesOn() -> Bool { true }

  // MARK: Sessions

  func send(_ message: [UInt8], on session: SessionID) { enqueue(message, on: session) }

  func close(_ session: SessionID, because reason: Replication.CloseReason) {
    closeSession(session, because: reason.rawValue)
  }

  func relieve(_ session: SessionID) { relieveSoon(session) }

  // MARK: Keys

  func cosign(_ checkpoint: VerifiedCheckpoint) -> (Cosignature, CosigningPublicKey) {
    let secrets = secrets
    let cosignature = Cosignature.make(
      checkpoint: checkpoint, name: card.name, key: secrets.cosigning.publicKey,
      time: loop.clock.wallMilliseconds / 1_000
    ) { secrets.cosigning.sign($0) }
    return (cosignature, secrets.cosigning.publicKey)
  }

  func signCheckpoint(size: UInt64, root: Digest) -> VerifiedCheckpoint {
    author.checkpoint(size: size, root: root)
  }

  // MARK: Files

  func write(_ state: SafeState) throws -> String {
    switch state {
    case .closed(let origin, let reason):
      try ClosedMark(origin: origin, reason: reason).save(folder)
      return folder.closed
    case .proof(let proof): return try faults.keep(proof)
    case .fault(let log, let fault):
      return try faults.write(fault.encode(), of: log, "\(fault.position).fault")
    case .opening(let opening): return try faults.keep(opening)
    case .heldCard(let card):
      try held.hold(card)
      return folder.cards
    case .followed(let next, let known):
      try Roster.follow(next, after: known, folder)
      return folder.peers
    case .token(let newest):
      try token.save(newest)
      return token.path
    case .taken(let budgets):
      try budgets.save(folder)
      return folder.taken
    }
  }

  func rosterChanged() throws { _ = try reload() }

  // MARK: Outcomes

  func stored(_ durable: Durable) {}

  func announced(_ durable: Durable) {
    if durable.id == identity.id {
      // Sends the entries first: their publisher is answered while they are on their way.
      flushSessions(atOnce: true)
      answerAuthors()
    }
    compareGenesis(of: durable)
    wakeObservers()
  }

  func tell(_ news: ReplicaNews) {
    switch news {
    case .line(let importance, let text): logger.log(importance.level, text)
    case .repeated(let importance, let kind, let text): say(importance.level, kind, text)
    case .warning(let key, let text): warn(key, text)
    case .settled(let key): warnings[key] = nil
    case .count(let name, let count): counters.add(name, count)
    case .staged(let batch, let log): anchors.staged(batch, of: log)
    case .damageFound(let damage):
      counters.add("store.damage-found")
      beginPassAfterDamage()
      logger.error("damage: \(damage)")
    case .mended(let damage):
      counters.add("store.damage-mended")
      logger.notice("mended: \(damage.file.path)\(damage.index.map { " [\($0)]" } ?? "")")
      if case .log(let log, _) = damage.file { scrub.unreadable.remove(log) }
    case .bodiesChanged: break
    case .readsOtherwise(let log, let ranges): readsOtherwise(log, ranges)
    case .readAgain(let log):
      wholeLogChanged(log)
      if log != identity.id { desk.forget(log) }
    case .moreToRead: wakeObservers()
    case .condition(let condition): conditionChanged(condition)
    }
  }

  private func readsOtherwise(_ log: LogID, _ ranges: [Range<UInt64>]) {
    // A grant may be among what was mended, and a tail may wait for it.
    if log != identity.id { desk.forget(log) }
    for range in ranges { damageChanged(range, of: log) }
    wakeObservers()
  }

  private func conditionChanged(_ condition: StoreCondition) {
    guard condition != .running else { return logger.notice("disk: taking entries again") }
    logger.error("disk: \(condition): nothing new is taken, what is stored is served")
    if case .failed(let error) = condition { author.fail("\(error)") }
  }
}

extension Importance {
  fileprivate var level: LogLevel {
    switch self {
    case .notice: .notice
    case .warning: .warning
    case .error: .error
    }
  }
}
