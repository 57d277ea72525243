import Crypto
import Log
import Simulation
import Testing

@testable import Store

let salt = Bytes32(Array("store tests: 32 bytes of salt...".utf8))!

extension StoreLimits {
  /// Small, so that journals turn and bulk data is synced often.
  static var small: StoreLimits {
    var limits = StoreLimits()
    limits.journalBytes = 64 << 10
    limits.commitBytes = 16 << 10
    limits.bulkSyncBytes = 64 << 10
    limits.unappliedBytes = 24 << 10
    return limits
  }
}

func newStore(_ limits: StoreLimits = .small) throws -> (SimulatedDisk, Store) {
  let disk = SimulatedDisk()
  try Store.create(on: disk, salt: salt, limits: limits)
  return (disk, try Store.open(on: disk, limits: limits))
}

/// Every entry below `size` is the log's, from files and from the tail, and so is every hash.
func expectContent(_ store: Store, _ log: TestLog, size: UInt64) throws {
  var next: UInt64 = 0
  while next < size {
    let batch = try store.read(log.identity.id, next..<size, maxBytes: 50_000)
    #expect(batch.first == next)
    // Outside the macro, which compares two that differ byte by byte, and prints them.
    let isSame = batch == log.all.slice(Int(next)..<Int(batch.end))
    #expect(isSame, "entries \(next)..<\(batch.end)")
    next = batch.end
  }
  let state = store.state(log.identity.id)
  #expect(state == log.states[Int(size)])
}

struct StoreTests {
  @Test func appendCommitReadReopen() throws {
    let (disk, store) = try newStore()
    let log = try TestLog("nl", entries: 700)
    try store.addLog(log.identity)
    var next: UInt64 = 0
    while next < log.size {
      let end = min(next + 33, log.size)
      try store.append(try log.verified(next..<end))
      next = end
      #expect(store.state(log.identity.id)?.size == end)
      if next % 2 == 0 { try store.flush() }
    }
    try expectContent(store, log, size: log.size)
    try store.flush()
    #expect(store.durableHead(log.identity.id)?.size == log.size)
    try expectContent(store, log, size: log.size)
    let again = try Store.open(on: disk, limits: .small)
    #expect(again.damage.isEmpty)
    try expectContent(again, log, size: log.size)
    let controls = try again.controlEntries(log.identity.id, from: 1)
    #expect(controls.map(\.index) == (1..<log.size).filter { $0 % 37 == 5 })
  }

