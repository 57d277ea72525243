import Crypto
import Log
import Secrets
import Testing

@testable import Replication

/// `de` says things about nl's own log that nobody signed.
@Suite("Protocols/sync.md, 8: a liar neither closes a node nor keeps it from signing for ever")
struct HostileClaimTests {
  private let cluster: Cluster
  private var nl: Member { cluster["nl"] }

  init() {
    cluster = Cluster(["nl", "be", "de"])
    for name in ["nl", "be", "de"] { cluster.publish(name, 5) }
    cluster.run(100)
  }

  private func lie(_ size: UInt64 = 1 << 40) -> Puppet {
    let puppet = Puppet(cluster, as: "de", logs: ["nl", "de"])
    puppet.send(Heads([AnnouncedHead(position: 0, size: size, leafHash: SHA256.hash([1]))]))
    return puppet
  }

  private func end(_ puppet: Puppet) { cluster.feed("nl", .closed(puppet.id)) }

  @Test("SYNC-61: while it starts, a liar delays it and no more", arguments: [UInt64(1) << 40, 3])
  func delaysStart(_ size: UInt64) {
    cluster.restart("nl", start: .waiting)
    _ = lie(size)
    cluster.connect("nl", "be")
    cluster.run(29_000)
    #expect(nl.core.signing == .waiting(for: [cluster["de"].name]))
    cluster.run(1_500)
    #expect(nl.core.signing == .ready)
  }

  @Test(
    "SYNC-61: while it is ready, a claim holds it for 10 s at most",
    arguments: [UInt64(1) << 40, 3])
  func holdsReady(_ size: UInt64) {
    let puppet = lie(size)
    #expect(nl.core.signing == .waiting(for: [cluster["de"].name]))
    cluster.run(10_000)
    #expect(nl.core.signing == .ready)
    #expect(puppet.isOpen)
    puppet.send(Heads([AnnouncedHead(position: 0, size: 1 << 41, leafHash: SHA256.hash([2]))]))
    #expect(nl.core.signing == .ready)
  }

  @Test("SYNC-61: seven hundred sessions of one liar hold it once in ten minutes")
  func reconnects() {
    var held: UInt64 = 0
    let start = cluster.now
    while cluster.now < start + 700_000 {
      let puppet = lie()
      if nl.core.signing != .ready { held += 1_000 }
      cluster.run(1_000)
      end(puppet)
    }
    #expect(held <= 22_000, "\(held) ms")
    #expect(held > 0)
  }

  @Test("What waits for time ticks now and then, and not all the time")
  func ticksRarely() {
    cluster.restart("nl", start: .waiting)
    _ = lie()
    cluster.connect("nl", "be")
    nl.ticks = 0
    cluster.run(29_000)
    _ = Puppet(cluster, as: "de", logs: ["nl", "de"])
    cluster.run(31_000)
    #expect(nl.core.signing == .ready)
    #expect(nl.ticks < 60, "\(nl.ticks)")
    cluster.feed("nl", .limited(nl.identity.id, true))
    cluster.feed("nl", .limited(nl.identity.id, false))
    nl.ticks = 0
    cluster.run(60_000)
    #expect(nl.ticks < 10, "\(nl.ticks)")
  }

  @Test("SYNC-80: of forks ever lower the lowest counts, and 16 travel on a session")
  func manyProofs() {
    cluster.connect("nl", "de")
    cluster.publish("de", 60)
    cluster.run(5_000)
    cluster.disconnectAll()
    let de = cluster["de"]
    let log = de.identity.id
    func fork(_ index: UInt64) -> [UInt8] {
      var header = EntryHeader(
        logID: log, index: index, time: 7, kind: 9, suite: 1, expiryDay: 0, bodyBytes: 0,
        audienceTag: .zero, previous: .zero, bodyHash: .zero
      ).encode()
      header += de.secrets.log.sign(header.span).array
      return header
    }
    let link = cluster.connect("nl", "be")
    cluster.run(1_000)
    for index in (1..<64).reversed() as ReversedCollection<Range<UInt64>> {
      let puppet = Puppet(cluster, as: "de", logs: ["nl", "de"])
      puppet.send(Leaf(position: 1, leaf: fork(index)))
      cluster.feed("nl", .closed(puppet.id))
      cluster.run(20)
    }
    #expect(nl.core.frozenAt(log) == 1)
    #expect(cluster["be"].core.frozenAt(log) == 63 - UInt64(Limits.proofsOfLog) + 1)
    // The lowest is told when its time comes, on the same session.
    cluster.run(Limits.proofEveryMilliseconds + 1_000)
    #expect(cluster["be"].core.frozenAt(log) == 1)
    #expect(cluster.isOpen(link))
    #expect(nl.core.signing == .ready)
  }

  @Test("SYNC-80: who sends more than this side's clock allows, by some, is charged nothing")
  func suspended() throws {
    let de = cluster["de"]
    func leaf(_ index: UInt64, _ time: UInt64) -> [UInt8] {
      var header = EntryHeader(
        logID: de.identity.id, index: index, time: time, kind: 9, suite: 1, expiryDay: 0,
        bodyBytes: 0, audienceTag: .zero, previous: .zero, bodyHash: .zero
      ).encode()
      header += de.secrets.log.sign(header.span).array
      return header
    }
    let puppet = Puppet(cluster, as: "be", logs: ["nl", "de"])
    let most = Limits.proofsOfLog + Limits.proofsSlack
    for index in (1...UInt64(most + 3)).reversed() {
      let (a, b) = (leaf(index, 1), leaf(index, 2))
      let (first, second) = a.lexicographicallyPrecedes(b) ? (a, b) : (b, a)
      let proof = try ForkProof(
        identity: de.identity, evidence: .entries(.signed(leaf: first), .signed(leaf: second)))
      #expect(puppet.isOpen)
      puppet.send(Proof(position: 1, bytes: proof.encode()))
      let sent = most + 4 - Int(index)
      #expect(nl.counters[.proofsBad] ?? 0 == max(0, sent - most))
    }
    #expect(!puppet.isOpen)
  }

