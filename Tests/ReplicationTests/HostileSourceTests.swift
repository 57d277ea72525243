import Crypto
import Log
import Secrets
import Testing

@testable import Replication

/// `nl` lacks 600 entries of be's log. `de` announces more of it than there is, so that it is asked
/// first, and then keeps none of the rules; `be` is honest.
@Suite("Protocols/sync.md, 5: a hostile source does not keep an honest one from being heard")
struct HostileSourceTests {
  private let cluster: Cluster
  private let puppet: Puppet
  private let log: LogID

  init() {
    cluster = Cluster(["nl", "be", "de"])
    cluster.publish("be", 600)
    cluster.run(100)
    puppet = Puppet(cluster, as: "de")
    log = cluster["be"].identity.id
  }

  private func lie(_ size: UInt64 = 1 << 40) {
    puppet.send(Heads([AnnouncedHead(position: 1, size: size, leafHash: SHA256.hash([1]))]))
  }

  /// The piece that is asked for first.
  private var pull: OpenPull? {
    cluster["nl"].core.logs[log]!.fetch.pieces.lazy.map(\.pull).first { !$0.isOver }
  }
  private var held: UInt64 { cluster["nl"].logs.state(of: log)!.size }

  private func entries(_ range: Range<UInt64>) -> EntryBatch {
    let last = min(range.upperBound, 600)
    return try! cluster["be"].logs.read(
      log, min(range.lowerBound, last - 1)..<last, maximumBytes: 1 << 20)
  }

  /// Lets time pass, and `answer` see each pull that `de` gets.
  private func drive(
    _ milliseconds: UInt64, every step: UInt64 = 50, _ answer: (OpenPull) -> Void
  ) {
    let end = cluster.now + milliseconds
    while cluster.now < end {
      cluster.run(step)
      if let pull, pull.session == puppet.id, puppet.isOpen { answer(pull) }
    }
  }

  @Test("SYNC-25: bodies that the sender says are not there are not gone without them")
  func bodiesWithheld() throws {
    let whole = entries(0..<6)
    let bare = try EntryBatch(
      first: 0, leaves: whole.leaves, bodies: [],
      bodyStates: [BodyState](repeating: .purged, count: 6))
    puppet.send(puppet.chunk(bare))
    #expect(held == 0)
    cluster.connect("nl", "be")
    cluster.run(60_000)
    #expect(cluster.agrees("nl", "be"))
  }

  @Test("SYNC-21: what was asked for in full and comes compact again is the source's failure")
  func compactForEver() {
    lie()
    cluster.connect("nl", "be")
    drive(20_000) { pull in
      puppet.send(
        puppet.chunk(entries(held..<(held + 6)), request: pull.request, checkpointSize: 6))
    }
    #expect(cluster.agrees("nl", "be"))
  }

  @Test("SYNC-21: a push that fails does not end a pull from somebody else")
  func pushesAgainstPull() {
    cluster.networkDelay = 40
    cluster.connect("nl", "be")
    for _ in 0..<1_000 {
      cluster.run(10)
      guard puppet.isOpen, held < 600 else { break }
      puppet.send(puppet.chunk(entries(held..<(held + 6)), checkpointSize: 6))
    }
    cluster.run(1_000)
    #expect(cluster.agrees("nl", "be"))
  }

  @Test("SYNC-30: an answer with a gap is the source's failure")
  func gaps() {
    lie()
    cluster.connect("nl", "be")
    drive(20_000) { pull in
      puppet.send(puppet.chunk(entries(500..<501), request: pull.request))
    }
    #expect(cluster.agrees("nl", "be"))
  }

  @Test("SYNC-13: a log disputed while it is pulled is pulled from another source")
  func disputedWhilePulled() {
    lie()
    cluster.connect("nl", "be")
    cluster.run(1_000)
    lie(1 << 39)
    cluster.run(5_000)
    #expect(cluster.agrees("nl", "be"))
  }

  @Test("SYNC-33: a source that gives an entry now and then has its turn, and no more")
  func drips() {
    lie()
    cluster.connect("nl", "be")
    drive(100_000, every: 4_000) { pull in
      puppet.send(puppet.chunk(entries(held..<(held + 1)), request: pull.request))
    }
    #expect(cluster.agrees("nl", "be"))
  }

