import Crypto
import Log
import Secrets
import Testing

@testable import Node

@Suite("Lines and proofs that a hostile peer brings about as often as it likes")
struct QueueTests {
  @Test("A line of one kind is said once a minute, and the next says how many were left out")
  func lines() {
    var limit = LineLimit()
    #expect(limit.line("frozen be", "be is frozen at 9", at: 1_000) == "be is frozen at 9")
    for turn in 0..<100 { #expect(limit.line("frozen be", "x", at: 1_000 + UInt64(turn)) == nil) }
    #expect(limit.line("frozen fr", "fr is frozen at 3", at: 2_000) == "fr is frozen at 3")
    #expect(
      limit.line("frozen be", "be is frozen at 1", at: 61_001)
        == "be is frozen at 1 (100 more like it since the last line)")
  }

  @Test("What is kept of kinds has a bound, and a clock that stands still keeps none for ever")
  func kinds() {
    var limit = LineLimit()
    for kind in 0..<20_000 { #expect(limit.line("\(kind)", "x", at: 5) == "x") }
    #expect(limit.line("0", "x", at: 6) == nil)
    #expect(limit.line("new", "x", at: 5 + NodeLimits.lineEveryMilliseconds) == "x")
    #expect(limit.line("new", "x", at: 6 + NodeLimits.lineEveryMilliseconds) == nil)
  }

  @Test("The first fork proof of a log is written at once, then the lowest once a second")
  func proofs() throws {
    var queue = ProofQueue()
    #expect(queue.add(try proof(9, "be"), at: 1_000))
    #expect(!queue.add(try proof(7, "be"), at: 1_001))
    #expect(!queue.add(try proof(5, "be"), at: 1_002))
    #expect(!queue.add(try proof(6, "be"), at: 1_003))
    #expect(queue.add(try proof(4, "fr"), at: 1_004))
    #expect(queue.takeAll(at: 2_000).map(\.frozenAt) == [5])
    #expect(queue.isEmpty)
    #expect(!queue.add(try proof(3, "be"), at: 2_500))
    #expect(queue.add(try proof(2, "be"), at: 3_000))
    #expect(queue.isEmpty, "what was lower is written, and the one that waited is not wanted")
  }

  /// Two entries of one index, signed by one key.
  private func proof(_ index: UInt64, _ name: String) throws -> ForkProof {
    var random = SeededRandom(seed: UInt64(name.utf8.first ?? 1))
    let secrets = NodeSecrets.generate(using: &random)
    let identity = LogIdentity(
      origin: Origin(name: try NodeName(name), epoch: 1), key: secrets.log.publicKey)
    func leaf(_ time: UInt64) -> [UInt8] {
      let header = EntryHeader(
        logID: identity.id, index: index, time: time, kind: 9, suite: 1, expiryDay: 0, bodyBytes: 0,
        audienceTag: .zero, previous: .zero, bodyHash: .zero
      ).encode()
      return header + secrets.log.sign(header.span).array
    }
    let leaves = [leaf(1), leaf(2)].sorted { $0.lexicographicallyPrecedes($1) }
    return try ForkProof(
      identity: identity, evidence: .entries(.signed(leaf: leaves[0]), .signed(leaf: leaves[1])))
  }
}
