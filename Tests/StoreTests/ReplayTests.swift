import Crypto
import Log
import Simulation
import Testing

@testable import Store

/// A replay of many small commits writes each file once (Protocols/store.md, STO-22, step 2).
struct ReplayTests {
  private let file = StoreFile.log(LogID(.zero), .entries)

  @Test func writesThatFollowOneAnotherAreOne() {
    var joined = JoinedWrites()
    let other = StoreFile.log(LogID(.zero), .hashes)
    joined.append(file, 10, [1, 2])
    joined.append(other, 0, [7])
    joined.append(file, 12, [3])
    joined.append(other, 1, [8, 9])
    #expect(joined.bytes == 6)
    #expect(
      joined.take() == [
        .write(file, offset: 10, bytes: [1, 2, 3]), .write(other, offset: 0, bytes: [7, 8, 9]),
      ])
    #expect(joined.bytes == 0)
    #expect(joined.take() == [])
  }

  /// The index record of a body that arrives lies where the entry wrote another one before.
  @Test func aLaterWriteStaysTheLaterOne() {
    var joined = JoinedWrites()
    joined.append(file, 0, [1, 1, 1, 1])
    joined.append(file, 1, [2])
    joined.append(file, 4, [1])
    joined.append(file, 1, [3])
    var content: [UInt8] = [0, 0, 0, 0, 0]
    for case .write(_, let offset, let bytes) in joined.take() {
      content.replaceSubrange(Int(offset)..<(Int(offset) + bytes.count), with: bytes)
    }
    #expect(content == [1, 3, 1, 1, 1])
  }

  @Test func manySmallCommitsAreOneWriteAFile() throws {
    let logs = try ["be", "de", "fr", "nl"].map {
      try TestLog($0, entries: 30, bodyBytes: 0...90)
    }
    let (disk, store) = try newStore()
    for end in 1...30 as ClosedRange<UInt64> {
      for log in logs {
        if end == 1 { try store.addLog(log.identity) }
        try store.append(try log.verified((end - 1)..<end))
      }
      while logs.contains(where: { store.durableHead($0.identity.id)?.size ?? 0 < end }) {
        let batch = try #require(store.takeBatch())
        for operation in batch.operations { try disk.execute(operation) }
        _ = store.completed(token: batch.token, error: nil)
      }
    }
    let again = SimulatedDisk(disk.image)
    var writes: [StoreFile: Int] = [:]
    again.beforeOperation = { _, operation in
      if case .write(.log(let id, let name), _, _) = operation {
        writes[.log(id, name), default: 0] += 1
      }
    }
    let opened = try Store.open(on: again, limits: .small)
    #expect(opened.damage == [])
    for log in logs { try expectContent(opened, log, size: 30) }
    #expect(writes.count >= 4 * logs.count)
    #expect(writes.values.allSatisfy { $0 == 1 })
  }
}
