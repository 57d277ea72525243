import Crypto
import Log
import Readability
import Replica
import Replication
import Runtime
import Secrets
import Store
import Wire

/// Keeps the journal of readability, which lists entries that read otherwise than before
/// (Protocols/readability.md, 3). The events of this node are put into it here.
final class ChangeWatch {
  let replica: Replica
  let desk: Desk
  private let membership: Membership
  private let disk: any Disk
  private let sockets: LocalSockets
  let notices: Notices
  /// nil: nobody ever asked.
  private(set) var journal: ChangeJournal?
  /// A write of the journal alone is out, or one that goes before the store's batch.
  private var isWriteOut = false
  /// Why the last write failed.
  var problem: String?
  /// Somebody waits for what is not on the disk yet.
  var isAwaited = false
  /// Withdrawals were being looked through: nothing is complete until that is over.
  private var wasWithdrawing = false
  /// Undecided ranges as they were told last.
  private var undecided: [LogID: [Range<UInt64>]] = [:]
  private var seenStandingChanges: UInt64?
  /// The roster was read again.
  private var areKeysDue = true

  init(
    _ replica: Replica, _ desk: Desk, _ membership: Membership, _ disk: any Disk,
    _ sockets: LocalSockets, _ notices: Notices
  ) {
    self.replica = replica
    self.desk = desk
    self.membership = membership
    self.disk = disk
    self.sockets = sockets
    self.notices = notices
  }

  var store: Store { replica.store }
  private var core: Replicator { _read { yield replica.core } }

  /// Entries may open with other keys than before.
  func keysChanged() { areKeysDue = true }

  /// Opens the journal at the start. The node also starts without one, or when it is lost: a reader
  /// then compares in full.
  func recall() {
    do throws(DiskError) {
      switch try ChangeJournal.recover(disk, session: randomName()) {
      case .none: return
      case .lost(let why):
        notices.logger.warning("readability: \(why); it is made anew, and readers compare in full")
      case .found(let found): watch(found)
      }
    } catch {
      notices.logger.warning("readability could not be read: \(error); it is made anew")
    }
  }

  /// The first reader asks.
  func begin() {
    guard journal == nil else { return }
    watch(ChangeJournal(identity: randomName(), session: randomName()))
  }

  private func randomName() -> RandomName {
    var random = SystemRandom()
    return RandomName(random.bytes(16))
  }

  private func watch(_ changes: ChangeJournal) {
    journal = changes
    store.tellsHanding = true
    for log in store.logs {
      for range in store.damagedRanges(log.id) { damageChanged(range, of: log.id) }
    }
    note()
  }

  /// Puts into the journal what happened in this round. Called before each batch of the store.
  func note() {
    guard let changes = journal else { return }
    for change in store.takeHandingChanges() {
      switch change.what {
      case .staged(let isTold): changes.staged(change.entries, of: change.log, isTold: isTold)
      case .settled(let isBack): changes.settled(change.entries, of: change.log, isBack: isBack)
      case .now where change.hasGrant: grantChanged(change.entries.lowerBound, of: change.log)
      case .veiled: changes.veiled(change.entries, of: change.log)
      case .now: changes.changed(change.entries, of: change.log, .body)
      }
    }
    noteUndecided(changes)
    noteStanding(changes)
    noteKeys(changes)
    wakeReaders(changes)
  }

  /// Readers that follow are told of changes, though no entry came; and that nothing is left, once
  /// that is so.
  private func wakeReaders(_ changes: ChangeJournal) {
    guard !sockets.reader.isEmpty else { return }
    // After an error it is tried again when somebody asks.
    if changes.end > changes.durableEnd, problem == nil { isAwaited = true }
    if wasWithdrawing, !replica.withdrawals.isBusy { sockets.arrivals.wake() }
    wasWithdrawing = replica.withdrawals.isBusy
  }

  /// Everything above may open now, or not any more.
  private func grantChanged(_ index: UInt64, of log: LogID) {
    guard let changes = journal, let size = store.state(log)?.size, index < size
    else { return }
    if log != replica.identity.id { desk.forget(log) }
    changes.changed(index..<size, of: log, .grant)
  }

  /// Damage was found there, mended, or counts as lost.
  func damageChanged(_ range: Range<UInt64>, of log: LogID) {
    guard let changes = journal, let size = store.state(log)?.size else { return }
    let range = range.clamped(to: 0..<size)
    guard !range.isEmpty else { return }
    // A grant opens what stands above it, and history what stands below it.
    let end = mayHold(.grant, range, of: log) ? size : range.upperBound
    let start = mayHold(.history, range, of: log) ? 0 : range.lowerBound
    changes.changed(start..<end, of: log, .damage)
  }

