import Log
import Replication
import Store

/// What a process waits for from its disk.
struct DiskWork {
  var batch: DiskBatch?
  /// The token of the newest batch that was completed: each completes once.
  var lastCompleted: UInt64 = 0
  var retryIsScheduled = false
  var isFull = false
  var hasFailed = false
  /// Sent to the core last.
  var damaged: [LogID: [Range<UInt64>]] = [:]
  var damageIsDue = true
  /// A mistake in whoever executes the disk's work, planted to see that a campaign finds it.
  var bug: DiskBug?
}

enum DiskBug {
  /// The core hears that entries are durable before they are.
  case answersEarly
  /// A batch is answered twice.
  case answersTwice
}

// The store's work, as the disk thread of `liaisond` does it.
extension NodeProcess {
  /// Gives the disk its next batch, if it is idle.
  func work() {
    guard diskWork.batch == nil, let batch = store.takeBatch() else { return }
    diskWork.batch = batch
    after(world.drawDiskDelay()) { (process) throws(Violation) in
      guard process.diskWork.batch?.token == batch.token else { return }
      let durables = try process.finishBatch()
      process.watchCondition()
      for durable in durables { try process.becameDurable(durable) }
      guard process.isAlive else { return }
      if process.site.mends { try process.watchDamage() }
      process.work()
    }
    guard diskWork.bug == .answersEarly else { return }
    after(0) { (process) throws(Violation) in
      guard let batch = process.diskWork.batch else { return }
      process.diskWork.batch = nil
      for durable in try process.complete(batch, nil) { try process.becameDurable(durable) }
      guard process.isAlive else { return }
      // It is done when the next is, if the machine does not stop before.
      process.after(200) { (process) throws(Violation) in _ = process.execute(batch) }
      process.work()
    }
  }

  private func finishBatch() throws(Violation) -> [Durable] {
    guard let batch = diskWork.batch else { return [] }
    diskWork.batch = nil
    let failure = execute(batch)
    if let failure {
      try expect(site.diskFault != nil, "\(site.label): a sound disk: \(failure)")
      world.say("\(site.label): the disk says: \(failure)")
    }
    if diskWork.bug == .answersTwice, batch.token % 8 == 0 { _ = try complete(batch, failure) }
    return try complete(batch, failure)
  }

  private func execute(_ batch: DiskBatch) -> DiskError? {
    do throws(DiskError) {
      for operation in batch.operations { try disk.execute(operation) }
      return nil
    } catch {
      return error
    }
  }

  private func complete(
    _ batch: DiskBatch, _ failure: DiskError?
  ) throws(Violation) -> [Durable] {
    try expect(
      batch.token > diskWork.lastCompleted, "\(site.label): batch \(batch.token) completes twice")
    diskWork.lastCompleted = batch.token
    let durables = store.completed(token: batch.token, error: failure)
    for log in store.takeReplaced() { try step(.replaced(log)) }
    return durables
  }

  /// A full disk is tried again; one that failed is left to the operator.
  func watchCondition() {
    let isFull = store.condition == .full
    if isFull != diskWork.isFull, store.condition == .running || isFull {
      diskWork.isFull = isFull
      world.say("\(site.label): the disk is \(isFull ? "full" : "not full any more")")
      for log in store.logs {
        after(0) { (process) throws(Violation) in
          try process.step(.limited(log.id, process.diskWork.isFull))
        }
      }
    }
    if isFull, !diskWork.retryIsScheduled {
      diskWork.retryIsScheduled = true
      after(1_000) { (process) throws(Violation) in
        process.diskWork.retryIsScheduled = false
        process.store.retry()
        process.work()
        process.watchCondition()
      }
    }
    if case .failed = store.condition, !diskWork.hasFailed {
      diskWork.hasFailed = true
      world.observer.diskFailed(site)
    }
  }

  private func becameDurable(_ durable: Durable) throws(Violation) {
    guard isAlive else { return }
    try world.observer.stored(site, durable.id, durable.head)
    if durable.id == adopting?.id { return try finishAdoption(durable.head) }
    try step(.durable(durable.id, durable.head))
    guard isAlive else { return }
    if durable.id == identity.id {
      author.tokenIsDue = true
      scheduleToken()
      scheduleCheckpoint()
    }
    if let opening = openings.removeValue(forKey: durable.id) { try finishFollowing(opening) }
  }

  /// The machine stops: what the disk was doing is done in part.
  func crash() {
    disk.fault = nil
    if let batch = diskWork.batch {
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
    var out = try finishBatch()
    try attempt("a flush") { out += try store.flush() }
    for durable in out {
      try world.observer.stored(site, durable.id, durable.head)
      if durable.id == identity.id { author.tokenIsDue = true }
    }
    if core.signing == .ready, store.condition == .running, let made = try makeCheckpoint() {
      try keep(made)
      try attempt("a flush") { _ = try store.flush() }
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

  // MARK: Damage, as Node+Damage does it

  func watchDamage() throws(Violation) {
    for found in store.takeDamage() {
      diskWork.damageIsDue = true
      world.say("\(site.label): damage: \(found)")
    }
    for mended in store.takeMended() {
      diskWork.damageIsDue = true
      world.say("\(site.label): mended: \(mended)")
      world.observer.mended(site, mended)
    }
    if store.takeUnveiled() { diskWork.damageIsDue = true }
    guard diskWork.damageIsDue else { return }
    diskWork.damageIsDue = false
    for log in store.logs where isAlive {
      let ranges = store.damagedRanges(log.id)
      guard ranges != diskWork.damaged[log.id] ?? [] else { continue }
      diskWork.damaged[log.id] = ranges
      world.say("\(site.label): of \(log.origin) are missing \(ranges)")
      try step(.damaged(log.id, ranges))
    }
  }

  func mend(_ log: LogID, with batch: EntryBatch, from peer: NodeName) throws(Violation) {
    try expect(site.mends, "\(site.label) mends a disk that is sound")
    let outcome: MendOutcome
    do throws(StoreError) {
      outcome = try store.mend(log, with: batch)
    } catch {
      return world.say("\(site.label): what \(peer) sent was not mended: \(error)")
    }
    if !outcome.wrong.isEmpty { try step(.mendRefused(log, peer)) }
    diskWork.damageIsDue = true
    if isAlive { try watchDamage() }
  }

  /// Reads all that is stored, as the scrub does: what is damaged is found, and asked for.
  func readAll() throws(Violation) {
    for log in store.logs {
      let size = store.durableHead(log.id)?.size ?? 0
      var next: UInt64 = 0
      while next < size {
        let batch = try? store.read(log.id, next..<size, maxBytes: 256 << 10)
        next = batch.map { max($0.end, next + 1) } ?? next + 1
      }
      if size > 0 { _ = try? store.leafHashes(log.id, 0..<size) }
    }
    diskWork.damageIsDue = true
    try watchDamage()
  }
}
