import Crypto
import Log
import Testing

@Suite("Acceptance under a checkpoint (LOG-15, LOG-16)")
struct AnchoredAcceptanceTests {
  @Test("Every split of a log gives the state of the one-by-one path")
  func crossCheck() throws {
    let log = try RawLog(size: 21)
    for size in 0..<20 {
      for end in stride(from: size + 1, through: 21, by: 3) {
        for newest in [end, min(end + 5, 21), 21] {
          let batch = try log.batch(size..<end)
          let anchored = try log.state(size).accept(
            batch, under: log.checkpoint(newest), consistency: log.consistency(end, newest))
          let single = try log.state(size).accept(batch)
          #expect(anchored.after == single.after)
          #expect(anchored.leafHashes == single.leafHashes)
          #expect(!anchored.signaturesVerified)
        }
      }
    }
  }

  @Test("LOG-15: a chunk, proof, prefix or checkpoint that does not fit is a failure")
  func failures() throws {
    let log = try RawLog(size: 12)
    let other = try RawLog(size: 12, origin: "be/1")
    let batch = try log.batch(4..<9)
    let proof = log.consistency(9, 12)
    func result(
      _ state: LogState, _ batch: EntryBatch, _ checkpoint: VerifiedCheckpoint, _ proof: [Digest]
    ) -> AcceptanceFailure? {
      rejectedFailure { () throws(Rejection) in
        try state.accept(batch, under: checkpoint, consistency: proof)
      }
    }
    let newest = log.checkpoint(12)
    #expect(result(log.state(4), batch, newest, proof) == nil)
    #expect(result(log.state(4), batch, newest, proof.dropLast()) == .notUnderCheckpoint)
    #expect(result(log.state(4), batch, newest, []) == .notUnderCheckpoint)
    #expect(
      result(log.state(4), batch, log.checkpoint(8), []) == .aboveCheckpoint(size: 8))
    #expect(result(log.state(4), batch, other.checkpoint(12), proof) == .otherLog)
    #expect(result(log.state(3), batch, newest, proof) == .notNext(expected: 3))
    var leaves = batch.leaves
    leaves[300] ^= 1
    let flipped = try EntryBatch(first: 4, leaves: leaves, bodies: batch.bodies)
    #expect(result(log.state(4), flipped, newest, proof) == .notUnderCheckpoint)
    var branch = try RawLog(size: 3)
    branch.add(.record, body: [9])
    #expect(result(branch.state(4), batch, newest, proof) == .notUnderCheckpoint)
    var bodies = batch.bodies
    bodies[0] ^= 1
    let badBody = try EntryBatch(first: 4, leaves: batch.leaves, bodies: bodies)
    #expect(result(log.state(4), badBody, newest, proof) == .bodyHash(index: 4))
  }

  @Test("LOG-16: a leaf under a checkpoint that breaks a rule is a fault, at any place of a batch")
  func faults() throws {
    for (rule, prefix) in try brokenLogs() {
      var log = prefix
      let broken = log.size - 1
      for _ in 0..<3 { log.addRecord() }
      for start in 0...broken {
        for (end, newest) in [(broken + 1, broken + 1), (broken + 2, log.size)] {
          let states = [BodyState](repeating: .absent, count: end - start)
          let batch = try log.batch(start..<end, states: states)
          let fault = rejectedFault { () throws(Rejection) in
            try log.state(start).accept(
              batch, under: log.checkpoint(newest), consistency: log.consistency(end, newest))
          }
          let found = try #require(fault)
          #expect(found.rule == rule && found.position == UInt64(broken) && found.isComplete)
          let bytes = found.encode()
          #expect(bytes.count <= LogLimits.proofBytes)
          #expect(try AuthorFault(decoding: bytes) == found)
        }
      }
    }
  }

  @Test("LOG-16: the predecessor's path completes a fault when its signature is bad")
  func completed() throws {
    var log = try RawLog(size: 2)
    log.add(.record, body: [1], badSignature: true)
    log.add(.record, body: [2]) { patch(&$0, at: EntryLayout.previous, [1, 2, 3]) }
    let batch = try log.batch(3..<4)
    let found = try #require(
      rejectedFault { () throws(Rejection) in
        try log.state(3).accept(batch, under: log.checkpoint(4), consistency: [])
      })
    #expect(!found.isComplete)
    let complete = try found.completed(
      predecessorLeaf: log.leaves[2], path: log.included(2, size: 4).path)
    #expect(complete.isComplete)
    #expect(try AuthorFault(decoding: complete.encode()) == complete)
    #expect(throws: ProofError.path) {
      try found.completed(predecessorLeaf: log.leaves[1], path: log.included(2, size: 4).path)
    }
  }
}
