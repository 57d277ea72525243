import Crypto
import Log
import Secrets
import Testing

@testable import Replication

@Suite("Protocols/sync.md, 9: epochs end, and the next is followed by its key alone")
struct EpochTests {
  let cluster: Cluster
  let first: LogIdentity

  init() {
    cluster = Cluster(["nl", "be", "fr"])
    for name in ["nl", "be", "fr"] { cluster.publish(name, 5) }
    cluster.run(100)
    first = cluster["nl"].identity
  }

  func connectAll() {
    cluster.connect("nl", "be")
    cluster.connect("be", "fr")
    cluster.run(3_000)
  }

  func follows(_ size: UInt64) -> Genesis.Predecessor {
    Genesis.Predecessor(origin: first.origin, size: size, leafHash: .zero, root: .zero)
  }

  func afterBe(_ size: UInt64) -> Genesis.Predecessor {
    Genesis.Predecessor(
      origin: cluster["be"].identity.origin, size: size, leafHash: .zero, root: .zero)
  }

  func size(_ holder: String, _ log: LogID) -> UInt64 {
    cluster[holder].logs.durableHead(of: log).size
  }

  /// A session of `nl` with somebody who shows it openings after be's epoch.
  func puppet() -> Puppet { Puppet(cluster, as: "fr", logs: ["nl", "be", "fr"]) }

  func show(_ puppet: Puppet, _ opening: VerifiedBatch, after position: Int = 1) {
    puppet.send(
      PassedOpening(position: position, leaf: opening.batch.leaves, body: opening.batch.bodies))
  }

  @Test("SYNC-70, 71: what followed is opened, passed on by a carrier, and published in")
  func followed() {
    connectAll()
    cluster.openEpoch("nl")
    connectAll()
    cluster.run(40_000)
    #expect(cluster["nl"].core.signing == .ready)
    #expect(cluster.publish("nl", 7))
    cluster.run(2_000)
    for holder in ["be", "fr"] {
      #expect(cluster.agrees(holder, "nl"))
      #expect(cluster[holder].core.epochs.endsAt(first.id) == 5)
      #expect(cluster[holder].core.epochs.successor(of: first.id) == cluster["nl"].identity.id)
    }
    #expect(cluster.messagesSent[MessageType.opening.rawValue] == 2)
    // Nobody is told again the second time.
    cluster.disconnectAll()
    connectAll()
    #expect(cluster.messagesSent[MessageType.opening.rawValue] == 2)
  }

  @Test(
    "SYNC-71: the card that is held authorises, so that nothing of the epoch before need be here")
  func beforeItsPredecessor() {
    cluster.openEpoch("nl", start: .ready)
    cluster.tamper = { from, _, bytes in
      // The first epoch's entries are held up.
      from == "nl" && bytes[0] == MessageType.chunk.rawValue && self.cluster.now < 2_000
        ? nil : bytes
    }
    cluster.connect("nl", "be")
    cluster.run(900)
    #expect(size("be", first.id) == 0 && size("be", cluster["nl"].identity.id) == 1)
    cluster.run(60_000)
    #expect(size("be", first.id) == 5 && cluster.agrees("be", "nl"))
  }

  @Test("SYNC-71: two epochs at once, one after the other")
  func twoSteps() {
    connectAll()
    cluster.openEpoch("nl", start: .ready)
    cluster.publish("nl", 3)
    cluster.run(100)
    cluster.openEpoch("nl", start: .ready)
    connectAll()
    cluster.run(10_000)
    for holder in ["be", "fr"] {
      #expect(cluster.agrees(holder, "nl"))
      #expect(cluster[holder].core.epochs.endsAt(first.id) == 5)
    }
    #expect(cluster["fr"].identity.origin.epoch == 1)
    #expect(cluster["nl"].identity.origin.epoch == 3)
  }

  @Test("SYNC-72: nothing above the end is taken; what is held above stays, and is served")
  func late() {
    connectAll()
    let old = cluster.backup("nl")
    cluster.publish("nl", 10)
    cluster.run(1_000)
    cluster.disconnectAll()
    #expect(size("be", first.id) == 15 && size("fr", first.id) == 15)
    cluster.restart("nl", from: old, start: .closed(because: "restored"))
    cluster.openEpoch("nl", endingAt: 5)
    #expect(cluster["nl"].core.epochs.endsAt(first.id) == 5)
    connectAll()
    cluster.run(40_000)
    #expect(cluster["be"].core.epochs.endsAt(first.id) == 5)
    #expect(size("be", first.id) == 15)
    #expect(size("nl", first.id) == 5)
    #expect(cluster.publish("nl", 3))
    cluster.run(2_000)
    #expect(cluster.agrees("fr", "nl"))
    // One who knows where it ended pulls that far and no further.
    cluster.disconnectAll()
    let empty = MemoryLogs()
    for identity in cluster["fr"].logs.identities { empty.add(identity) }
    cluster.restart("fr", from: empty)
    cluster.connect("fr", "nl")
    cluster.run(5_000)
    cluster.connect("fr", "be")
    cluster.run(20_000)
    #expect(size("fr", first.id) == 5)
    #expect(cluster["fr"].counters[.chunksFailed] == nil)
  }

