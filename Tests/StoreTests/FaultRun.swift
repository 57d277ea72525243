import Crypto
import Log
import Simulation
import Testing

@testable import Store

/// The requests to a store, chosen beforehand, so that they are the same in every run.
enum FaultStep {
  case append(Int, VerifiedBatch, bulk: Bool, more: Bool)
  case note(VerifiedCheckpoint, Cosignature)
  case work
}

enum FaultKind: String, CaseIterable, Hashable {
  case errorNothingDone, errorHalfDone, errorAllDone
  case fullOnce, fullForLong
  case readError
}

/// One seeded sequence of steps on two logs.
final class FaultPlan {
  let logs: [TestLog]
  let limits: StoreLimits
  let created: DiskImage
  private(set) var steps: [FaultStep] = []

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
    var random = SplitMix64(seed: seed)
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
final class FaultRun {
  let plan: FaultPlan
  let disk: SimulatedDisk
  var acknowledged: [UInt64]
  var appended: [UInt64]
  private(set) var didFire = false
  private var isFull = false

  init(_ plan: FaultPlan) {
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

  private func take(_ step: FaultStep, _ store: Store) throws {
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

  /// Everything acknowledged is there, byte for byte, nothing that was not appended, and no
  /// checkpoint of entries that are not there.
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