  private func mayHold(_ kind: EntryKind, _ range: Range<UInt64>, of log: LogID) -> Bool {
    // The list of control entries may be damaged, too.
    guard
      let controls = try? store.controlEntries(
        log, from: range.lowerBound, limit: NodeLimits.controlEntriesAtOnce)
    else { return true }
    let isCut = controls.count == NodeLimits.controlEntriesAtOnce
    if isCut, controls.last.map({ $0.index < range.upperBound }) == true { return true }
    return controls.contains { $0.kind == kind.rawValue && $0.index < range.upperBound }
  }

  /// Every entry of the log is told anew.
  func wholeLogChanged(_ log: LogID) {
    guard let changes = journal, let size = store.state(log)?.size, size > 0 else {
      return
    }
    changes.changed(0..<size, of: log, .grant)
  }

  private func noteUndecided(_ changes: ChangeJournal) {
    guard store.hasUndecided || !undecided.isEmpty else { return }
    for log in store.logs {
      let now = store.undecidedRanges(log.id)
      let before = undecided[log.id] ?? []
      guard now != before else { continue }
      undecided[log.id] = now.isEmpty ? nil : now
      for range in before + now where before.contains(range) != now.contains(range) {
        changes.changed(range, of: log.id, .damage)
      }
    }
  }

  private func noteStanding(_ changes: ChangeJournal) {
    guard core.standingChanges != seenStandingChanges else { return }
    seenStandingChanges = core.standingChanges
    for log in store.logs {
      changes.compare(standing(of: log.id), of: log.id, size: store.state(log.id)?.size ?? 0)
    }
  }

  func standing(of log: LogID) -> Standing {
    Standing(
      disputedFrom: core.disputedFrom(log) ?? .max, lateFrom: core.epochs.endsAt(log) ?? .max)
  }

  private func noteKeys(_ changes: ChangeJournal) {
    guard areKeysDue else { return }
    areKeysDue = false
    let own = desk.ownKeys.map { changes.id(of: $0) }
    if let fresh = own.first, changes.compareOwn(own, fresh: fresh) {
      for log in store.logs {
        changes.changed(0..<(store.state(log.id)?.size ?? 0), of: log.id, .keys)
      }
    }
    for log in store.logs {
      // Zeros stand for keys that nobody exchanged (SEAL-11): the present one and those before it,
      // as they are tried.
      let keys =
        log.origin.name == membership.card.name
        ? [] : membership.roster.presharedKeys[log.origin.name] ?? []
      let ids = keys.map { key in
        key.secret.withBytes { changes.id(of: $0.array) }
      }
      if changes.compare(ids, of: log.id, size: store.state(log.id)?.size ?? 0) {
        desk.forget(log.id)
      }
    }
  }

  // MARK: The disk

  /// Operations that must be on the disk before the store's next batch; nil: there are none.
  func aheadOfStore() -> [DiskOperation]? {
    guard let changes = journal, changes.isAhead,
      let operations = changes.takeWrite()
    else { return nil }
    isWriteOut = true
    return operations
  }

  /// A write of the journal alone: while somebody waits for it.
  func batch() -> DiskBatch? {
    guard let changes = journal, isAwaited || changes.isAhead,
      let operations = changes.takeWrite()
    else { return nil }
    isWriteOut = true
    return DiskBatch(token: 0, operations: operations)
  }

  func written(_ error: DiskError?) {
    guard isWriteOut, let changes = journal else { return }
    isWriteOut = false
    changes.written(error == nil)
    isAwaited = false
    if let error, problem == nil {
      notices.logger.error("readability: \(error): readers are told nothing new")
    }
    problem = error.map { "\($0)" }
    sockets.arrivals.wake()
  }

  /// Writes the journal at the stop. One that lacks what the store is about to commit must not be
  /// there at the next start.
  func flush() {
    note()
    guard let changes = journal, !isWriteOut,
      let operations = changes.takeWrite()
    else { return }
    do throws(DiskError) {
      try disk.execute(operations)
      changes.written(true)
    } catch {
      changes.written(false)
      notices.logger.error("readability could not be written at the stop: \(error)")
      try? disk.execute([.remove(.readability), .syncFolder(.root)])
    }
  }
}
