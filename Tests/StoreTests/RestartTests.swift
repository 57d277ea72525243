import Crypto
import Log
import Simulation
import Testing

@testable import Store

/// The program starts again and reads pages that no sync persisted, and then the machine stops
/// (Protocols/store.md, STO-22, step 2). Both were found by `liaison-sim store`.
struct RestartTests {
  private static let logs = Result {
    try ["be", "de", "fr", "nl"].map { try TestLog($0, entries: 60, bodyBytes: 0...90) }
  }

  /// Images before each operation of a start.
  private func imagesOfStart(_ image: DiskImage) throws -> [DiskImage] {
    let disk = SimulatedDisk(image)
    var images: [DiskImage] = []
    disk.beforeOperation = { disk, _ in images.append(disk.image) }
    _ = try Store.open(on: disk, limits: .small)
    return images + [disk.image]
  }

  /// Seed 6, point 51892: the sync of the commit that adds a log fails; a restart replays it from
  /// memory into log files, and a crash leaves those and not the commit.
  @Test func aLogOfAFailedCommitLeavesNoFiles() throws {
    let logs = try RestartTests.logs.get()
    let (disk, store) = try newStore()
    try store.addLog(logs[0].identity)
    try store.append(try logs[0].verified(0..<5))
    let batch = try #require(store.takeBatch())
    for operation in batch.operations.dropLast() { try disk.execute(operation) }
    disk.fault = { _, _ in DiskFault(error: .inputOutput, left: .nothing) }
    #expect(throws: DiskError.inputOutput) { try disk.execute(batch.operations.last!) }
    var random = SplitMix64(seed: 1)
    for image in try imagesOfStart(disk.image) {
      for _ in 0..<8 {
        let again = try Store.open(on: SimulatedDisk(image.crashed(&random)), limits: .small)
        #expect(again.damage == [])
        try again.addLog(logs[0].identity)
      }
    }
  }

  /// The sync of the beginning that a recovery writes fails; the next start believes it, begins the
  /// other journal, and is torn there: the one that holds the commits.
  @Test func aBeginningThatNoSyncPersistedCostsNoJournal() throws {
    let logs = try RestartTests.logs.get()
    let (disk, store) = try newStore()
    for log in logs {
      try store.addLog(log.identity)
      try store.append(try log.verified(0..<5))
    }
    for end in 6...9 as ClosedRange<UInt64> {
      for log in logs { try store.append(try log.verified((end - 1)..<end)) }
      try store.flush()
    }
    let failing = SimulatedDisk(disk.image)
    failing.fault = { _, operation in
      // The newest journal is written again first, and begins at 0 as well.
      guard case .sync(.journal(1)) = operation else { return nil }
      return DiskFault(error: .inputOutput, left: .nothing)
    }
    #expect(throws: StoreError.self) { try Store.open(on: failing, limits: .small) }
    var random = SplitMix64(seed: 2)
    for image in try imagesOfStart(failing.image).suffix(6) {
      for _ in 0..<200 {
        let again = try Store.open(on: SimulatedDisk(image.crashed(&random)), limits: .small)
        #expect(again.damage == [])
        for log in logs { #expect(again.state(log.identity.id) == log.states[9]) }
      }
    }
  }
}
