import Crypto
import Log
import Replica
import Replication
import Runtime
import Store

// The calls that the joined store and core make to the daemon.
extension Node: ReplicaHost {
  var now: UInt64 { loop.now }
  var today: UInt64 { loop.wallNow / DayBudget.dayMilliseconds }
  var freeBytes: UInt64? { FileSystem.freeBytes(of: files.folder.root) }
  var openingKeys: [LogID: OpeningKeyHash] { membership.openingKeys }

  /// A process stops between two system calls, and nothing is to be done then.
  func goesOn() -> Bool { true }

  // MARK: Sessions

  func send(_ message: [UInt8], on session: SessionID) { peers.send(message, on: session) }

  func close(_ session: SessionID, because reason: Replication.CloseReason) {
    peers.close(session, because: reason)
  }

  func hold(_ session: SessionID, until time: UInt64) { peers.hold(session, until: time) }
  func relieve(_ session: SessionID) { peers.relieve(session) }

  // MARK: Keys

  func cosign(_ checkpoint: VerifiedCheckpoint) -> (Cosignature, CosigningPublicKey) {
    signing.cosign(checkpoint)
  }

  func signReceipt(_ plan: ReceiptPlan, after last: UInt64?) -> Bool {
    receipts.sign(plan, after: last)
  }

  func signCheckpoint(size: UInt64, root: Digest) -> VerifiedCheckpoint {
    publishing.author.checkpoint(size: size, root: root)
  }

  // MARK: Files

  func write(_ state: SafeState) throws -> String { try files.write(state) }

  func rosterChanged() throws { _ = try reload() }

  // MARK: Outcomes

  func stored(_ durable: Durable) {}

  func announced(_ durable: Durable) {
    if durable.id == identity.id {
      // Sends the entries first: their publisher is answered while they are on their way.
      peers.flush(atOnce: true)
      publishing.answer()
    }
    membership.compareGenesis(of: durable.id) { replica.genesis(of: $0)?.card }
    sockets.arrivals.wake()
  }

  func adopted(_ outcome: Result<LogHead, DiskError>) { epochs.adopted(outcome) }

  func tell(_ news: ReplicaNews) {
    switch news {
    case .line(let importance, let text): notices.logger.log(importance.level, text)
    case .repeated(let importance, let kind, let text): notices.say(importance.level, kind, text)
    case .warning(let key, let text): notices.warn(key, text)
    case .settled(let key): notices.settle(key)
    case .count(let name, let count): notices.count(name, count)
    case .staged(let batch, let log):
      anchorage.staged(batch, of: log)
      receipts.staged(batch, of: log)
    case .damageFound(let damage):
      notices.count("store.damage-found")
      scrubber.noteDamage()
      notices.logger.error("damage: \(damage)")
    case .mended(let damage):
      notices.count("store.damage-mended")
      notices.logger.notice("mended: \(damage.file.path)\(damage.index.map { " [\($0)]" } ?? "")")
      if case .log(let log, _) = damage.file { scrubber.mended(log) }
    case .bodiesChanged: break
    case .readsOtherwise(let log, let ranges): readsOtherwise(log, ranges)
    case .readAgain(let log):
      changes.wholeLogChanged(log)
      if log != identity.id { desk.forget(log) }
    case .moreToRead: sockets.arrivals.wake()
    case .condition(let condition): conditionChanged(condition)
    }
  }

  private func readsOtherwise(_ log: LogID, _ ranges: [Range<UInt64>]) {
    // A grant may be among what was mended, and a tail may wait for it.
    if log != identity.id { desk.forget(log) }
    for range in ranges { changes.damageChanged(range, of: log) }
    sockets.arrivals.wake()
  }

  private func conditionChanged(_ condition: StoreCondition) {
    guard condition != .running else { return notices.logger.notice("disk: taking entries again") }
    notices.logger.error("disk: \(condition): nothing new is taken, what is stored is served")
    if case .failed(let error) = condition { publishing.author.fail("\(error)") }
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
