import Crypto
import Log
import Secrets
import Testing

@testable import Replication

/// A session of `nl` whose other end is the test: it knows be's keys and keeps none of the rules.
final class Puppet {
  let cluster: Cluster
  /// The node that it has a session with.
  let holder: String
  let id = SessionID(1_000_000)
  private let hash = SHA256.hash(Array("a handshake".utf8))

  init(
    _ cluster: Cluster, as peer: String = "be", logs: [String] = ["nl", "be"], hello: Bool = true,
    version: UInt16 = Version.current, at holder: String = "nl"
  ) {
    self.cluster = cluster
    self.holder = holder
    cluster.feed(
      holder,
      .opened(
        SessionOpening(
          id: id, peer: cluster[peer].name, handshakeHash: hash, weInitiated: false,
          initiatorHasLowerKey: true)))
    guard hello else { return }
    send(Hello(version: version, runID: [UInt8](repeating: 9, count: 16), carry: 0))
    send(Logs(first: 0, saltedIDs: logs.map(salted)))
  }

  private func salted(_ name: String) -> [UInt8] { salted(cluster[name].identity.id) }

  private func salted(_ log: LogID) -> [UInt8] {
    Array(SHA256.hash(hash.array + log.array).array.prefix(16))
  }

  /// Lists one more log.
  func list(_ log: LogID, at position: Int) {
    send(Logs(first: position, saltedIDs: [salted(log)]))
  }

  func send(_ message: any MessageBody) { send(message.encode()) }
  func send(_ bytes: [UInt8]) { cluster.feed(holder, .message(id, bytes)) }

  var isOpen: Bool { cluster[holder].core.sessions[id] != nil }

  /// A chunk of be's log (position 1) from entries that be signed.
  func chunk(
    _ batch: EntryBatch, request: UInt32 = 0, checkpointSize: UInt64 = 0, proof: [Digest] = [],
    before: [Digest] = [], full: Bool = false
  ) -> [UInt8] {
    Chunk.encode(
      batch, request: request, position: 1,
      Chunk.Anchor(checkpointSize: checkpointSize, proof: proof, before: before),
      form: full ? .full : .compact)
  }
}

@Suite("Protocols/sync.md, 10: what a hostile peer can and cannot do")
struct HostilePeerTests {
  private func cluster() -> Cluster {
    let cluster = Cluster(["nl", "be"])
    cluster.publish("nl", 3)
    cluster.publish("be", 6)
    cluster.run(100)
    return cluster
  }

  private func entries(_ cluster: Cluster, _ range: Range<UInt64>) throws -> EntryBatch {
    try cluster["be"].logs.read(cluster["be"].identity.id, range, maximumBytes: 1 << 20)
  }

  private func held(_ cluster: Cluster) -> UInt64 {
    cluster["nl"].logs.state(of: cluster["be"].identity.id)!.size
  }

  @Test("SYNC-5: the ninth ping in 30 s is malformed, and later there may be eight again")
  func pings() {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    for _ in 0..<2 {
      for _ in 0..<8 { puppet.send(Ping()) }
      #expect(puppet.isOpen)
      cluster.run(30_000)
    }
    for _ in 0..<9 { puppet.send(Ping()) }
    #expect(!puppet.isOpen)
  }

  @Test("SYNC-5: who is spoken to all the time still lets the other hear something")
  func heard() throws {
    let cluster = cluster()
    cluster.connect("nl", "be")
    cluster.run(1_000)
    let id = try #require(cluster["nl"].core.sessionOrder.first)
    #expect(cluster["nl"].core.sessions[held: id].opening.weInitiated)
    for _ in 0..<20 {
      cluster.run(10_000)
      cluster.feed("nl", .message(id, Pong().encode()))
    }
    #expect(cluster["be"].core.sessionOrder.count == 1)
  }

