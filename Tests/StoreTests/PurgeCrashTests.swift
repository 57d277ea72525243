import Log
import Simulation
import Testing

@testable import Store

/// Random appends and purges on two logs, and the disk before each effect (Protocols/store.md,
/// STO-32).
private final class PurgeScenario {
  struct Point {
    let image: DiskImage
    let acknowledged: [UInt64]
    let appended: [UInt64]
    /// States by log: asked for, and committed.
    let allowed: [[UInt64: BodyState]]
    let required: [[UInt64: BodyState]]
  }

  let logs: [TestLog]
  var random: SplitMix64
  let disk = SimulatedDisk()
  let store: Store
  var acknowledged: [UInt64] = [0, 0]
  var appended: [UInt64] = [0, 0]
  var allowed: [[UInt64: BodyState]] = [[:], [:]]
  var required: [[UInt64: BodyState]] = [[:], [:]]
  var points: [Point] = []

  init(_ logs: [TestLog], seed: UInt64) throws {
    self.logs = logs
    random = SplitMix64(seed: seed)
    var limits = StoreLimits.small
    limits.journalBytes = 32 << 10
    try Store.create(on: disk, salt: salt, limits: limits)
    store = try Store.open(on: disk, limits: limits)
    for log in logs { try store.addLog(log.identity) }
    disk.beforeOperation = { [unowned self] disk, _ in
      points.append(
        Point(
          image: disk.image, acknowledged: acknowledged, appended: appended, allowed: allowed,
          required: required))
    }
  }

  func run(steps: Int) throws {
    for _ in 0..<steps {
      switch random.below(8) {
      case 0...1: try append()
      case 2...3: try purge()
      default: try work()
      }
    }
    while store.takeBatchExists { try work() }
    #expect(required == allowed)
    for (number, log) in logs.enumerated() {
      try expectRemoved(
        store, log, size: appended[number], allowed: allowed[number], required: allowed[number])
    }
  }

  private func append() throws {
    let number = random.below(2)
    let next = appended[number]
    let end = min(logs[number].size, next + UInt64(1 + random.below(12)))
    guard end > next else { return }
    appended[number] = end
    let batch = try logs[number].verified(next..<end)
    if random.below(3) == 0 { try store.appendBulk(batch) } else { try store.append(batch) }
  }

  private func purge() throws {
    let number = random.below(2)
    guard appended[number] > 0 else { return }
    let state: BodyState = [.purged, .purgedHere, .expired][random.below(3)]
    var indices: Set<UInt64> = []
    let from = random.below(Int(appended[number]))
    for _ in 0..<6 {
      indices.insert(UInt64(min(from + random.below(9), Int(appended[number]) - 1)))
    }
    let id = logs[number].identity.id
    let log = logs[number]
    for index in indices where log.all.header(at: Int(index)).kind == EntryKind.record.rawValue {
      if allowed[number][index] == nil { allowed[number][index] = state }
    }
    _ = try store.purge(id, indices.sorted(), as: state)
    // It is gone for readers at once.
    try expectRemoved(
      store, log, size: appended[number], allowed: allowed[number], required: allowed[number])
  }

  private func work() throws {
    guard let batch = store.takeBatch() else { return }
    for operation in batch.operations { try disk.execute(operation) }
    for head in store.completed(token: batch.token, error: nil) {
      let number = try #require(logs.firstIndex { $0.identity.id == head.id })
      acknowledged[number] = head.head.size
    }
    for (number, log) in logs.enumerated() {
      let waiting = store.table[log.identity.id]?.waiting.purges.map(\.purge) ?? []
      let staged = store.pipeline.staged.compactMap(\.purge).filter { $0.id == log.identity.id }
      let open = Set((waiting + staged).flatMap { $0.bodies.map(\.index) })
      required[number] = allowed[number].filter { !open.contains($0.key) }
    }
  }
}

extension Store {
  fileprivate var takeBatchExists: Bool {
    settle()
    return !pipeline.staged.isEmpty || !pipeline.unapplied.isEmpty
      || !pipeline.bulk.waiting.isEmpty || pipeline.bulk.round != nil
      || !pipeline.bulk.unsynced.isEmpty
  }
}