  @Test("SYNC-33: what the store refused is asked for again")
  func refused() {
    cluster.full = ["nl"]
    cluster.connect("nl", "be")
    cluster.run(10_000)
    #expect(held == 0)
    cluster.full = []
    cluster.run(10_000)
    #expect(cluster.agrees("nl", "be"))
  }

  @Test("SYNC-12: a forged head does not keep a log from being cosigned")
  func cosignedInSpite() {
    cluster.connect("nl", "be")
    cluster.run(1_000)
    puppet.send(Heads([AnnouncedHead(position: 1, size: 3, leafHash: Digest.zero)]))
    puppet.send(Probed(position: 1, index: LogSize(2)!, answer: .different))
    #expect(cluster["nl"].core.isDisputed(log))
    cluster.publish("be", 20)
    cluster.run(30_000)
    let cosigners = cluster["be"].core.cosigners(of: log)
    #expect(cosigners.contains { $0.name.text == "nl" && $0.size == 620 })
  }

  @Test("SYNC-53: lines that nobody verified do not count in a set of cosignatures")
  func junkCosignatures() throws {
    cluster.connect("nl", "be")
    cluster.run(5_000)
    let checkpoint = try #require(cluster["be"].logs.newestDurableCheckpoint(of: log))
    let de = cluster["de"]
    let genuine = Cosignature.make(
      checkpoint: checkpoint, name: de.name, key: de.secrets.cosigning.publicKey, time: 1,
      sign: { de.secrets.cosigning.sign($0) })
    // A carrier invents as many as fit, of nodes that nobody knows.
    let junk = (0..<15).map { number in
      NamedCosignature(
        name: try! NodeName("junk\(number)"), key: CosigningPublicKey(SHA256.hash([7]).bytes),
        time: 1, signature: genuine.signature)
    }
    puppet.send(

      CosignatureSet(
        direction: .fromAuthor, checkpoint: SignedSize(checkpoint, at: 1),
        cosignatures: [NamedCosignature(genuine, by: de.secrets.cosigning.publicKey)] + junk))
    #expect(cluster["nl"].core.logs[log]!.cosigning.passed == CosignedSet(size: 600, count: 1))
  }

  @Test("SYNC-53: a set that names a cosigner twice is none, and counts as none")
  func repeatedCosigner() throws {
    cluster.connect("nl", "be")
    cluster.run(5_000)
    let checkpoint = try #require(cluster["be"].logs.newestDurableCheckpoint(of: log))
    let genuine = cosignature("de", over: checkpoint)
    puppet.send(
      CosignatureSet(
        direction: .fromAuthor, checkpoint: SignedSize(checkpoint, at: 1),
        cosignatures: [genuine, genuine]))
    #expect(!puppet.isOpen)
    #expect(cluster["nl"].core.logs[log]!.cosigning.passed.count == 0)
  }

  @Test(
    "SYNC-53: a cosignature over another history is held by nobody who holds this one",
    arguments: [CosignedDirection.towardsAuthor, .fromAuthor])
  func cosignedFork(_ direction: CosignedDirection) throws {
    cluster.connect("nl", "be")
    cluster.run(5_000)
    let be = cluster["be"]
    let forked = Checkpoint.make(identity: be.identity, size: 500, root: SHA256.hash([9])) {
      be.secrets.log.sign($0)
    }
    puppet.send(
      CosignatureSet(
        direction: direction, checkpoint: SignedSize(forked, at: 1),
        cosignatures: [cosignature("de", over: forked)]))
    cluster.run(5_000)
    #expect(cluster["nl"].core.logs[log]!.cosigning.held[cluster["de"].name]?.size != 500)
    #expect(cluster["nl"].counters[.cosignaturesBad] == nil)
    #expect(cluster["nl"].core.logs[log]!.isContradicted)
  }

  private func cosignature(_ name: String, over checkpoint: VerifiedCheckpoint) -> NamedCosignature
  {
    let member = cluster[name]
    let key = member.secrets.cosigning.publicKey
    let made = Cosignature.make(checkpoint: checkpoint, name: member.name, key: key, time: 1) {
      member.secrets.cosigning.sign($0)
    }
    return NamedCosignature(made, by: key)
  }

