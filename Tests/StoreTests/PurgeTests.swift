import Crypto
import Log
import Simulation
import Testing

@testable import Store

struct PurgeTests {
  let log: TestLog
  var id: LogID { log.identity.id }

  init() throws { log = try TestLog("nl", entries: 300, bodyBytes: 300...700) }

  private func expectStates(_ store: Store, _ states: [UInt64: BodyState], size: UInt64) throws {
    try expectRemoved(store, log, size: size, allowed: states, required: states)
  }

  @Test func bodiesGoAndLeavesStay() throws {
    // Long enough for whole pages of the disk.
    let log = try TestLog("be", entries: 100, bodyBytes: 9_000...20_000)
    let id = log.identity.id
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<100))
    try store.flush()
    let before = try store.usage(id)
    let stored = try #require(store.storedBytes(id))
    // 5 is a grant: it stays.
    #expect(try store.purge(id, [3, 4, 5, 6, 50], as: .purged) == 4)
    #expect(try store.purge(id, [3, 99], as: .expired) == 1)
    let states: [UInt64: BodyState] = [
      3: .purged, 4: .purged, 6: .purged, 50: .purged, 99: .expired,
    ]
    try expectRemoved(store, log, size: 100, allowed: states, required: states)
    try store.flush()
    try expectRemoved(store, log, size: 100, allowed: states, required: states)
    for (index, state) in states { #expect(try store.bodyState(id, index) == state) }
    let gone = states.keys.reduce(UInt64(0)) { $0 + UInt64(log.all.claimedBodyBytes(at: Int($1))) }
    #expect(store.storedBytes(id) == stored - gone)
    let after = try store.usage(id)
    #expect(after.purgedBytes == gone)
    #expect(after.bodies.bytes == before.bodies.bytes)
    #expect(after.bodies.allocatedBytes < before.bodies.allocatedBytes - gone / 2)
    #expect(after.entries == before.entries)

    let again = try Store.open(on: disk, limits: .small)
    #expect(again.damage.isEmpty)
    try expectRemoved(again, log, size: 100, allowed: states, required: states)
    #expect(again.storedBytes(id) == stored - gone)
    #expect(try again.purge(id, [3, 4], as: .expired) == 0)
    #expect(try Fsck.run(on: disk).isClean)
  }

  /// Bodies still on their way to the log files go too, by the journal and as bulk data.
  @Test func whatIsNotInFilesYet() throws {
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<20))
    #expect(try store.purge(id, [1, 2, 19], as: .purged) == 3)
    try expectStates(store, [1: .purged, 2: .purged, 19: .purged], size: 20)
    try store.appendBulk(try log.verified(20..<80), moreFollows: true)
    #expect(try store.purge(id, [30, 31, 78], as: .expired) == 3)
    let states: [UInt64: BodyState] = [
      1: .purged, 2: .purged, 19: .purged, 30: .expired, 31: .expired, 78: .expired,
    ]
    try expectStates(store, states, size: 80)
    try store.flush()
    try expectStates(store, states, size: 80)
    let again = try Store.open(on: disk, limits: .small)
    try expectStates(again, states, size: 80)
    #expect(try Fsck.run(on: disk).isClean)
  }

  /// A body that is not here is not to come: its state is kept, there is nothing to free.
  @Test func absentBodies() throws {
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    let whole = log.all.slice(0..<10)
    var states = [BodyState](repeating: .present, count: 10)
    states[2] = .absent
    var bodies: [UInt8] = []
    for (position, range) in whole.bodyRanges().enumerated() where position != 2 {
      bodies += whole.bodies[range]
    }
    let batch = try EntryBatch(
      first: 0, leaves: whole.leaves, bodies: bodies, bodyStates: states)
    try store.append(LogState(empty: log.identity).accept(batch))
    try store.flush()
    let before = try store.usage(id)
    #expect(try store.purge(id, [2], as: .purged) == 1)
    try store.flush()
    #expect(try store.bodyState(id, 2) == .purged)
    #expect(try store.usage(id).purgedBytes == 0)
    #expect(try store.usage(id).bodies == before.bodies)
    #expect(try Store.open(on: disk, limits: .small).bodyState(id, 2) == .purged)
  }

  /// The index is lost after a purge: what is purged stays so, whether the journal still says
  /// which.
  @Test func indexLostAfterPurge() throws {
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<40))
    try store.flush()
    _ = try store.purge(id, [7, 8], as: .expired)
    try store.flush()
    try disk.execute(.remove(.log(id, .bodiesIndex)))
    let again = try Store.open(on: disk, limits: .small)
    #expect(try again.bodyState(id, 7) == .expired)
    try again.flush()
    // This time no journal in use says it.
    try disk.execute(.remove(.log(id, .bodiesIndex)))
    let later = try Store.open(on: disk, limits: .small)
    #expect(try later.bodyState(id, 7) == .purgedHere)
    #expect(try later.bodyState(id, 9) == .present)
    #expect(try later.purge(id, [7, 8], as: .expired) == 0)
  }

  @Test func limitsOfOneLog() throws {
    let (_, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<10))
    store.setLimits(id, bytes: nil, entries: 12)
    #expect(throws: StoreError.logFull(id)) { try store.append(try log.verified(10..<13)) }
    try store.append(try log.verified(10..<12))
    let used = try #require(store.storedBytes(id))
    store.setLimits(id, bytes: used + 100, entries: nil)
    #expect(throws: StoreError.logFull(id)) { try store.append(try log.verified(12..<13)) }
    // Purged bodies make room.
    _ = try store.purge(id, [1, 2, 3], as: .purged)
    try store.append(try log.verified(12..<13))
    try store.flush()
    store.setLimits(id, bytes: 1, entries: nil)
    #expect(throws: StoreError.logFull(id)) { try store.append(try log.verified(13..<14)) }
    #expect(try store.read(id, 0..<13, maxBytes: 1 << 20).count == 13)
  }

  /// Bodies that are shorter than a block free blocks when they go together, and nothing of their
  /// neighbours.
  @Test func shortBodiesSideBySide() throws {
    let log = try TestLog("fr", entries: 300, bodyBytes: 300...400)
    let id = log.identity.id
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<300))
    try store.flush()
    let before = try store.usage(id).bodies
    var states: [UInt64: BodyState] = [:]
    for index in 100..<200 as Range<UInt64> where index % 37 != 5 { states[index] = .expired }
    #expect(try store.purge(id, Array(100..<200), as: .expired) == states.count)
    try store.flush()
    try expectRemoved(store, log, size: 300, allowed: states, required: states)
    let after = try store.usage(id).bodies
    #expect(after.bytes == before.bytes)
    #expect(after.allocatedBytes + 4 * 4096 <= before.allocatedBytes)
    #expect(try Fsck.run(on: disk).isClean)
    // The index is lost, and no journal says any more what was removed: what is here is found
    // again.
    let again = try Store.open(on: disk, limits: .small)
    try again.flush()
    try disk.execute(.remove(.log(id, .bodiesIndex)))
    let later = try Store.open(on: disk, limits: .small)
    for index in 0..<300 as Range<UInt64> {
      let state = try later.bodyState(id, index)
      #expect(states[index] == nil ? state == .present : state != .present, "entry \(index)")
    }
    _ = try later.purge(id, states.keys.sorted(), as: .expired)
    try later.flush()
    #expect(try later.bodyState(id, 150).isFinal)
  }

  /// A rotten index record keeps no body that is to go.
  @Test func rottenIndexRecord() throws {
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<20))
    try store.flush()
    disk.flip(.log(id, .bodiesIndex), at: 7 * Layout.indexBytes + 13)
    #expect(try store.purge(id, [7], as: .purged) == 1)
    try store.flush()
    #expect(try store.bodyState(id, 7) == .purged)
    try expectHoles(disk, store, log, size: 20)
    #expect(store.storedBytes(id) == store.table[id]?.durable.storedBytes)
  }

  @Test func tooManyAtOnce() throws {
    let (_, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<10))
    store.pipeline.purging = Limits.purgesKept
    #expect(throws: StoreError.busy) { try store.purge(id, [3], as: .purged) }
    #expect(throws: StoreError.outOfRange) { try store.purge(id, [10], as: .purged) }
  }
}