  @Test("SYNC-72: a follower that holds less pulls up to the end")
  func holdsLess() {
    cluster.publish("nl", 400)
    cluster.run(100)
    cluster.openEpoch("nl", start: .ready)
    connectAll()
    cluster.run(5_000)
    #expect(size("fr", first.id) == 405 && cluster.agrees("fr", "nl"))
  }

  @Test("SYNC-72: the running key's thief writes above the end, and nobody takes it")
  func pushesAboveTheEnd() throws {
    cluster.copy("nl", as: "nl'", start: .ready)
    connectAll()
    cluster.openEpoch("nl", start: .ready)
    connectAll()
    cluster.connect("nl'", "fr")
    cluster.run(2_000)
    #expect(
      cluster["nl'"].events.contains { if case .openedElsewhere = $0 { true } else { false } })
    guard case .closed = cluster["nl'"].core.signing else { return #expect(Bool(false)) }
    let thief = cluster["nl'"]
    let old = Member("nl")
    let stolen = old.sign(1, after: thief.logs.state(of: first.id)!, bodyBytes: 9, time: 1)
    thief.logs.append(stolen)
    cluster.feed("nl'", .durable(first.id, thief.logs.makeDurable(first.id)))
    cluster.run(20_000)
    #expect(size("fr", first.id) == 5)
    #expect((cluster["fr"].counters[.pushesEnded] ?? 0) >= 1)
    #expect(cluster["fr"].counters[.chunksFailed] == nil)
  }

