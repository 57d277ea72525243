import Crypto
import Log
import Simulation
import Testing

@testable import Store

/// A disk as it was before one of its operations, and what had been acknowledged by then.
private struct CrashPoint {
  let image: DiskImage
  let acknowledged: [UInt64]
  let appended: [UInt64]
}

/// Random work on three logs, and the disk before each effect (Protocols/store.md, STO-1 and 2).
private final class Scenario {
  let logs: [TestLog]
  var random: SplitMix64
  let disk = SimulatedDisk()
  var store: Store
  var acknowledged = [UInt64](repeating: 0, count: 3)
  var appended = [UInt64](repeating: 0, count: 3)
  var points: [CrashPoint] = []

  init(_ logs: [TestLog], seed: UInt64) throws {
    self.logs = logs
    random = SplitMix64(seed: seed)
    try Store.create(on: disk, salt: salt, limits: .small)
    store = try Store.open(on: disk, limits: .small)
    for log in logs { try store.addLog(log.identity) }
    disk.beforeOperation = { [unowned self] disk, _ in
      points.append(
        CrashPoint(image: disk.image, acknowledged: acknowledged, appended: appended))
    }
  }

  func run(steps: Int) throws {
    for _ in 0..<steps {
      switch random.below(8) {
      case 0...2: try append(upTo: 24, bulk: false)
      case 3: try append(upTo: 60, bulk: true)
      case 4: try note()
      default: try work()
      }
    }
    try remember(try store.flush())
  }

  private func append(upTo most: Int, bulk: Bool) throws {
    let number = random.below(3)
    let log = logs[number]
    let next = appended[number]
    let end = min(log.size - 8, next + UInt64(1 + random.below(most)))
    guard end > next else { return }
    let batch = try log.verified(next..<end)
    appended[number] = end
    if bulk {
      try store.appendBulk(batch, moreFollows: random.below(2) == 0)
    } else {
      try store.append(batch)
    }
  }

  private func note() throws {
    let number = random.below(3)
    guard appended[number] > 0 else { return }
    let size = UInt64(1 + random.below(Int(appended[number])))
    let checkpoint = logs[number].checkpoint(size)
    _ = try store.addCheckpoint(checkpoint)
    let cosignature = Cosignature(
      name: try NodeName("c\(random.below(5))"), keyID: 7, time: random.next() >> 8,
      signature: Signature([UInt8](repeating: 1, count: 64))!)
    try store.addCosignature(logs[number].identity.id, checkpoint: checkpoint, cosignature)
  }

  private func work() throws {
    guard let batch = store.takeBatch() else { return }
    for operation in batch.operations { try disk.execute(operation) }
    try remember(store.completed(token: batch.token, error: nil))
  }

  private func remember(_ durable: [Durable]) throws {
    for head in durable {
      let number = try #require(logs.firstIndex { $0.identity.id == head.id })
      #expect(head.head.size > acknowledged[number])
      #expect(head.head == logs[number].states[Int(head.head.size)].head)
      acknowledged[number] = head.head.size
    }
  }
}

/// Recovers and expects: what was acknowledged is there, nothing else but what was appended, files
/// end with it, and the log goes on.
private func expectRecovery(
  _ point: CrashPoint, _ logs: [TestLog], _ image: DiskImage, thorough: Bool
) throws {
  let disk = SimulatedDisk(image)
  let store = try Store.open(on: disk, limits: .small)
  #expect(store.damage.isEmpty)
  for (number, log) in logs.enumerated() {
    let id = log.identity.id
    guard let size = store.state(id)?.size else {
      #expect(point.acknowledged[number] == 0)
      continue
    }
    #expect(size >= point.acknowledged[number] && size <= point.appended[number])
    try expectContent(store, log, size: size)
    #expect(try disk.size(of: .log(id, .entries)) == size * 216)
    #expect(try disk.size(of: .log(id, .hashes)) == size * 32)
    #expect(try disk.size(of: .log(id, .bodiesIndex)) == size * 32)
    guard thorough else { continue }
    #expect(try store.root(id, size: size / 2) == log.roots[Int(size / 2)])
    try store.append(try log.verified(size..<(size + 1)))
    try store.flush()
    try expectContent(store, log, size: size + 1)
  }
}

struct CrashTests {
  /// Crashes in one history; `liaison-sim store` makes those in many others, in a release build.
  @Test func crashAtEveryEffect() throws {
    let logs = try ["be", "fr", "nl"].map { try TestLog($0, entries: 200, bodyBytes: 0...300) }
    let scenario = try Scenario(logs, seed: 1)
    try scenario.run(steps: 150)
    var random = SplitMix64(seed: 1 << 32)
    #expect(scenario.points.count > 150)
    for (number, point) in scenario.points.enumerated() {
      for attempt in 0..<2 {
        let image = point.image.crashed(&random)
        try expectRecovery(
          point, logs, image, thorough: (number + attempt) % 9 == 0)
      }
    }
  }

  /// A crash at each effect of a recovery, and another recovery.
  @Test func crashWhileRecovering() throws {
    let logs = try ["be", "fr", "nl"].map { try TestLog($0, entries: 200, bodyBytes: 0...300) }
    let scenario = try Scenario(logs, seed: 77)
    try scenario.run(steps: 120)
    var random = SplitMix64(seed: 78)
    for point in scenario.points where random.below(12) == 0 {
      let disk = SimulatedDisk(point.image.crashed(&random))
      var images: [DiskImage] = []
      disk.beforeOperation = { disk, _ in images.append(disk.image) }
      _ = try Store.open(on: disk, limits: .small)
      for image in images where random.below(4) == 0 {
        try expectRecovery(point, logs, image.crashed(&random), thorough: false)
      }
    }
  }

  /// A store that never finished being made is no store, and can be made.
  @Test func crashWhileCreating() throws {
    let disk = SimulatedDisk()
    var images: [DiskImage] = []
    disk.beforeOperation = { disk, _ in images.append(disk.image) }
    try Store.create(on: disk, salt: salt, limits: .small)
    var random = SplitMix64(seed: 5)
    for image in images + [disk.image] {
      for _ in 0..<4 {
        let crashed = SimulatedDisk(image.crashed(&random))
        do {
          _ = try Store.open(on: crashed, limits: .small)
        } catch StoreError.noStore {
          try Store.create(on: crashed, salt: salt, limits: .small)
          _ = try Store.open(on: crashed, limits: .small)
        }
      }
    }
  }

  /// The journal alone holds entries that complete a subtree, whose node is in no file yet.
  @Test func replayCompletesSubtree() throws {
    let log = try TestLog("nl", entries: 600, bodyBytes: 0...8)
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.appendBulk(try log.verified(0..<500))
    try store.flush()
    try store.append(try log.verified(500..<520))
    let batch = try #require(store.takeBatch())
    for operation in batch.operations { try disk.execute(operation) }
    #expect(store.completed(token: batch.token, error: nil).first?.head.size == 520)
    let again = try Store.open(on: SimulatedDisk(disk.image), limits: .small)
    #expect(again.damage.isEmpty)
    try expectContent(again, log, size: 520)
    #expect(try again.root(log.identity.id, size: 520) == log.roots[520])
  }
}
