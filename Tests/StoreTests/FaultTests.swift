import Foundation
import Log
import Simulation
import Testing

@testable import Store

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
      let plan = try FaultPlan(logs, seed: seed, steps: FaultTests.sequences == nil ? 24 : 60)
      let whole = FaultRun(plan)
      _ = try whole.carryOut()
      #expect(whole.acknowledged == whole.appended)
      var random = SplitMix64(seed: seed << 32)
      for number in 1...whole.disk.operations {
        for kind in kinds(number) {
          let run = FaultRun(plan)
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

  /// A journal's sync fails, the program starts again and reads what no sync persisted, and then
  /// the machine stops at each operation of that recovery.
  @Test func pagesThatNoSyncPersistedAreWrittenAgain() throws {
    let plan = try FaultPlan(try FaultTests.logs.get(), seed: 1, steps: 200)
    let whole = FaultRun(plan)
    var syncs: [Int] = []
    var beginnings = 0
    whole.disk.beforeOperation = { disk, operation in
      if case .sync(.journal) = operation { syncs.append(disk.operations + 1) }
      if case .write(.journal, 0, _) = operation { beginnings += 1 }
    }
    _ = try whole.carryOut()
    #expect(beginnings > 1)
    var random = SplitMix64(seed: 9)
    for number in syncs {
      let run = FaultRun(plan)
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
  private func restartTwice(_ run: FaultRun, _ random: inout SplitMix64) throws -> Int {
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
  private func expectStop(_ run: FaultRun, _ kind: FaultKind) throws {
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
  private func failReads(_ whole: FaultRun) throws -> Int {
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
