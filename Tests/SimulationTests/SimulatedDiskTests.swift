import Simulation
import Store
import Testing

/// The promises of the simulated disk, and what it may lose (Protocols/store.md, 2).
struct SimulatedDiskTests {
  private let file = StoreFile.journal(0)
  private let disk = SimulatedDisk()

  private func crashed(_ model: CrashModel, seed: UInt64 = 1) -> (SimulatedDisk, CrashTally) {
    var random = SplitMix64(seed: seed)
    var tally = CrashTally()
    return (SimulatedDisk(disk.image.crashed(model, &random, &tally)), tally)
  }

  private func write(_ value: UInt8, _ count: Int, at offset: UInt64) throws {
    try disk.execute(.write(file, offset: offset, bytes: [UInt8](repeating: value, count: count)))
  }

  private func syncedFile() throws {
    try disk.execute(.create(file))
    try write(1, 5000, at: 0)
    try disk.execute(.sync(file))
    try disk.execute(.syncFolder(.root))
  }

  @Test(arguments: CrashModel.allCases) func whatWasSyncedStays(model: CrashModel) throws {
    try syncedFile()
    let (after, tally) = crashed(model)
    #expect(try after.read(file, at: 0, count: 9000) == [UInt8](repeating: 1, count: 5000))
    #expect(tally == CrashTally())
  }

  @Test func whatWasNotSyncedIsKeptOrDropped() throws {
    try syncedFile()
    try write(2, 5000, at: 4000)
    let kept = try crashed(.kept).0.read(file, at: 0, count: 9000)
    #expect(kept == [UInt8](repeating: 1, count: 4000) + [UInt8](repeating: 2, count: 5000))
    #expect(try crashed(.dropped).0.read(file, at: 0, count: 9000).count == 5000)
  }

  @Test func aNameIsGoneUnlessItsFolderWasSynced() throws {
    try disk.execute(.create(file))
    try disk.execute(.sync(file))
    #expect(try crashed(.dropped).0.size(of: file) == nil)
    #expect(try crashed(.kept).0.size(of: file) == 0)
    try disk.execute(.syncFolder(.root))
    #expect(try crashed(.dropped).0.size(of: file) == 0)
  }

  @Test func aRenameIsThereOrNot() throws {
    try disk.execute(.create(.formatDraft))
    try disk.execute(.syncFolder(.root))
    try disk.execute(.rename(from: .formatDraft, to: .format))
    #expect(try crashed(.dropped).0.size(of: .format) == nil)
    #expect(try crashed(.dropped).0.size(of: .formatDraft) == 0)
    #expect(try crashed(.kept).0.size(of: .format) == 0)
    #expect(try crashed(.kept).0.size(of: .formatDraft) == nil)
  }

  /// Every byte of a torn write is the old one or the new one, and each sector is whole.
  @Test func tornAtSectors() throws {
    try syncedFile()
    try write(2, 3000, at: 700)
    var seen: Set<[UInt8]> = []
    for seed in 1...40 as ClosedRange<UInt64> {
      let bytes = try crashed(.torn, seed: seed).0.read(file, at: 0, count: 9000)
      #expect(bytes.count == 5000)
      for start in Swift.stride(from: 1024, to: 3584, by: 512) {
        #expect(Set(bytes[start..<(start + 512)]).count == 1)
      }
      #expect(!bytes[..<700].contains(2) && !bytes[3700...].contains(2))
      seen.insert(bytes)
    }
    #expect(seen.count > 10)
  }

  @Test func laterWritesSurviveEarlierOnes() throws {
    try syncedFile()
    for number in 0..<6 as Range<UInt8> { try write(10 + number, 1, at: UInt64(number)) }
    var tally = CrashTally()
    for seed in 1...20 as ClosedRange<UInt64> {
      tally.laterWithoutEarlier += crashed(.reordered, seed: seed).1.laterWithoutEarlier
      #expect(crashed(.cut, seed: seed).1.laterWithoutEarlier == 0)
    }
    #expect(tally.laterWithoutEarlier > 20)
  }

  /// A sync that failed leaves pages that are read as written and that no later sync persists.
  @Test func aFailedSyncLosesWhatItShouldHavePersisted() throws {
    try syncedFile()
    try write(2, 10, at: 0)
    disk.fault = { _, _ in DiskFault(error: .inputOutput, left: .nothing) }
    #expect(throws: DiskError.inputOutput) { try disk.execute(.sync(file)) }
    disk.fault = nil
    try write(3, 10, at: 100)
    try disk.execute(.sync(file))
    #expect(try disk.read(file, at: 0, count: 1) == [2])
    let after = crashed(.kept).0
    #expect(try after.read(file, at: 0, count: 1) == [1])
    #expect(try after.read(file, at: 100, count: 1) == [3])
  }

  @Test func copiesDoNotChangeEachOther() throws {
    try syncedFile()
    let copy = SimulatedDisk(disk.image)
    try write(7, 6000, at: 10)
    try disk.execute(.truncate(file, bytes: 20))
    #expect(try copy.read(file, at: 0, count: 9000) == [UInt8](repeating: 1, count: 5000))
    #expect(try disk.read(file, at: 8, count: 9000).prefix(3) == [1, 1, 7])
  }

  @Test func holesReadAsZerosAndTakeNoSpace() throws {
    try disk.execute(.create(file))
    try write(1, 3 * 4096, at: 0)
    #expect(try disk.allocatedBytes(of: file) == 3 * 4096)
    try disk.execute(.punchHole(file, offset: 4000, bytes: 4200))
    #expect(try disk.allocatedBytes(of: file) == 2 * 4096)
    #expect(try disk.size(of: file) == 3 * 4096)
    let bytes = try disk.read(file, at: 0, count: 3 * 4096)
    let expected =
      [UInt8](repeating: 1, count: 4000) + [UInt8](repeating: 0, count: 4200)
      + [UInt8](repeating: 1, count: 3 * 4096 - 8200)
    #expect(bytes == expected)
    // Cut and made longer again: what was behind the cut does not come back.
    try disk.execute(.truncate(file, bytes: 10))
    try disk.execute(.truncate(file, bytes: 20))
    #expect(try disk.read(file, at: 9, count: 20) == [1] + [UInt8](repeating: 0, count: 10))
  }
}