  @Test("Two heads of one log in a message are malformed")
  func headsTwice() {
    let puppet = Puppet(cluster())
    let head = AnnouncedHead(position: 1, size: 7, leafHash: .zero)
    puppet.send(Heads([head]))
    #expect(puppet.isOpen)
    puppet.send(Heads([head, head]))
    #expect(!puppet.isOpen)
  }

  @Test("SYNC-1: nothing before hello, no second hello, no other version")
  func helloFirst() {
    for message in [Ping(), Logs(first: 0, saltedIDs: [])] as [any MessageBody] {
      let puppet = Puppet(cluster(), hello: false)
      puppet.send(message)
      #expect(!puppet.isOpen)
    }
    let twice = Puppet(cluster())
    twice.send(Hello(version: 1, runID: [UInt8](repeating: 9, count: 16), carry: 0))
    #expect(!twice.isOpen)
    let future = Puppet(cluster(), hello: false)
    future.send(Hello(version: 2, runID: [UInt8](repeating: 9, count: 16), carry: 0))
    #expect(!future.isOpen)
  }

  @Test(
    "Malformed messages close the session and are counted",
    arguments: SyncVectors.malformed.map(\.bytes))
  func malformed(_ bytes: [UInt8]) {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    #expect(puppet.isOpen)
    puppet.send(bytes)
    #expect(!puppet.isOpen)
    #expect(cluster["nl"].counters[.messagesMalformed] == 1)
  }

  @Test("Every prefix and every flipped bit of every message is survived")
  func mutations() {
    let cluster = cluster()
    func survive(_ bytes: [UInt8]) {
      let puppet = Puppet(cluster)
      puppet.send(bytes)
      cluster.feed("nl", .closed(puppet.id))
      #expect(cluster["nl"].core.sessions.isEmpty)
    }
    for known in SyncVectors.known {
      for length in 0..<known.bytes.count { survive(Array(known.bytes.prefix(length))) }
      for bit in 0..<(min(known.bytes.count, 48) * 8) {
        var bytes = known.bytes
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        survive(bytes)
      }
    }
  }

  @Test(
    "SYNC-22: a whole leaf with a flipped signature is the sender's failure, and three close the session"
  )
  func badSignatures() throws {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    var bytes = puppet.chunk(try entries(cluster, 0..<1), full: true)
    bytes[Chunk.fixedBytes + EntryLayout.signature + 7] ^= 1
    for _ in 0..<2 {
      puppet.send(bytes)
      #expect(puppet.isOpen)
    }
    puppet.send(bytes)
    #expect(!puppet.isOpen)
    #expect(held(cluster) == 0)
    #expect(cluster["nl"].counters[.chunksFailed] == 3)
  }

  @Test("A body that is not the entry's is refused, the right one taken afterwards")
  func wrongBody() throws {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    var bytes = puppet.chunk(try entries(cluster, 0..<1), full: true)
    bytes[bytes.count - 1] ^= 1
    puppet.send(bytes)
    #expect(held(cluster) == 0)
    puppet.send(puppet.chunk(try entries(cluster, 0..<1)))
    #expect(held(cluster) == 1)
  }

  @Test("SYNC-23: what lies below is answered by a prune, what lies above is not stored")
  func outOfPlace() throws {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    puppet.send(puppet.chunk(try entries(cluster, 0..<2)))
    puppet.send(puppet.chunk(try entries(cluster, 0..<2)))
    #expect(cluster["nl"].counters[.pushesDuplicate] == 1)
    puppet.send(puppet.chunk(try entries(cluster, 4..<6)))
    #expect(cluster["nl"].counters[.pushesAhead] == 1)
    #expect(held(cluster) == 2)
  }