/// Every entry is the log's; every body that is `required` is removed, and none that is not
/// `allowed`. Where a body is removed and in no tail any more, its bytes are zeros.
func expectRemoved(
  _ store: Store, _ log: TestLog, size: UInt64, allowed: [UInt64: BodyState],
  required: [UInt64: BodyState]
) throws {
  var next: UInt64 = 0
  while next < size {
    let batch = try store.read(log.identity.id, next..<size, maxBytes: 50_000)
    let all = log.all.slice(Int(next)..<Int(batch.end))
    var bodies: [UInt8] = []
    for (position, range) in all.bodyRanges().enumerated() {
      let index = next + UInt64(position)
      let state = batch.bodyState(at: position)
      if let wanted = required[index] { #expect(state == wanted, "entry \(index)") }
      if state == .present {
        bodies += all.bodies[range]
      } else {
        #expect(allowed[index] == state, "entry \(index)")
      }
    }
    // Outside the macro, which takes bytes one by one.
    let expected = try EntryBatch(
      first: next, leaves: all.leaves, bodies: bodies, bodyStates: batch.bodyStates)
    let isSame = batch == expected
    #expect(isSame, "entries \(next)..<\(batch.end)")
    next = batch.end
  }
  #expect(store.state(log.identity.id) == log.states[Int(size)])
}

/// Recovered: the bytes of what is removed are zeros on the disk, behind a record header that
/// stays.
func expectHoles(_ disk: SimulatedDisk, _ store: Store, _ log: TestLog, size: UInt64) throws {
  let id = log.identity.id
  let index = try disk.read(.log(id, .bodiesIndex), at: 0, count: Int(size) * Layout.indexBytes)
  for entry in 0..<Int(size) {
    guard let record = record(index, entry) else {
      Issue.record("no index record of \(entry)")
      continue
    }
    guard record.state != .present else { continue }
    let bytes = try disk.read(
      .log(id, .bodies(record.segment)), at: UInt64(record.offset),
      count: Layout.bodyHeaderBytes + Int(record.length))
    #expect(bytes[Layout.bodyHeaderBytes...].allSatisfy { $0 == 0 }, "entry \(entry)")
    #expect(
      bytes.starts(with: Array("LBDY".utf8)) || bytes.allSatisfy { $0 == 0 }, "entry \(entry)")
  }
}

private func record(_ index: [UInt8], _ entry: Int) -> IndexRecord? {
  IndexRecord(index.span, at: entry * Layout.indexBytes)
}