private func expectRecovery(
  _ point: PurgeScenario.Point, _ logs: [TestLog], _ image: DiskImage, thorough: Bool
) throws {
  let disk = SimulatedDisk(image)
  let store = try Store.open(on: disk, limits: .small)
  #expect(store.damage.isEmpty)
  for (number, log) in logs.enumerated() {
    guard let size = store.state(log.identity.id)?.size else { continue }
    #expect(size >= point.acknowledged[number] && size <= point.appended[number])
    try expectRemoved(
      store, log, size: size, allowed: point.allowed[number],
      required: point.required[number].filter { $0.key < size })
    try expectHoles(disk, store, log, size: size)
    let gone = try store.usage(log.identity.id).purgedBytes
    var expected: UInt64 = 0
    for index in 0..<size where try store.bodyState(log.identity.id, index).isFinal {
      expected += UInt64(log.all.claimedBodyBytes(at: Int(index)))
    }
    #expect(gone == expected)
    if thorough, size < log.size {
      try store.append(try log.verified(size..<(size + 1)))
      try store.flush()
    }
  }
  if thorough { #expect(try Fsck.run(on: disk).isClean) }
}

struct PurgeCrashTests {
  @Test(arguments: 1...3) func crashAtEveryEffect(seed: Int) throws {
    let logs = try ["be", "nl"].map { try TestLog($0, entries: 120, bodyBytes: 0...900) }
    let scenario = try PurgeScenario(logs, seed: UInt64(seed))
    try scenario.run(steps: 160)
    var random = SplitMix64(seed: UInt64(seed) << 32)
    let purged = scenario.allowed.reduce(0) { $0 + $1.count }
    #expect(scenario.points.count > 150 && purged > 30)
    print("purge crash sweep, seed \(seed): \(2 * scenario.points.count) crashes, \(purged) bodies")
    for (number, point) in scenario.points.enumerated() {
      for attempt in 0..<2 {
        try expectRecovery(
          point, logs, point.image.crashed(&random), thorough: (number + attempt) % 7 == 0)
      }
    }
  }

  /// A crash at each effect of a recovery that replays purges, and another recovery.
  @Test func crashWhileRecovering() throws {
    let logs = try ["be", "nl"].map { try TestLog($0, entries: 120, bodyBytes: 0...900) }
    let scenario = try PurgeScenario(logs, seed: 77)
    try scenario.run(steps: 120)
    var random = SplitMix64(seed: 78)
    for point in scenario.points where random.below(10) == 0 {
      let disk = SimulatedDisk(point.image.crashed(&random))
      var images: [DiskImage] = []
      disk.beforeOperation = { disk, _ in images.append(disk.image) }
      _ = try Store.open(on: disk, limits: .small)
      for image in images where random.below(4) == 0 {
        try expectRecovery(point, logs, image.crashed(&random), thorough: false)
      }
    }
  }

  /// Each operation of a purge fails, persisted and not, and for want of space: what is then on the
  /// disk recovers, and a full disk is waited for.
  @Test func everyOperationFails() throws {
    let log = try TestLog("nl", entries: 60, bodyBytes: 300...900)
    let id = log.identity.id
    let states: [UInt64: BodyState] = [3: .purged, 4: .purged, 9: .purged, 58: .purged]
    var random = SplitMix64(seed: 9)
    var fired = 0
    for number in 1...40 {
      for kind in 0..<4 {
        let (disk, store) = try newStore()
        try store.addLog(log.identity)
        try store.append(try log.verified(0..<60))
        try store.flush()
        let before = disk.operations
        disk.fault = { operation, _ in
          guard operation == before + number else { return nil }
          fired += 1
          return DiskFault(
            error: kind == 3 ? .noSpace : .inputOutput, left: [.nothing, .some, .all, .some][kind])
        }
        _ = try store.purge(id, states.keys.sorted(), as: .purged)
        var isCommitted = false
        do {
          try store.flush()
          isCommitted = true
        } catch StoreError.full {
          Issue.record("the reserve makes room")
        } catch {
          #expect(kind < 3)
        }
        isCommitted = isCommitted || store.pipeline.staged.isEmpty
        let again = SimulatedDisk(disk.image.crashed(&random))
        let recovered = try Store.open(on: again, limits: .small)
        #expect(recovered.damage.isEmpty)
        try expectRemoved(
          recovered, log, size: 60, allowed: states, required: isCommitted ? states : [:])
        try expectHoles(again, recovered, log, size: 60)
      }
    }
    // Journal and sync, three runs of the index, four holes, two files to sync.
    #expect(fired >= 4 * 10)
  }
}
