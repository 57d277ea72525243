import Crypto
import Log
import Simulation
import Testing

@testable import Store

/// Copies of a store that is in use: Protocols/store.md, 11.
struct CopyTests {
  @Test(
    "A copy made between appends, commits, bulk data and checkpoints is whole, wherever it began")
  func inUse() throws {
    let log = try TestLog("nl", entries: 900, bodyBytes: 0...300)
    let other = try TestLog("be", entries: 300)
    for start in stride(from: UInt64(1), through: 400, by: 57) {
      let (disk, store) = try newStore()
      try store.addLog(log.identity)
      try store.addLog(other.identity)
      try store.append(try log.verified(0..<start))
      try work(store, disk, batches: 30)
      let snapshot = store.snapshot()
      let held = snapshot.head(log.identity.id)?.size ?? 0
      #expect(held <= store.durableHead(log.identity.id)?.size ?? 0)
      var next = start
      let target = SimulatedDisk()
      let copy = StoreCopy(from: disk, to: target) {
        self.disturb(store, disk, log, other, &next)
        return true
      }
      try copy.run(snapshot, salt: salt)
      let report = try Fsck.run(on: target, signatures: true)
      #expect(report.isClean, "\(start): \(report.findings)")
      let opened = try Store.open(on: target)
      if held > 0 { try expectContent(opened, log, size: held) }
      #expect(opened.logs.count == snapshot.logs.count)
      #expect(next > start + 20, "nothing was appended while the copy was made")
      // Everything was synced: nothing is lost by a crash right after.
      for seed in 0..<6 {
        var random = SplitMix64(seed: UInt64(seed))
        let crashed = SimulatedDisk(target.image.crashed(&random))
        #expect(try Fsck.run(on: crashed).isClean)
      }
    }
  }

  @Test("A body that is purged while it is copied is not in the copy")
  func purgedMeanwhile() throws {
    let log = try TestLog("nl", entries: 40, bodyBytes: 100...200)
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<40))
    try store.flush()
    let id = log.identity.id
    let index = try disk.read(.log(id, .bodiesIndex), at: 7 * 32, count: 32)
    let record = parsed(index)!
    let target = SimulatedDisk()
    var pieces = 0
    let copy = StoreCopy(from: disk, to: target) {
      pieces += 1
      // After the bodies, before the index.
      if pieces == 2 { self.purge(record, 7, id, disk) }
      return true
    }
    try copy.run(store.snapshot(), salt: salt)
    let opened = try Store.open(on: target)
    #expect(try opened.bodyState(id, 7) == .purgedHere)
    let bytes = try target.read(
      .log(id, .bodies(0)), at: UInt64(record.offset) + 16, count: Int(record.length))
    #expect(bytes.allSatisfy { $0 == 0 })
    #expect(try opened.bodyState(id, 8) == .present)
    #expect(try Fsck.run(on: target).isClean)
  }

  @Test("A store that nobody has open is copied with what its journals hold, and left as it is")
  func closed() throws {
    let log = try TestLog("nl", entries: 200)
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<20))
    // Committed, and in no log file.
    let batch = try #require(store.takeBatch())
    for operation in batch.operations { try disk.execute(operation) }
    let before = disk.operations
    let target = SimulatedDisk()
    let snapshot = try StoreCopy.run(closed: disk, to: target, salt: salt)
    #expect(snapshot.head(log.identity.id)?.size == 20)
    #expect(disk.operations == before)
    try expectContent(try Store.open(on: target), log, size: 20)
  }

  @Test("A copy that is told to stop leaves no store")
  func stopped() throws {
    let log = try TestLog("nl", entries: 20)
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<20))
    try store.flush()
    let target = SimulatedDisk()
    #expect(throws: StoreCopyError.stopped) {
      try StoreCopy(from: disk, to: target, goesOn: { false }).run(store.snapshot(), salt: salt)
    }
    #expect(throws: StoreError.noStore) { try Store.open(on: target) }
  }

  // MARK: Appends meanwhile

  private func parsed(_ bytes: [UInt8]) -> IndexRecord? { IndexRecord(bytes.span, at: 0) }

  private func work(_ store: Store, _ disk: SimulatedDisk, batches: Int) throws {
    for _ in 0..<batches {
      guard let batch = store.takeBatch() else { return }
      for operation in batch.operations { try disk.execute(operation) }
      _ = store.completed(token: batch.token, error: nil)
    }
  }

  private func disturb(
    _ store: Store, _ disk: SimulatedDisk, _ log: TestLog, _ other: TestLog, _ next: inout UInt64
  ) {
    do {
      let end = min(next + 13, log.size)
      if next < end { try store.append(try log.verified(next..<end)) }
      next = end
      _ = try store.addCheckpoint(log.checkpoint(store.state(log.identity.id)!.size))
      let size = store.state(other.identity.id)!.size
      if size + 20 <= other.size { try store.appendBulk(try other.verified(size..<(size + 20))) }
      try work(store, disk, batches: 4)
    } catch {
      Issue.record("\(error)")
    }
  }

  private func purge(_ record: IndexRecord, _ entry: UInt64, _ id: LogID, _ disk: SimulatedDisk) {
    do {
      try disk.execute(
        .write(
          .log(id, .bodiesIndex), offset: entry * 32 + 12, bytes: [BodyState.purgedHere.rawValue]))
      try disk.execute(
        .punchHole(
          .log(id, .bodies(record.segment)), offset: UInt64(record.offset) + 16,
          bytes: UInt64(record.length)))
    } catch {
      Issue.record("\(error)")
    }
  }
}