  @Test("SYNC-61: however many liars take turns, half of the time is left")
  func manyLiars() {
    let liars = (0..<40).map { "x\($0)" }
    let cluster = Cluster(["nl"] + liars)
    cluster.publish("nl", 5)
    cluster.run(100)
    var held = 0
    for liar in liars + liars {
      let puppet = Puppet(cluster, as: liar, logs: ["nl", liar])
      puppet.send(Heads([AnnouncedHead(position: 0, size: 99, leafHash: SHA256.hash([1]))]))
      for _ in 0..<20 {
        if cluster["nl"].core.signing != .ready { held += 1 }
        cluster.run(500)
      }
      cluster.feed("nl", .closed(puppet.id))
    }
    #expect(held <= liars.count * 2 * 20 / 2, "\(held) of \(liars.count * 40)")
    #expect(held > 0)
  }

  @Test("SYNC-62: leaves that the own key did not sign close nothing, and are failures")
  func forgedLeaves() throws {
    let puppet = lie()
    let stranger = Member("xx")
    let state = nl.ownState
    var builder = EntryBuilder(state: state)
    builder.append(kind: .record, time: 1, body: [1])
    let forged = builder.finish { stranger.secrets.log.sign($0) }
    puppet.send(Leaf(position: 0, leaf: forged.leaves))
    #expect(nl.counters[.entriesBad] == 1)
    #expect(nl.core.signing == .ready, "and the claim is dropped")
    // An entry of be's log is no entry of nl's.
    let other = try cluster["be"].logs.read(
      cluster["be"].identity.id, 2..<3, maximumBytes: 1 << 20)
    puppet.send(Leaf(position: 0, leaf: other.leaves))
    #expect(nl.counters[.entriesBad] == 2)
    #expect(puppet.isOpen)
    puppet.send(Leaf(position: 0, leaf: other.leaves))
    #expect(!puppet.isOpen)
    #expect(nl.core.signing == .ready)
    #expect(nl.proofs.isEmpty)
  }

  @Test(
    "SYNC-16: an own leaf that is here too, or with another signature of one header, is no fork")
  func sameEntry() throws {
    let puppet = Puppet(cluster, as: "de", logs: ["nl", "de"])
    let held = try nl.logs.read(nl.identity.id, 2..<3, maximumBytes: 1 << 20)
    puppet.send(Leaf(position: 0, leaf: held.leaves))
    puppet.send(Leaf(position: 0, leaf: held.leaves))
    #expect(nl.core.signing == .ready && puppet.isOpen)
    puppet.send(Leaf(position: 0, leaf: held.leaves))
    #expect(nl.counters[.entriesBad] == 1)
  }

  @Test("SYNC-15: no more than two leaves of a log are shown on a session")
  func answersAreBounded() {
    let puppet = Puppet(cluster, as: "de", logs: ["nl", "de"])
    for size in [1, 2, 3, 4, 5] as [UInt64] {
      puppet.send(Heads([AnnouncedHead(position: 0, size: size, leafHash: .zero)]))
    }
    #expect(nl.core.sessions[puppet.id]!.shared[nl.identity.id]!.history.leavesShown.count <= 2)
  }

  @Test("SYNC-62: a thief of the running key closes the node at once, by its signature")
  func thief() {
    let puppet = Puppet(cluster, as: "de", logs: ["nl", "de"])
    var builder = EntryBuilder(state: nl.ownState)
    builder.append(kind: .record, time: 1, body: [1])
    let stolen = builder.finish { nl.secrets.log.sign($0) }
    puppet.send(Leaf(position: 0, leaf: stolen.leaves))
    guard case .closed = nl.core.signing else { return #expect(Bool(false)) }
  }

  @Test("SYNC-62: so does a checkpoint over more than is here, or over something else")
  func stolenCheckpoint() {
    for size in [3, 9] as [UInt64] {
      let cluster = Cluster(["nl", "de"])
      cluster.publish("nl", 5)
      cluster.run(100)
      let nl = cluster["nl"]
      let puppet = Puppet(cluster, as: "de", logs: ["nl", "de"])
      let made = Checkpoint.make(
        identity: nl.identity, size: size, root: SHA256.hash([9]),
        sign: { nl.secrets.log.sign($0) })
      puppet.send(SignedSize(made, at: 0))
      guard case .closed = nl.core.signing else { return #expect(Bool(false)) }
    }
  }

  @Test("SYNC-4: `copy` alarms once a session and changes nothing")
  func liesAboutCopies() {
    let puppet = Puppet(cluster, as: "de", logs: ["nl", "de"])
    for _ in 0..<100 { puppet.send(Copy()) }
    #expect(nl.events.filter { $0 == .anotherCopy(cluster["de"].name) }.count == 1)
    #expect(nl.core.signing == .ready && puppet.isOpen)
  }
}