  /// Found by `liaison-sim network --foe twoFaced`: two nodes that pushed different branches to
  /// each other were content.
  @Test("SYNC-23: a push of what is here, and is another there, is a dispute")
  func duplicateOfAnotherBranch() throws {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    var bytes = puppet.chunk(try entries(cluster, 0..<2), full: true)
    puppet.send(bytes)
    puppet.send(bytes)
    #expect(cluster["nl"].counters[.headsDisputed] == nil)
    bytes[Chunk.fixedBytes + 2 * EntryLayout.leafBytes - 1] ^= 1
    puppet.send(bytes)
    #expect(cluster["nl"].counters[.headsDisputed] == 1)
    #expect(held(cluster) == 2 && puppet.isOpen)
  }

  @Test("SYNC-21: under a checkpoint that was not sent, or of another log, nothing is accepted")
  func unanchored() throws {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    puppet.send(puppet.chunk(try entries(cluster, 0..<6), checkpointSize: 6))
    #expect(held(cluster) == 0)
    let foreign = try #require(
      cluster["nl"].logs.newestDurableCheckpoint(of: cluster["nl"].identity.id))
    puppet.send(SignedSize(foreign, at: 1))
    #expect(cluster["nl"].counters[.checkpointsBad] == 1)
    let own = try #require(
      cluster["be"].logs.newestDurableCheckpoint(of: cluster["be"].identity.id))
    puppet.send(SignedSize(own, at: 1))
    puppet.send(puppet.chunk(try entries(cluster, 0..<6), checkpointSize: 6))
    #expect(held(cluster) == 6)
  }

  @Test("SYNC-12: a head with another hash is disputed and freezes nothing else")
  func forgedHead() {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    puppet.send(Heads([AnnouncedHead(position: 0, size: 2, leafHash: Digest.zero)]))
    #expect(puppet.isOpen)
    // It may be another signature of the same header: its sender is asked.
    #expect(cluster["nl"].counters[.headsDisputed] == nil)
    puppet.send(Probed(position: 0, index: LogSize(1)!, answer: .different))
    #expect(cluster["nl"].counters[.headsDisputed] == 1)
    #expect(cluster["nl"].core.frozenAt(cluster["nl"].identity.id) == nil)
    // The same peer by another process: it waits until the forger was silent for 5 s.
    cluster.connect("nl", "be")
    cluster.run(20_000)
    #expect(cluster.agrees("be", "nl"))
  }

  @Test("SYNC-13: heads that shrink or change are disputed")
  func shrinkingHead() {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    let head = SHA256.hash([1])
    puppet.send(Heads([AnnouncedHead(position: 1, size: 900, leafHash: head)]))
    puppet.send(Heads([AnnouncedHead(position: 1, size: 800, leafHash: head)]))
    #expect(cluster["nl"].counters[.headsDisputed] == 1)
  }

  @Test("SYNC-33: an offer that is never sent is abandoned, and an honest source is asked")
  func neverSends() {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    puppet.send(
      Heads([AnnouncedHead(position: 1, size: 1 << 40, leafHash: SHA256.hash([1]))]))
    cluster.run(1_000)
    cluster.connect("nl", "be")
    cluster.run(60_000)
    #expect(cluster.agrees("nl", "be"))
    #expect((cluster["nl"].counters[.pullsStalled] ?? 0) >= 1)
  }

  @Test("SYNC-31, 32: requests and credit are bounded")
  func requestsBounded() {
    let authors = (0..<12).map { "a\($0)" }
    let names = ["nl", "be"] + authors
    let cluster = Cluster(names)
    for author in authors {
      cluster.publish(author, 3)
      cluster.connect("nl", author)
    }
    cluster.run(3_000)
    let puppet = Puppet(cluster, logs: names)
    cluster.feed("nl", .congested(puppet.id, true))
    for request in 0..<(Limits.openRequestsOfPeer + 4) {
      puppet.send(

        PullRequest(
          request: UInt32(request + 1), position: request % authors.count + 2, from: 0, to: 3,
          credit: 1))
    }
    #expect(cluster["nl"].counters[.pullsBusy] == 4)
    #expect(
      cluster["nl"].core.sessions[puppet.id]!.serving.pulls.count == Limits.openRequestsOfPeer)
    puppet.send(Credit(request: 1, bytes: .max))
    #expect(!puppet.isOpen)
  }

  @Test("A pull of what is not there ends at once")
  func pullTooFar() {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    puppet.send(

      PullRequest(
        request: 1, position: 0, from: 0, to: LogSize.most, credit: 9))
    #expect(puppet.isOpen)
    #expect(cluster["nl"].core.sessions[puppet.id]!.serving.pulls.isEmpty)
  }

  private func cosigned(
    _ cosignature: Cosignature, _ key: CosigningPublicKey, over checkpoint: VerifiedCheckpoint
  ) -> CosignatureSet {
    CosignatureSet(
      direction: .towardsAuthor, checkpoint: SignedSize(checkpoint, at: 0),
      cosignatures: [NamedCosignature(cosignature, by: key)])
  }

  @Test("SYNC-54: a cosignature by an unknown node, or a forged one, is dropped and counted")
  func cosignatures() throws {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    let checkpoint = try #require(
      cluster["nl"].logs.newestDurableCheckpoint(of: cluster["nl"].identity.id))
    let stranger = Member("xx")
    let unknown = Cosignature.make(
      checkpoint: checkpoint, name: stranger.name, key: stranger.secrets.cosigning.publicKey,
      time: 1, sign: { stranger.secrets.cosigning.sign($0) })
    puppet.send(
      cosigned(unknown, stranger.secrets.cosigning.publicKey, over: checkpoint))
    #expect(cluster["nl"].counters[.cosignaturesUnknown] == 1)
    let forged = Cosignature.make(
      checkpoint: checkpoint, name: cluster["be"].name,
      key: cluster["be"].secrets.cosigning.publicKey, time: 1,
      sign: { stranger.secrets.cosigning.sign($0) })
    puppet.send(
      cosigned(forged, cluster["be"].secrets.cosigning.publicKey, over: checkpoint))
    #expect(cluster["nl"].counters[.cosignaturesBad] == 1)
    #expect(cluster["nl"].core.cosigners(of: cluster["nl"].identity.id).isEmpty)
  }

  @Test("SYNC-4: a second process of one node is refused while the first answers")
  func secondCopy() {
    let cluster = cluster()
    cluster.connect("nl", "be")
    cluster.run(1_000)
    let puppet = Puppet(cluster)
    cluster.run(1_000)
    #expect(!puppet.isOpen)
    #expect(cluster["nl"].events.contains(.secondCopy(cluster["be"].name)))
    #expect(cluster["nl"].core.progressOfPeers().count == 1)
  }

  @Test("A chunk spoiled on its way costs one more pull, in full, and the log converges")
  func spoiledChunk() {
    let cluster = cluster()
    cluster.publish("be", 500)
    cluster.run(100)
    var spoiled = 0
    cluster.tamper = { _, _, bytes in
      guard bytes[0] == MessageType.chunk.rawValue, bytes.count > 2_000, spoiled == 0 else {
        return bytes
      }
      spoiled += 1
      var bytes = bytes
      bytes[bytes.count - 7] ^= 1
      return bytes
    }
    cluster.connect("nl", "be")
    cluster.run(60_000)
    #expect(spoiled == 1)
    #expect(cluster["nl"].counters[.chunksAskedInFull] == 1)
    #expect(cluster.agrees("nl", "be"))
  }

  @Test("SYNC-24: no more than 256 entries are verified one by one for one message")
  func manySingles() throws {
    let cluster = cluster()
    cluster.publish("be", 300)
    cluster.run(100)
    let puppet = Puppet(cluster)
    puppet.send(puppet.chunk(try entries(cluster, 0..<257)))
    #expect(held(cluster) == 0)
    puppet.send(puppet.chunk(try entries(cluster, 0..<256)))
    #expect(held(cluster) == 256)
  }
}