  @Test(
    "SYNC-71: what the card held here does not authorise changes nothing, and is nobody's failure")
  func wrongKey() {
    connectAll()
    cluster.disconnectAll()
    let before = cluster["be"].identity
    let puppet = puppet()
    for opener in [1, 4, 5] as [UInt32] {
      cluster.now += 1
      show(puppet, cluster.makeOpening("be", epoch: 2, follows: afterBe(5), opener: opener))
    }
    #expect(puppet.isOpen)
    #expect(cluster["nl"].core.epochs.endsAt(before.id) == nil)
    #expect(cluster["nl"].core.epochs.successor(of: before.id) == nil)
    #expect(
      cluster["nl"].events.contains(
        .openingRefused(after: before.id, from: cluster["fr"].name)))
    // The true one still is followed.
    show(puppet, cluster.makeOpening("be", epoch: 2, follows: afterBe(5)))
    #expect(cluster["nl"].core.epochs.endsAt(before.id) == 5)
  }

  @Test(
    "SYNC-71: partners that hold two cards of one log conclude two things, and keep their session")
  func twoCommitments() {
    let before = cluster["be"].identity
    // be gave fr a card with another opening key than nl: the one that epoch 9 is opened by.
    cluster["fr"].openingKeys[before.id] =
      Member.openingKey(of: "be", epoch: 9).publicKey.commitment
    cluster.restart("fr")
    let link = cluster.connect("nl", "fr")
    cluster.run(3_000)
    let toNL = Puppet(cluster, as: "be", logs: ["nl", "be"])
    let toFR = Puppet(cluster, as: "be", logs: ["fr", "be"], at: "fr")
    show(toNL, cluster.makeOpening("be", epoch: 2, follows: afterBe(5)))
    show(toFR, cluster.makeOpening("be", epoch: 2, follows: afterBe(3), opener: 9))
    cluster.run(60_000)
    #expect(cluster["nl"].core.epochs.endsAt(before.id) == 5)
    #expect(cluster["fr"].core.epochs.endsAt(before.id) == 3)
    #expect(cluster.isOpen(link))
    for name in ["nl", "fr"] {
      #expect(cluster[name].core.epochs.contested(of: cluster["be"].name) == nil)
      #expect(
        cluster[name].events.contains { if case .openingRefused = $0 { true } else { false } })
    }
  }

  @Test("SYNC-70: nothing of a name off the roster is followed or passed on")
  func offTheRoster() {
    connectAll()
    cluster.disconnectAll()
    let before = cluster["be"].identity
    cluster.meet("nl", ["fr"])
    let puppet = puppet()
    show(puppet, cluster.makeOpening("be", epoch: 2, follows: afterBe(5)))
    #expect(puppet.isOpen)
    #expect(cluster["nl"].core.epochs.successor(of: before.id) == nil)
    // One that was followed before goes to nobody once its node was removed.
    cluster.meet("nl", ["be", "fr"])
    show(puppet, cluster.makeOpening("be", epoch: 2, follows: afterBe(5)))
    #expect(cluster["nl"].core.epochs.endsAt(before.id) == 5)
    cluster.meet("nl", ["fr"])
    cluster.messagesSent = [:]
    cluster.connect("nl", "fr")
    cluster.run(5_000)
    #expect(cluster.messagesSent[MessageType.opening.rawValue] == nil)
    #expect(cluster["fr"].core.epochs.successor(of: before.id) == nil)
  }

  @Test("SYNC-71: a flipped bit anywhere in leaf or body opens nothing")
  func spoiled() {
    connectAll()
    cluster.disconnectAll()
    let before = cluster["be"].identity
    let opening = cluster.makeOpening(
      "be", epoch: 2,
      follows: Genesis.Predecessor(origin: before.origin, size: 5, leafHash: .zero, root: .zero))
    for byte in stride(from: 0, to: EntryLayout.leafBytes + opening.batch.bodies.count, by: 7) {
      var leaf = opening.batch.leaves
      var body = opening.batch.bodies
      if byte < leaf.count { leaf[byte] ^= 1 } else { body[byte - leaf.count] ^= 1 }
      let puppet = puppet()
      puppet.send(PassedOpening(position: 1, leaf: leaf, body: body))
      cluster.feed("nl", .closed(puppet.id))
      #expect(cluster["nl"].core.epochs.endsAt(before.id) == nil, "byte \(byte)")
    }
    show(puppet(), opening)
    #expect(cluster["nl"].core.epochs.endsAt(before.id) == 5)
  }

  @Test(
    "An opening that is brought as a file counts if the card that is held authorises it, and only then"
  )
  func imported() {
    connectAll()
    cluster.disconnectAll()
    let before = cluster["be"].identity
    func bring(_ opening: VerifiedBatch) {
      cluster.feed(
        "nl",
        .imported(
          HeldOpening(
            predecessor: before.id, leaf: opening.batch.leaves, body: opening.batch.bodies)))
    }
    bring(cluster.makeOpening("be", epoch: 2, follows: afterBe(5), opener: 1))
    #expect(cluster["nl"].core.epochs.successor(of: before.id) == nil)
    bring(cluster.makeOpening("be", epoch: 2, follows: afterBe(5)))
    #expect(cluster["nl"].core.epochs.endsAt(before.id) == 5)
  }

  @Test("SYNC-74: an own epoch that was opened elsewhere closes this folder, and is pulled")
  func openedElsewhere() {
    connectAll()
    cluster.copy("nl", as: "nl'", start: .ready)
    cluster.disconnectAll()
    cluster.openEpoch("nl", start: .ready)
    cluster.publish("nl", 20)
    cluster.connect("nl", "be")
    cluster.run(1_000)
    cluster.disconnectAll()
    cluster.connect("nl'", "be")
    cluster.run(5_000)
    let copy = cluster["nl'"]
    guard case .closed = copy.core.signing else { return #expect(Bool(false)) }
    #expect(copy.logs.durableHead(of: cluster["nl"].identity.id).size == 21)
    cluster.restart("nl'", start: .waiting)
    guard case .closed = copy.core.signing else { return #expect(Bool(false)) }
  }

  @Test("SYNC-73: a node that opens ever more epochs is followed through 64 of them")
  func manyEpochs() {
    connectAll()
    cluster.disconnectAll()
    let puppet = Puppet(cluster, as: "be", logs: ["nl", "be"])
    var before = cluster["be"].identity
    var salted = 2
    for epoch in 2..<80 as Range<UInt32> {
      let next = cluster.makeOpening(
        "be", epoch: epoch,
        follows: Genesis.Predecessor(origin: before.origin, size: 1, leafHash: .zero, root: .zero))
      show(puppet, next, after: epoch == 2 ? 1 : salted - 1)
      cluster.run(20)
      before = next.after.identity
      puppet.list(before.id, at: salted)
      salted += 1
    }
    let held = cluster["nl"].logs.identities.count { $0.origin.name == cluster["be"].name }
    #expect(held == Limits.epochsOfNode)
    #expect(cluster["nl"].core.signing == .ready)
  }

  @Test("A restored node opens the next epoch while peers hold more, less and a fork of the last")
  func afterRestore() {
    connectAll()
    let old = cluster.backup("nl")
    cluster.disconnectAll()
    let link = cluster.connect("nl", "be")
    cluster.publish("nl", 10)
    cluster.run(1_000)
    cluster.disconnect(link)
    cluster.restart("nl", from: old, start: .waiting)
    cluster.connect("nl", "be")
    cluster.run(3_000)
    guard case .closed = cluster["nl"].core.signing else { return #expect(Bool(false)) }
    #expect(size("nl", first.id) == 15)
    cluster.openEpoch("nl")
    connectAll()
    cluster.run(40_000)
    #expect(cluster.publish("nl", 4))
    cluster.run(2_000)
    for holder in ["be", "fr"] {
      #expect(cluster.agrees(holder, "nl"))
      #expect(size(holder, first.id) == 15)
    }
  }
}
