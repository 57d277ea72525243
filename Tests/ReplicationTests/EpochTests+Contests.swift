import Crypto
import Log
import Secrets
import Testing

@testable import Replication

// Epochs that were opened twice: SYNC-73.
extension EpochTests {
  @Test("SYNC-70: two bodies of one new log contest the epoch, also where both sides list that log")
  func contestedWithOneCard() {
    connectAll()
    cluster.disconnectAll()
    let before = cluster["be"].identity
    let card = Member.secrets(of: "be", epoch: 2)
    for (holder, size) in [("nl", 5), ("fr", 3)] as [(String, UInt64)] {
      let opening = cluster.makeOpening("be", epoch: 2, key: card, follows: afterBe(size))
      show(Puppet(cluster, as: "be", logs: [holder, "be"], at: holder), opening)
      cluster.run(2_000)
      #expect(cluster[holder].core.epochs.endsAt(before.id) == size)
    }
    cluster.disconnectAll()
    // No opening is due on this session: both list the new log.
    cluster.connect("nl", "fr")
    cluster.run(120_000)
    for holder in ["nl", "fr"] {
      #expect(cluster[holder].core.epochs.contested(of: cluster["be"].name) == before.id)
      #expect(cluster[holder].core.epochs.endsAt(before.id) == nil)
    }
  }

