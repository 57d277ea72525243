import Log
import Simulation
import Testing

@testable import Store

/// STO-33: what lies on the disk counts, whatever file it is in.
struct LimitTests {
  private func filled() throws -> (TestLog, Store) {
    let log = try TestLog("nl", entries: 600, bodyBytes: 0...40)
    let (_, store) = try newStore()
    try store.addLog(log.identity)
    try store.appendBulk(try log.verified(0..<600))
    try store.flush()
    return (log, store)
  }

  private func cosign(_ log: TestLog, _ store: Store, by name: String) throws {
    let cosignature = Cosignature(
      name: try NodeName(name), keyID: 7, time: 9, signature: log.sign([1, 2, 3].span))
    try store.addCosignature(
      log.identity.id, checkpoint: log.checkpoint(600), cosignature)
  }

  @Test func allFilesCount() throws {
    let (log, store) = try filled()
    let id = log.identity.id
    for size in [100, 200, 600] as [UInt64] { _ = try store.addCheckpoint(log.checkpoint(size)) }
    for name in ["be", "fr", "lu"] { try cosign(log, store, by: name) }
    try store.flush()
    #expect(store.storedBytes(id) == (try store.usage(id).total.bytes))
  }

  /// A batch never adds more than what was asked for it.
  @Test func whatABatchAdds() throws {
    let log = try TestLog("nl", entries: 600, bodyBytes: 0...40)
    let (_, store) = try newStore()
    try store.addLog(log.identity)
    for range in [0..<1, 1..<200, 200..<600] as [Range<UInt64>] {
      let batch = try log.verified(range)
      let before = try #require(store.storedBytes(log.identity.id))
      try store.append(batch)
      try store.flush()
      let after = try #require(store.storedBytes(log.identity.id))
      #expect(after - before <= Store.fileBytes(of: batch.batch))
    }
  }

  @Test func noCosignatureAboveTheLimit() throws {
    let (log, store) = try filled()
    let id = log.identity.id
    store.setLimits(id, bytes: (store.storedBytes(id) ?? 0) + 300, entries: nil)
    try cosign(log, store, by: "be")
    try cosign(log, store, by: "fr")
    #expect(store.cosignatures(id).map(\.cosignature.name.text) == ["be"])
  }
}
