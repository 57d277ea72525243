import Crypto
import Log
import Secrets
import Testing

@testable import Replication

@Suite("Protocols/sync.md, 9: epochs end, and the next is followed by its key alone")
struct EpochTests {
  private let cluster: Cluster
  private let first: LogIdentity

  init() {
    cluster = Cluster(["nl", "be", "fr"])
    for name in ["nl", "be", "fr"] { cluster.publish(name, 5) }
    cluster.run(100)
    first = cluster["nl"].identity
  }

  private func connectAll() {
    cluster.connect("nl", "be")
    cluster.connect("be", "fr")
    cluster.run(3_000)
  }

  private func follows(_ size: UInt64) -> Genesis.Predecessor {
    Genesis.Predecessor(origin: first.origin, size: size, leafHash: .zero, root: .zero)
  }

  private func size(_ holder: String, _ log: LogID) -> UInt64 {
    cluster[holder].logs.durableHead(of: log).size
  }

  /// A session of `nl` with somebody who shows it openings after be's epoch.
  private func puppet() -> Puppet { Puppet(cluster, as: "fr", logs: ["nl", "be", "fr"]) }

  private func show(_ puppet: Puppet, _ opening: VerifiedBatch, after position: Int = 1) {
    puppet.send(
      .opening(position: position, leaf: opening.batch.leaves, body: opening.batch.bodies))
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
      #expect(cluster[holder].core.endsAt(first.id) == 5)
      #expect(cluster[holder].core.successor(of: first.id) == cluster["nl"].identity.id)
    }
    #expect(cluster.messagesSent[MessageType.opening.rawValue] == 2)
    // And once more: nobody is told again.
    cluster.disconnectAll()
    connectAll()
    #expect(cluster.messagesSent[MessageType.opening.rawValue] == 2)
  }

  @Test("SYNC-70: an opening that came before the epoch it follows waits for it")
  func beforeItsPredecessor() {
    cluster.openEpoch("nl", start: .ready)
    cluster.tamper = { from, _, bytes in
      // The first epoch's entries are held up.
      from == "nl" && bytes[0] == MessageType.chunk.rawValue && self.cluster.now < 2_000
        ? nil : bytes
    }
    cluster.connect("nl", "be")
    cluster.run(900)
    #expect(size("be", first.id) == 0 && size("be", cluster["nl"].identity.id) == 0)
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
      #expect(cluster[holder].core.endsAt(first.id) == 5)
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
    #expect(cluster["nl"].core.endsAt(first.id) == 5)
    connectAll()
    cluster.run(40_000)
    #expect(cluster["be"].core.endsAt(first.id) == 5)
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
    "SYNC-71: by another key nothing is followed, the operator is told, and three end the session")
  func wrongKey() {
    connectAll()
    cluster.disconnectAll()
    let before = cluster["be"].identity
    let puppet = puppet()
    for time in 0..<3 {
      cluster.now += UInt64(time)
      show(
        puppet,
        cluster.makeOpening(
          "be", epoch: 2,
          follows: Genesis.Predecessor(
            origin: before.origin, size: 5, leafHash: .zero, root: .zero), opener: 1))
    }
    #expect(!puppet.isOpen)
    #expect(cluster["nl"].core.endsAt(before.id) == nil)
    #expect(
      cluster["nl"].events.contains(
        .openingRefused(after: before.id, from: cluster["fr"].name)))
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
      puppet.send(.opening(position: 1, leaf: leaf, body: body))
      cluster.feed("nl", .closed(puppet.id))
      #expect(cluster["nl"].core.endsAt(before.id) == nil, "byte \(byte)")
    }
    show(puppet(), opening)
    #expect(cluster["nl"].core.endsAt(before.id) == 5)
  }

  @Test("SYNC-73: two openings of one epoch number are a fork at 0, found wherever they meet")
  func twiceInOneLog() {
    connectAll()
    cluster.disconnectAll()
    let before = cluster["be"].identity
    let be = Genesis.Predecessor(origin: before.origin, size: 5, leafHash: .zero, root: .zero)
    show(puppet(), cluster.makeOpening("be", epoch: 2, follows: be))
    cluster.run(100)
    let other = cluster.makeOpening(
      "be", epoch: 2,
      follows: Genesis.Predecessor(origin: before.origin, size: 3, leafHash: .zero, root: .zero))
    show(Puppet(cluster, as: "be", logs: ["nl", "be"]), other)
    let next = other.after.identity.id
    #expect(cluster["nl"].proofs.map(\.frozenAt) == [0])
    #expect(cluster["nl"].core.frozenAt(next) == 0)
    #expect(cluster["nl"].core.endsAt(before.id) == 3)
    #expect(cluster["nl"].events.contains(.secondOpening(before.id)))
    // Whoever knows neither hears of both.
    cluster.connect("nl", "fr")
    cluster.run(5_000)
    #expect(cluster["fr"].events.contains(.secondOpening(before.id)))
    #expect(cluster["fr"].core.frozenAt(next) == 0)
  }

  @Test(
    "SYNC-73: which of two openings is seen first decides nothing of what is taken",
    arguments: [[5, 3], [3, 5]])
  func eitherFirst(_ sizes: [UInt64]) {
    connectAll()
    cluster.disconnectAll()
    let before = cluster["be"].identity
    func show(_ size: UInt64) {
      let follows = Genesis.Predecessor(
        origin: before.origin, size: size, leafHash: .zero, root: .zero)
      self.show(
        Puppet(cluster, as: "be", logs: ["nl", "be"]),
        cluster.makeOpening("be", epoch: 2, follows: follows))
      cluster.run(100)
    }
    for size in sizes { show(size) }
    #expect(cluster["nl"].core.endsAt(before.id) == 3)
    #expect(cluster["nl"].core.ceiling(of: before.id) == 5)
    // One that cites less is taken at any time, one that does not is not.
    show(4)
    show(2)
    #expect(cluster["nl"].core.endsAt(before.id) == 2)
    #expect(cluster["nl"].core.ceiling(of: before.id) == 5)
    cluster.restart("nl")
    #expect(cluster["nl"].core.endsAt(before.id) == 2)
    cluster.connect("nl", "fr")
    cluster.run(5_000)
    #expect(cluster["fr"].core.endsAt(before.id) == 2)
  }

  @Test("SYNC-73: so are two of different numbers, and a restart does not forget the freeze")
  func twiceInTwoLogs() {
    connectAll()
    cluster.disconnectAll()
    let before = cluster["be"].identity
    let be = Genesis.Predecessor(origin: before.origin, size: 5, leafHash: .zero, root: .zero)
    let first = cluster.makeOpening("be", epoch: 2, follows: be)
    let second = cluster.makeOpening("be", epoch: 3, follows: be)
    let puppet = puppet()
    show(puppet, first)
    cluster.run(100)
    show(puppet, first)
    #expect(puppet.isOpen)
    let another = Puppet(cluster, as: "be", logs: ["nl", "be"])
    show(another, second)
    #expect(cluster["nl"].events.contains(.secondOpening(before.id)))
    #expect(cluster["nl"].evidence == 1)
    #expect(cluster["nl"].core.frozenAt(first.after.identity.id) == 0)
    #expect(cluster["nl"].logs.state(of: second.after.identity.id) == nil)
    cluster.restart("nl")
    #expect(cluster["nl"].core.frozenAt(first.after.identity.id) == 0)
    #expect(cluster["nl"].core.successor(of: before.id) == first.after.identity.id)
  }

  @Test(
    "SYNC-73: the thief of an earlier epoch's key opens what he likes, and the present one goes on")
  func retiredKey() {
    connectAll()
    cluster.openEpoch("nl", start: .ready)
    connectAll()
    let second = cluster["nl"].identity
    cluster.openEpoch("nl", start: .ready)
    connectAll()
    cluster.run(5_000)
    cluster.disconnectAll()
    let third = cluster["nl"].identity
    #expect(cluster["be"].core.isContinued(first.id, by: third.id))
    #expect(!cluster["be"].core.isContinued(third.id, by: first.id))
    // By the key of the second epoch, after the first.
    let puppet = Puppet(cluster, as: "be", logs: ["nl", "be"])
    puppet.list(first.id, at: 2)
    show(puppet, cluster.makeOpening("nl", epoch: 9, follows: follows(1)), after: 2)
    #expect(cluster["nl"].events.contains(.secondOpening(first.id)))
    #expect(cluster["nl"].core.frozenAt(second.id) == 0)
    #expect(cluster["nl"].core.signing == .ready)
    cluster.feed("nl", .closed(puppet.id))
    connectAll()
    #expect(cluster["be"].events.contains(.secondOpening(first.id)))
    #expect(cluster.publish("nl", 3))
    cluster.run(5_000)
    for holder in ["be", "fr"] { #expect(cluster.agrees(holder, "nl")) }
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