  @Test func proofsAtAnySize() throws {
    let (_, store) = try newStore()
    let log = try TestLog("nl", entries: 1100, bodyBytes: 0...8)
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<10))
    try store.appendBulk(try log.verified(10..<900))
    try store.flush()
    try store.append(try log.verified(900..<1100))
    for size in stride(from: UInt64(1), through: 1100, by: 13) {
      #expect(try store.root(log.identity.id, size: size) == log.roots[Int(size)])
      let consistency = try store.consistencyProof(log.identity.id, from: size, to: 1100)
      #expect(
        Tree.verifyConsistency(
          from: size, to: 1100, fromRoot: log.roots[Int(size)], toRoot: log.roots[1100],
          proof: consistency))
      let path = try store.inclusionProof(log.identity.id, index: size - 1, size: 1100)
      #expect(
        Tree.verifyInclusion(
          leafHash: try store.leafHash(log.identity.id, size - 1), index: size - 1, size: 1100,
          path: path, root: log.roots[1100]))
    }
  }

  @Test func checkpointsAreComparedAndKept() throws {
    let (disk, store) = try newStore()
    let log = try TestLog("nl", entries: 100)
    let id = log.identity.id
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<50))
    #expect(try store.addCheckpoint(log.checkpoint(40)) == .stored)
    #expect(try store.addCheckpoint(log.checkpoint(40)) == .known)
    #expect(try store.addCheckpoint(log.checkpoint(30)) == .known)
    #expect(try store.addCheckpoint(log.checkpoint(70)) == .ahead)
    #expect(try store.addCheckpoint(log.falseCheckpoint(80)) == .ahead)
    #expect(try store.addCheckpoint(log.checkpoint(60)) == .ahead)
    #expect(
      try store.addCheckpoint(log.falseCheckpoint(45))
        == .contradiction(ownRoot: log.roots[45]))
    try store.flush()
    let again = try Store.open(on: disk, limits: .small)
    #expect(again.newestCheckpoint(id) == log.checkpoint(40))
    #expect(again.checkpointAhead(id) == log.falseCheckpoint(80))
    try again.append(try log.verified(50..<100))
    #expect(again.takeContradictions() == [log.falseCheckpoint(80)])
    #expect(again.checkpointAhead(id) == nil)
    try again.flush()
    #expect(try again.checkpoint(id, size: 40) == log.checkpoint(40))
    #expect(try again.checkpoint(id, size: 45) == nil)
  }

  /// The log reaches a checkpoint that was ahead of it while the disk cannot be read.
  @Test(arguments: [false, true]) func appendIsAllOrNothing(bulk: Bool) throws {
    let (disk, store) = try newStore()
    let log = try TestLog("nl", entries: 700)
    let id = log.identity.id
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<300))
    #expect(try store.addCheckpoint(log.checkpoint(600)) == .ahead)
    try store.flush()
    disk.readFailure = .inputOutput
    if bulk {
      try store.appendBulk(try log.verified(300..<700))
    } else {
      try store.append(try log.verified(300..<700))
    }
    disk.readFailure = nil
    #expect(store.state(id)?.size == 700)
    #expect(store.newestCheckpoint(id) == log.checkpoint(600))
    #expect(store.checkpointAhead(id) == nil)
    try store.flush()
    let again = try Store.open(on: disk, limits: .small)
    #expect(again.newestCheckpoint(id) == log.checkpoint(600))
    try expectContent(again, log, size: 700)
  }

  /// A checkpoint of entries that came in bulk is not durable before they are.
  @Test func checkpointDoesNotOutliveItsEntries() throws {
    let (disk, store) = try newStore()
    let log = try TestLog("nl", entries: 100)
    let id = log.identity.id
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<10))
    try store.flush()
    try store.appendBulk(try log.verified(10..<100), moreFollows: true)
    #expect(try store.addCheckpoint(log.checkpoint(90)) == .stored)
    while let batch = store.takeBatch() {
      for operation in batch.operations { try disk.execute(operation) }
      _ = store.completed(token: batch.token, error: nil)
    }
    #expect(store.durableHead(id)?.size == 10)
    var random = SplitMix64(seed: 1)
    var tally = CrashTally()
    // Nothing is left of the bytes that were not synced.
    let image = disk.image.crashed(.dropped, &random, &tally)
    let crashed = try Store.open(on: SimulatedDisk(image), limits: .small)
    #expect(crashed.state(id)?.size == 10)
    #expect(crashed.newestCheckpoint(id) == nil)
    try store.flush()
    let again = try Store.open(on: disk, limits: .small)
    #expect(again.newestCheckpoint(id) == log.checkpoint(90))
  }

  @Test func failedSyncStopsTheStore() throws {
    let (disk, store) = try newStore()
    let log = try TestLog("nl", entries: 20)
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<10))
    disk.failures[disk.operations + 2] = .inputOutput
    #expect(throws: StoreError.failed(.inputOutput)) { try store.flush() }
    #expect(store.durableHead(log.identity.id)?.size == 0)
    #expect(throws: StoreError.failed(.inputOutput)) {
      try store.append(try log.verified(10..<20))
    }
    #expect(store.takeBatch()?.token == nil)
  }

  @Test func fullDiskIsWaitedFor() throws {
    let (disk, store) = try newStore()
    let log = try TestLog("nl", entries: 20)
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<10))
    // Journal write and sync succeed; the first log file does not, and the reserve helps.
    disk.failures[disk.operations + 3] = .noSpace
    try store.flush()
    #expect(store.condition == .full)
    #expect(store.durableHead(log.identity.id)?.size == 10)
    #expect(throws: StoreError.full) { try store.append(try log.verified(10..<20)) }
    try expectContent(store, log, size: 10)
    store.retry()
    try store.flush()
    #expect(store.condition == .running)
    try store.append(try log.verified(10..<20))
    try store.flush()
    try expectContent(store, log, size: 20)
  }
}