  @Test(
    "SYNC-73: two bodies by one opening key contest the epoch, whichever came first and however they are numbered",
    arguments: [[2, 2], [2, 3], [3, 2]] as [[UInt32]], [[5, 3], [3, 5]] as [[UInt64]])
  func contested(_ epochs: [UInt32], _ sizes: [UInt64]) {
    connectAll()
    cluster.disconnectAll()
    let before = cluster["be"].identity
    let be = cluster["be"].name
    let openings = zip(epochs, sizes).map { epoch, size in
      cluster.makeOpening(
        "be", epoch: epoch, key: Member.secrets(of: "be", epoch: epoch &+ UInt32(size)),
        follows: afterBe(size))
    }
    // Each of two honest nodes hears of another one first.
    for (holder, order) in [("nl", openings), ("fr", openings.reversed())] {
      for opening in order {
        show(Puppet(cluster, as: "be", logs: [holder, "be"], at: holder), opening)
        cluster.run(100)
      }
      let core = cluster[holder].core
      #expect(core.epochs.contested(of: be) == before.id)
      #expect(core.epochs.endsAt(before.id) == nil, "no size that either cites counts")
      #expect(core.ceiling(of: before.id) == .max)
      #expect(core.standsBelow(before.id) == .max, "else the order of arrival decides what stands")
      #expect(core.frozenAt(order[0].after.identity.id) == 0)
      #expect(cluster[holder].evidence == 1)
      #expect(cluster[holder].events.contains(.secondOpening(before.id)))
    }
    #expect(
      Set(cluster["nl"].core.epochs.openings(after: before.id))
        == Set(cluster["fr"].core.epochs.openings(after: before.id)))
    // A third is dropped, and so is what goes on from either.
    show(puppet(), cluster.makeOpening("be", epoch: 7, follows: afterBe(2)))
    #expect(cluster["nl"].core.epochs.openings(after: before.id).count == 2)
    let link = cluster.connect("nl", "fr")
    cluster.run(60_000)
    #expect(cluster.isOpen(link))
    // A restart forgets nothing.
    cluster.restart("nl")
    #expect(cluster["nl"].core.epochs.contested(of: be) == before.id)
    #expect(cluster["nl"].core.epochs.endsAt(before.id) == nil)
    // The operator called: the card of the first is right.
    let standing = cluster["nl"].core.standingChanges
    cluster.compare("nl", openings[0].after.identity, of: "be")
    #expect(cluster["nl"].core.standsBelow(before.id) == sizes[0])
    #expect(cluster["nl"].core.standingChanges != standing, "what it withdrew is looked at again")
    #expect(cluster["nl"].core.epochs.contested(of: be) == nil)
    #expect(cluster["nl"].core.epochs.endsAt(before.id) == sizes[0])
    #expect(cluster["nl"].core.frozenAt(openings[0].after.identity.id) == nil)
  }

  @Test("SYNC-73: whoever knows neither hears of both, and concludes the same")
  func contestTravels() {
    connectAll()
    cluster.disconnectAll()
    let before = cluster["be"].identity
    for size in [5, 3] as [UInt64] {
      show(
        Puppet(cluster, as: "be", logs: ["nl", "be"]),
        cluster.makeOpening(
          "be", epoch: 2, key: Member.secrets(of: "be", epoch: 2 + UInt32(size)),
          follows: afterBe(size)))
      cluster.run(100)
    }
    let link = cluster.connect("nl", "fr")
    cluster.run(5_000)
    #expect(cluster["fr"].core.epochs.contested(of: cluster["be"].name) == before.id)
    #expect(cluster["fr"].events.contains(.secondOpening(before.id)))
    #expect(cluster.isOpen(link))
  }

  @Test(
    "SYNC-73: another leaf over the same body contests nothing; it is a fork of the new log at 0")
  func sameBodyTwice() {
    connectAll()
    cluster.disconnectAll()
    let before = cluster["be"].identity
    let first = cluster.makeOpening("be", epoch: 2, follows: afterBe(5))
    cluster.now += 5
    let again = cluster.makeOpening("be", epoch: 2, follows: afterBe(5))
    #expect(first.batch.bodies == again.batch.bodies && first.batch.leaves != again.batch.leaves)
    let puppet = Puppet(cluster, as: "be", logs: ["nl", "be"])
    show(puppet, first)
    cluster.run(100)
    show(puppet, again)
    #expect(puppet.isOpen)
    #expect(cluster["nl"].core.epochs.contested(of: cluster["be"].name) == nil)
    #expect(cluster["nl"].core.epochs.endsAt(before.id) == 5)
    #expect(cluster["nl"].proofs.map(\.frozenAt) == [0])
  }

  @Test("SYNC-73: the key of an epoch that ended is worth nothing where a later epoch is followed")
  func retiredKey() {
    connectAll()
    cluster.openEpoch("nl", start: .ready)
    connectAll()
    cluster.openEpoch("nl", start: .ready)
    connectAll()
    cluster.run(5_000)
    cluster.disconnectAll()
    let third = cluster["nl"].identity
    #expect(cluster["be"].core.epochs.isContinued(first.id, by: third.id))
    #expect(!cluster["be"].core.epochs.isContinued(third.id, by: first.id))
    // The recovery file of the second epoch was used already.
    for holder in ["nl", "be"] {
      let puppet = Puppet(cluster, as: "fr", logs: [holder, "fr"], at: holder)
      puppet.list(first.id, at: 2)
      show(puppet, cluster.makeOpening("nl", epoch: 9, follows: follows(1)), after: 2)
      #expect(puppet.isOpen)
      #expect(cluster[holder].core.epochs.openings(after: first.id).count == 1)
      #expect(cluster[holder].core.epochs.contested(of: cluster["nl"].name) == nil)
      cluster.feed(holder, .closed(puppet.id))
    }
    #expect(cluster["nl"].core.signing == .ready)
    connectAll()
    #expect(cluster.publish("nl", 3))
    cluster.run(5_000)
    for holder in ["be", "fr"] { #expect(cluster.agrees(holder, "nl")) }
  }

  @Test("SYNC-73: nothing follows either of two contestants before an operator settled it")
  func contestantIsNotContinued() {
    connectAll()
    cluster.disconnectAll()
    let before = cluster["be"].identity
    let thieves = Member.secrets(of: "be", epoch: 77)
    let first = cluster.makeOpening("be", epoch: 2, follows: afterBe(5))
    let second = cluster.makeOpening("be", epoch: 2, key: thieves, follows: afterBe(4))
    let puppet = Puppet(cluster, as: "be", logs: ["nl", "be"])
    show(puppet, first)
    cluster.run(100)
    show(puppet, second)
    puppet.list(first.after.identity.id, at: 2)
    let third = cluster.makeOpening(
      "be", epoch: 3,
      follows: Genesis.Predecessor(
        origin: first.after.identity.origin, size: 1, leafHash: .zero, root: .zero))
    show(puppet, third, after: 2)
    #expect(puppet.isOpen)
    #expect(cluster["nl"].core.epochs.successor(of: first.after.identity.id) == nil)
    #expect(cluster["nl"].core.epochs.contested(of: cluster["be"].name) == before.id)
    cluster.compare("nl", first.after.identity, of: "be")
    #expect(
      cluster["nl"].core.epochs.successor(of: first.after.identity.id) == third.after.identity.id)
  }
}
