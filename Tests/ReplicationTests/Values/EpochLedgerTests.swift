import Crypto
import Log
import Secrets
import Testing

@testable import Replication

@Suite("The ledger of epochs says what follows, and by whose word")
struct EpochLedgerTests {
  private let cluster = Cluster(["nl", "be"])
  private let be: LogIdentity
  private var ledger: EpochLedger

  init() {
    be = cluster["be"].identity
    ledger = EpochLedger(ownName: cluster["nl"].name, ownLog: cluster["nl"].identity.id)
    ledger.add(cluster["nl"].identity)
    ledger.add(be)
    ledger.hold([be.id: Member.openingKey(of: "be", epoch: 2).publicKey.commitment])
  }

  /// The opening of be's next epoch, which ends `predecessor` at `size`.
  private func opening(
    after predecessor: LogIdentity, at size: UInt64, epoch: UInt32, seed: UInt64 = 0
  ) throws -> Opening {
    var random = SeededRandom(seed: 1_000 * seed + UInt64(epoch))
    let made = cluster.makeOpening(
      "be", epoch: epoch, key: NodeSecrets.generate(using: &random),
      follows: Genesis.Predecessor(
        origin: predecessor.origin, size: size, leafHash: .zero, root: .zero))
    return try #require(
      Opening(
        HeldOpening(
          predecessor: predecessor.id, leaf: made.batch.leaves, body: made.batch.bodies),
        after: predecessor.origin))
  }

  @Test("The first counts, the same again says nothing, another contests, a third is refused")
  mutating func contest() throws {
    let first = try opening(after: be, at: 5, epoch: 2)
    let second = try opening(after: be, at: 3, epoch: 2, seed: 1)
    let third = try opening(after: be, at: 4, epoch: 2, seed: 2)
    expect(ledger.isAuthorised(first.genesis, after: be.id))
    let before = ledger.changes
    expect(ledger.take(first) == .first)
    expect(ledger.take(first) == .known)
    expect(ledger.endsAt(be.id) == 5 && ledger.contested(of: be.origin.name) == nil)
    expect(ledger.settledBranch(of: be.id)?.size == 5)
    expect(ledger.take(second) == .second(after: first.identity.id))
    expect(ledger.take(second) == .known)
    expect(ledger.take(third) == .refused)
    expect(ledger.contested(of: be.origin.name) == be.id)
    expect(ledger.endsAt(be.id) == nil && ledger.settledBranch(of: be.id) == nil)
    expect(ledger.openings(after: be.id).count == 2)
    expect(ledger.changes > before)
    // The operator called: the second is right.
    ledger.compared[be.origin.name] = second.identity
    expect(ledger.contested(of: be.origin.name) == nil && ledger.endsAt(be.id) == 3)
    ledger.compared[be.origin.name] = first.identity
    expect(ledger.endsAt(be.id) == 5)
  }

  @Test("What follows one of two contestants waits for the operator, a few at most")
  mutating func heldBack() throws {
    let first = try opening(after: be, at: 5, epoch: 2)
    _ = ledger.take(first)
    _ = ledger.take(try opening(after: be, at: 3, epoch: 2, seed: 1))
    ledger.add(first.identity)
    for size in 1...(UInt64(Limits.openingsHeldBackOfNode) + 2) {
      expect(ledger.take(try opening(after: first.identity, at: size, epoch: 3)) == .refused)
    }
    expect(ledger.heldBack.count == Limits.openingsHeldBackOfNode)
    ledger.compared[be.origin.name] = first.identity
    let waiting = ledger.takeHeldBack()
    expect(ledger.heldBack.isEmpty)
    expect(ledger.take(try #require(waiting.first)) == .first)
    expect(ledger.isContinued(be.id, by: try #require(waiting.first).identity.id))
  }

  @Test("A key says nothing of an epoch that was followed further")
  mutating func past() throws {
    let first = try opening(after: be, at: 5, epoch: 2)
    _ = ledger.take(first)
    ledger.add(first.identity)
    expect(ledger.take(try opening(after: first.identity, at: 1, epoch: 3)) == .first)
    expect(ledger.take(try opening(after: be, at: 3, epoch: 2, seed: 1)) == .refused)
    expect(ledger.endsAt(be.id) == 5)
  }

  @Test("The opening key of the card that was held first counts for ever")
  mutating func commitment() throws {
    ledger.hold([be.id: Member.openingKey(of: "be", epoch: 9).publicKey.commitment])
    expect(
      ledger.isAuthorised(try opening(after: be, at: 5, epoch: 2).genesis, after: be.id))
    expect(
      !ledger.isAuthorised(
        try opening(after: be, at: 5, epoch: 2).genesis, after: cluster["nl"].identity.id))
  }
}
