import Log
import Simulation
import Testing

@testable import Store

struct FsckTests {
  /// A flipped bit in any file is found, at its place; fsck changes nothing.
  @Test func flippedBitsAreFound() throws {
    let log = try TestLog("nl", entries: 300, bodyBytes: 20...200)
    let id = log.identity.id
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<40))
    _ = try store.addCheckpoint(log.checkpoint(30))
    try store.appendBulk(try log.verified(40..<300))
    try store.flush()
    // The journal would mend what it holds: begin another one.
    _ = try Store.open(on: disk, limits: .small)
    let report = try Fsck.run(on: disk, signatures: true)
    #expect(report.isClean)
    #expect(report.logs.map(\.head.size) == [300])
    #expect(report.logs.map(\.bodiesPresent) == [300])

    let flips: [(LogFile, Int, UInt64?, Damage.Problem)] = [
      (.entries, 216 * 7 + 160, 7, .signature),
      (.entries, 216 * 8 + 90, 8, .link),
      (.hashes, 32 * 9, 9, .leafHash),
      (.bodiesIndex, 32 * 11 + 8, 11, .indexRecord),
      (.bodies(0), 20, 0, .bodyHash),
      (.bodies(0), 2, 0, .bodyRecord),
      (.control, 16 * 2, 0, .control),
      (.checkpoints, 40, 0, .checksum),
      (.identity, 30, nil, .identity),
    ]
    for (file, offset, index, problem) in flips {
      let damaged = SimulatedDisk(disk.image)
      damaged.flip(.log(id, file), at: offset)
      let before = damaged.operations
      let report = try Fsck.run(on: damaged, signatures: true)
      #expect(damaged.operations == before)
      #expect(
        report.findings.contains(Damage(file: .log(id, file), index: index, problem)),
        "\(file): \(report.findings.prefix(3))")
    }
  }

  /// Entries that are only in the journal are read from there.
  @Test func journalIsReplayedInMemory() throws {
    let log = try TestLog("nl", entries: 300, bodyBytes: 0...40)
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<50))
    let batch = try #require(store.takeBatch())
    for operation in batch.operations { try disk.execute(operation) }
    let report = try Fsck.run(on: disk)
    #expect(report.isClean)
    #expect(report.logs.map(\.head.size) == [50])
    #expect(report.notChecked.count == 3)
  }
}
