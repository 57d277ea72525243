import Log
import Simulation
import Testing

@testable import Store

/// A damaged hash accuses nobody and is never signed (Protocols/store.md, STO-25).
struct DamagedTreeTests {
  @Test(arguments: [(LogFile.hashes, 300, 400), (.hashes, 10, 200), (.nodes, 0, 400)])
  func anHonestCheckpointDoesNotContradict(file: LogFile, record: Int, size: UInt64) throws {
    let log = try TestLog("nl", entries: 700, bodyBytes: 0...9)
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<700))
    try store.flush()
    let id = log.identity.id
    #expect(try store.root(id, size: size) == log.roots[Int(size)])
    disk.flip(.log(id, file), at: record * 32 + 3)
    let damage = StoreError.damaged(Damage(file: .log(id, .hashes), .root))
    #expect(throws: damage) { try store.root(id, size: size) }
    #expect(throws: damage) { try store.addCheckpoint(log.checkpoint(size)) }
    #expect(try store.root(id, size: 700) == log.roots[700])
    #expect(try store.addCheckpoint(log.checkpoint(700)) == .stored)
    disk.flip(.log(id, file), at: record * 32 + 3)
    #expect(try store.addCheckpoint(log.checkpoint(size)) == .known)
  }
}
