import Log
import Replica
import Replication
import Store

/// The work that a process awaits from its disk.
struct DiskWork {
  var batch: DiskBatch?
  /// The token of the newest batch that was completed: each completes once.
  var lastCompleted: UInt64 = 0
  /// A mistake in whoever executes the disk's work, planted to see that a campaign finds it.
  var bug: DiskBug?
}

enum DiskBug {
  /// The core hears that entries are durable before they are.
  case answersEarly
  /// A batch is answered twice.
  case answersTwice
  /// Zeros for a journal are not written.
  case skipsWipes
}

// The store's work, as the disk thread of `liaisond` does it.
extension NodeProcess {
  /// Gives the disk its next batch, if it is idle.
  func work() {
    guard diskWork.batch == nil, let batch = store.takeBatch() else { return }
    diskWork.batch = batch
    after(world.drawDiskDelay()) { (process) throws(Violation) in
      guard process.diskWork.batch?.token == batch.token else { return }
      try process.finishBatch()
      guard process.isAlive else { return }
      process.work()
    }
    guard diskWork.bug == .answersEarly else { return }
    after(0) { (process) throws(Violation) in
      guard let batch = process.diskWork.batch else { return }
      process.diskWork.batch = nil
      try process.complete(batch, nil)
      guard process.isAlive else { return }
      // It is done when the next is, if the machine does not stop before.
      process.after(200) { (process) throws(Violation) in _ = process.execute(batch) }
      process.work()
    }
  }

  private func finishBatch() throws(Violation) {
    guard let batch = diskWork.batch else { return }
    diskWork.batch = nil
    let failure = execute(batch)
    if let failure {
      try expect(site.diskFault != nil, "\(site.label): a sound disk: \(failure)")
      world.say("\(site.label): the disk says: \(failure)")
    }
    if diskWork.bug == .answersTwice, batch.token % 8 == 0 { try complete(batch, failure) }
    try complete(batch, failure)
  }

  private func execute(_ batch: DiskBatch) -> DiskError? {
    do throws(DiskError) {
      for operation in batch.operations where !(diskWork.bug == .skipsWipes && operation.wipes) {
        try disk.execute(operation)
      }
      return nil
    } catch {
      return error
    }
  }

  private func complete(_ batch: DiskBatch, _ failure: DiskError?) throws(Violation) {
    try expect(
      batch.token > diskWork.lastCompleted, "\(site.label): batch \(batch.token) completes twice")
    diskWork.lastCompleted = batch.token
    try act { $0.replica.completed(token: batch.token, error: failure) }
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
    try finishBatch()
    try act {
      $0.replica.finishLog()
      $0.replica.finishStates()
    }
    site.folder.image = disk.image
  }

  /// A copy of the folder while the node runs.
  func snapshot() -> Folder {
    var copy = site.folder
    var tally = CrashTally()
    copy.image = disk.image.crashed(.cut, &world.random, &tally)
    copy.acceptances = []
    return copy
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
    try act { $0.replica.watchDamage() }
  }
}

extension DiskOperation {
  /// Fills a part of a journal with zeros.
  fileprivate var wipes: Bool {
    guard case .write(.journal, _, let bytes) = self else { return false }
    return !bytes.contains { $0 != 0 }
  }
}