  @Test("SYNC-32: requests that the puller left make room for those that it opens")
  func abandonedRequests() {
    cluster.publish("nl", 3_000, bodyBytes: 1_000)
    cluster.run(100)
    for request in 1...50 {
      puppet.send(

        PullRequest(
          request: UInt32(request), position: 0, from: 0, to: 3_000, credit: 1))
      cluster.feed("nl", .congested(puppet.id, false))
    }
    #expect(cluster["nl"].counters[.pullsBusy] == nil)
    func open() -> [UInt32] {
      cluster["nl"].core.sessions[puppet.id]!.serving.pulls.map(\.request)
    }
    #expect(open().count == Limits.openRequestsOfPeer && open().last == 50)
    for request in 1...49 { puppet.send(Leave(request: UInt32(request))) }
    #expect(open() == [50])
  }

  @Test(
    "Eight pulls of the largest bodies do not overrun the connection's queue, and each has its turn"
  )
  func largeBodies() {
    let authors = (0..<8).map { "a\($0)" }
    let names = ["nl", "be"] + authors
    let cluster = Cluster(names)
    for author in authors {
      cluster.publish(author, 3, bodyBytes: 900_000)
      cluster.connect("nl", author)
    }
    cluster.run(3_000)
    let puppet = Puppet(cluster, logs: names)
    for position in authors.indices {
      puppet.send(

        PullRequest(
          request: UInt32(position + 1), position: position + 2, from: 1, to: 3,
          credit: 8 << 20))
    }
    var served: Set<[UInt8]> = []
    for _ in 0..<7 {
      var effects: [Effect] = []
      cluster.members["nl"]!.core.step(
        .congested(puppet.id, false), now: cluster.now, into: &effects)
      let sent = effects.compactMap { effect in
        if case .send(_, let bytes) = effect { bytes } else { nil }
      }
      #expect(sent.reduce(0) { $0 + $1.count } < 3 << 20)
      for bytes in sent where bytes[0] == MessageType.chunk.rawValue {
        served.insert(Array(bytes[1..<5]))
      }
    }
    #expect(served.count == 7)
  }

  @Test("SYNC-2, 14: what costs us hashes is taken so many times, and no more")
  func costs() {
    for position in 2..<(Limits.listsOfSession + 1) {
      puppet.send(Logs(first: position, saltedIDs: [[UInt8](repeating: 7, count: 16)]))
    }
    #expect(puppet.isOpen)
    puppet.send(
      Logs(first: Limits.listsOfSession + 1, saltedIDs: [[UInt8](repeating: 7, count: 16)]))
    #expect(!puppet.isOpen)
    let other = Puppet(Cluster(["nl", "be"]))
    let empty = Array(SHA256.hash([]).array.prefix(16))
    other.send(HeadsDigest(empty))
    other.cluster.now += Limits.digestLeastMilliseconds
    other.send(HeadsDigest(empty))
    #expect(other.isOpen)
    other.cluster.now += Limits.digestLeastMilliseconds - 1
    other.send(HeadsDigest(empty))
    #expect(!other.isOpen)
    #expect(other.cluster["nl"].counters[.drifts] == nil)
  }

  @Test("SYNC-2: a second list of no logs is malformed")
  func emptyLists() {
    puppet.send(Logs(first: 2, saltedIDs: []))
    #expect(!puppet.isOpen)
  }

  @Test("SYNC-31: credit above the limit closes the session, also when it comes with the pull")
  func creditOfPull() {
    puppet.send(

      PullRequest(request: 1, position: 0, from: 0, to: 1, credit: .max))
    #expect(!puppet.isOpen)
  }

  @Test("SYNC-33: one that lets pulls stall is asked for no other log for a while")
  func manyLogs() {
    let authors = (0..<12).map { "a\($0)" }
    let names = ["nl", "de"] + authors
    let cluster = Cluster(names)
    let puppet = Puppet(cluster, as: "de", logs: names)
    func pulls() -> Int {
      cluster["nl"].core.logs.values.count { log in
        log.fetch.isAsked(of: puppet.id)
      }
    }
    puppet.send(
      Heads(
        authors.indices.map {
          AnnouncedHead(position: $0 + 2, size: 1 << 40, leafHash: SHA256.hash([1]))
        }))
    #expect(pulls() == authors.count)
    cluster.run(6_000)
    #expect(puppet.isOpen && pulls() == 0)
    cluster.run(25_000)
    #expect(puppet.isOpen && pulls() == 0)
    cluster.run(6_000)
    #expect(pulls() > 0)
  }
}
