import Crypto
import Log
import Secrets
import Testing

@testable import Replica

@Suite("Proofs that a hostile author brings about as often as it likes")
struct ProofQueueTests {
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
