import Crypto
import Foundation
import Log
import Testing

@testable import Store

/// What can be asked of a store, chosen beforehand, so that it is the same in every run.
private enum Step {
  case append(Int, VerifiedBatch, bulk: Bool, more: Bool)
  case note(VerifiedCheckpoint, Cosignature)
  case work
}

private enum FaultKind: String, CaseIterable, Hashable {
  case errorNothingDone, errorHalfDone, errorAllDone
  case fullOnce, fullForLong
  case readError
}

/// One seeded sequence of steps on two logs.
private final class Plan {
  let logs: [TestLog]
  let limits: StoreLimits
  let created: DiskImage
  private(set) var steps: [Step] = []

  init(_ logs: [TestLog], seed: UInt64, steps count: Int) throws {
    self.logs = logs
    var limits = StoreLimits.small
    limits.journalBytes = 32 << 10
    limits.bulkSyncBytes = 16 << 10
    limits.unappliedBytes = 4 << 10
    self.limits = limits
    let disk = SimulatedDisk()
    try Store.create(on: disk, salt: salt, limits: limits)
    created = disk.image
    var random = TestRandom(seed: seed)
    var appended = logs.map { _ in UInt64(0) }
    for _ in 0..<count {
      let number = random.below(logs.count)
      let next = appended[number]
      switch random.below(9) {
      case 0...2:
        let end = min(logs[number].size - 1, next + UInt64(1 + random.below(9)))
        guard end > next else { continue }
        appended[number] = end
        let way = random.below(4)
        steps.append(
          .append(
            number, try logs[number].verified(next..<end), bulk: way < 2, more: way == 0))
      case 3 where next > 0:
        let size = min(logs[number].size, UInt64(1 + random.below(Int(next) + 6)))
        steps.append(
          .note(
            logs[number].checkpoint(size),
            Cosignature(
              name: try NodeName("c\(random.below(3))"), keyID: 7, time: random.next() >> 8,
              signature: try #require(Signature([UInt8](repeating: 1, count: 64))))))
      default:
        steps.append(.work)
      }
    }
  }
}

/// A plan carried out on a disk that fails.
private final class Run {
  let plan: Plan
  let disk: SimulatedDisk
  var acknowledged: [UInt64]
  var appended: [UInt64]
  private(set) var didFire = false
  private var isFull = false

  init(_ plan: Plan) {
    self.plan = plan
    disk = SimulatedDisk(plan.created)
    acknowledged = plan.logs.map { _ in 0 }
    appended = acknowledged
  }

  /// The operation with this number fails.
  func fail(at number: Int, _ kind: FaultKind) {
    disk.fault = { [unowned self] operation, what in
      switch kind {
      case .errorNothingDone, .errorHalfDone, .errorAllDone:
        guard operation == number else { return nil }
        didFire = true
        return DiskFault(
          error: .inputOutput,
          left: kind == .errorAllDone ? .all : kind == .errorHalfDone ? .some : .nothing)
      case .fullOnce, .fullForLong:
        if operation == number { isFull = true }
        guard isFull, what.takesSpace else { return nil }
        if kind == .fullOnce { isFull = false }
        didFire = true
        return DiskFault(error: .noSpace, left: .some)
      case .readError: return nil
      }
    }
  }

  /// - Returns: the store at the end of the plan, nil if it could not be opened.
  /// - Throws: `.failed` or `.full` when the disk made it stop.
  func carryOut() throws -> Store {
    let store = try Store.open(on: disk, limits: plan.limits)
    var next = -plan.logs.count
    while next < plan.steps.count {
      do {
        if next < 0 {
          try store.addLog(plan.logs[next + plan.logs.count].identity)
        } else {
          try take(plan.steps[next], store)
        }
        next += 1
      } catch StoreError.full {
        try waitForRoom(store)
      }
    }
    do {
      try remember(store.flush())
    } catch StoreError.full {
      for (number, log) in plan.logs.enumerated() {
        acknowledged[number] = store.durableHead(log.identity.id)?.size ?? 0
      }
      try waitForRoom(store)
      try remember(store.flush())
    }
    if store.condition == .full { try waitForRoom(store) }
    return store
  }

  private func take(_ step: Step, _ store: Store) throws {
    switch step {
    case .append(let number, let batch, let bulk, let more):
      if bulk {
        try store.appendBulk(batch, moreFollows: more)
      } else {
        try store.append(batch)
      }
      appended[number] = batch.batch.end
    case .note(let checkpoint, let cosignature):
      _ = try store.addCheckpoint(checkpoint)
      try store.addCosignature(checkpoint.logID, checkpoint: checkpoint, cosignature)
    case .work:
      try work(store)
      if case .failed(let error) = store.condition { throw StoreError.failed(error) }
    }
  }

  @discardableResult
  private func work(_ store: Store) throws -> Bool {
    guard let batch = store.takeBatch() else { return false }
    var failure: DiskError?
    do {
      for operation in batch.operations { try disk.execute(operation) }
    } catch {
      failure = error
    }
    try remember(store.completed(token: batch.token, error: failure))
    return true
  }

  /// While the disk is full everything acknowledged is served; then the store goes on by itself.
  private func waitForRoom(_ store: Store) throws {
    #expect(store.condition == .full)
    while try work(store) {}
    for (number, log) in plan.logs.enumerated() where acknowledged[number] > 0 {
      let batch = try store.read(log.identity.id, 0..<acknowledged[number], maxBytes: 1 << 20)
      #expect(batch == log.all.slice(0..<Int(batch.end)))
    }
    isFull = false
    for _ in 0..<4 where store.condition == .full {
      store.retry()
      while try work(store) {}
    }
    #expect(store.condition == .running)
  }

  private func remember(_ durable: [Durable]) throws {
    for head in durable {
      let number = try #require(plan.logs.firstIndex { $0.identity.id == head.id })
      #expect(head.head.size > acknowledged[number])
      acknowledged[number] = head.head.size
    }
  }

  /// Everything acknowledged is there, byte for byte, nothing that was not appended, and no checkpoint of
  /// entries that are not there.
  func expectRecovery(_ image: DiskImage, goesOn: Bool = false) throws {
    let disk = SimulatedDisk(image)
    let store = try Store.open(on: disk, limits: plan.limits)
    #expect(store.damage == [])
    for (number, log) in plan.logs.enumerated() {
      let id = log.identity.id
      guard let state = store.state(id) else {
        #expect(acknowledged[number] == 0)
        continue
      }
      #expect(state.size >= acknowledged[number] && state.size <= appended[number])
      try expectContent(store, log, size: state.size)
      #expect(store.newestCheckpoint(id)?.size ?? 0 <= state.size)
      guard goesOn else { continue }
      try store.append(try log.verified(state.size..<(state.size + 1)))
      try store.flush()
      #expect(
        try Store.open(on: SimulatedDisk(disk.image), limits: plan.limits).state(id)
          == log.states[Int(state.size) + 1])
    }
  }
}

extension DiskOperation {
  fileprivate var takesSpace: Bool {
    switch self {
    case .createFolder, .create, .preallocate, .write: true
    case .truncate, .sync, .syncFolder, .punchHole, .rename, .remove: false
    }
  }
}

/// Each operation of a sequence fails in turn (Protocols/store.md, 6: the table of failures).
struct FaultTests {
  private static let logs = Result {
    try ["be", "nl"].map { try TestLog($0, entries: 60, bodyBytes: 0...40) }
  }
  /// LIAISON_SWEEP: how many sequences; and then every operation fails in every way.
  private static let sequences =
    ProcessInfo.processInfo.environment["LIAISON_SWEEP"].flatMap { Int($0) }

  @Test func everyOperationFails() throws {
    let logs = try FaultTests.logs.get()
    var fired: [FaultKind: Int] = [:]
    var recoveries = 0
    for seed in 1...UInt64(FaultTests.sequences ?? 3) {
      let plan = try Plan(logs, seed: seed, steps: FaultTests.sequences == nil ? 24 : 60)
      let whole = Run(plan)
      _ = try whole.carryOut()
      #expect(whole.acknowledged == whole.appended)
      var random = TestRandom(seed: seed << 32)
      for number in 1...whole.disk.operations {
        for kind in kinds(number) {
          let run = Run(plan)
          run.fail(at: number, kind)
          try expectStop(run, kind)
          guard run.didFire else { continue }
          fired[kind, default: 0] += 1
          // The program starts again; the machine does.
          try run.expectRecovery(run.disk.image, goesOn: number % 16 == 0)
          try run.expectRecovery(run.disk.image.crashed(&random))
          recoveries += 2
          guard number % 8 == Int(seed) else { continue }
          recoveries += try restartTwice(run, &random)
        }
      }
      let failedReads = try failReads(whole)
      fired[.readError, default: 0] += failedReads
      recoveries += failedReads
    }
    print("store fault sweep: \(recoveries) recoveries,", fired.map { "\($0) \($1)" }.sorted())
    for kind in FaultKind.allCases { #expect(fired[kind, default: 0] > 50, "\(kind)") }
    #expect(recoveries > 1_000)
  }

  /// A journal's sync fails, the program starts again and reads what no sync persisted, and then the machine
  /// stops at each operation of that recovery.
  @Test func pagesThatNoSyncPersistedAreWrittenAgain() throws {
    let plan = try Plan(try FaultTests.logs.get(), seed: 1, steps: 200)
    let whole = Run(plan)
    var syncs: [Int] = []
    var beginnings = 0
    whole.disk.beforeOperation = { disk, operation in
      if case .sync(.journal) = operation { syncs.append(disk.operations + 1) }
      if case .write(.journal, 0, _) = operation { beginnings += 1 }
    }
    _ = try whole.carryOut()
    #expect(beginnings > 1)
    var random = TestRandom(seed: 9)
    for number in syncs {
      let run = Run(plan)
      run.fail(at: number, .errorNothingDone)
      try expectStop(run, .errorNothingDone)
      let disk = SimulatedDisk(run.disk.image)
      var images: [DiskImage] = []
      disk.beforeOperation = { disk, operation in
        switch operation {
        case .write(.journal, _, _), .sync(.journal): images.append(disk.image)
        default: break
        }
      }
      _ = try Store.open(on: disk, limits: plan.limits)
      for image in images + [disk.image] {
        try run.expectRecovery(image.crashed(&random))
        try run.expectRecovery(image.crashed(&random))
      }
    }
  }

  private func kinds(_ number: Int) -> [FaultKind] {
    if FaultTests.sequences != nil { return FaultKind.allCases.filter { $0 != .readError } }
    return [
      .errorNothingDone, number % 2 == 0 ? .errorHalfDone : .errorAllDone,
      number % 4 < 2 ? .fullOnce : .fullForLong,
    ]
  }

  /// The program starts again, on pages that no sync persisted, and then the machine does.
  private func restartTwice(_ run: Run, _ random: inout TestRandom) throws -> Int {
    let disk = SimulatedDisk(run.disk.image)
    var images: [DiskImage] = []
    disk.beforeOperation = { disk, _ in images.append(disk.image) }
    _ = try Store.open(on: disk, limits: run.plan.limits)
    var count = 0
    for image in images where random.below(4) == 0 {
      try run.expectRecovery(image.crashed(&random))
      count += 1
    }
    return count
  }

  /// After an error the store takes nothing; a full one goes on when there is room.
  private func expectStop(_ run: Run, _ kind: FaultKind) throws {
    do {
      let store = try run.carryOut()
      #expect(kind == .fullOnce || kind == .fullForLong || !run.didFire)
      #expect(store.condition == .running)
      #expect(run.acknowledged == run.appended)
    } catch StoreError.failed(let error) {
      #expect(error == .inputOutput)
      #expect(kind != .fullOnce && kind != .fullForLong)
    } catch StoreError.disk(let error, _) {
      // Recovery could not do its work.
      #expect(error == .inputOutput || error == .noSpace)
    }
  }

  /// Each read of a recovery fails in turn: it says so, or it did not need it.
  private func failReads(_ whole: Run) throws -> Int {
    var image = whole.disk.image
    let count = SimulatedDisk(image)
    _ = try Store.open(on: count, limits: whole.plan.limits)
    for number in 1...count.reads {
      let disk = SimulatedDisk(image)
      disk.readFault = { $0 == number ? .inputOutput : nil }
      do {
        let store = try Store.open(on: disk, limits: whole.plan.limits)
        for (number, log) in whole.plan.logs.enumerated() {
          #expect(store.state(log.identity.id)?.size == whole.acknowledged[number])
        }
      } catch StoreError.disk(let error, _) {
        #expect(error == .inputOutput)
      }
      image = disk.image
    }
    try whole.expectRecovery(image)
    return count.reads
  }
}
