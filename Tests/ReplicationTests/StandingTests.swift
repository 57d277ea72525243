import Crypto
import Log
import Secrets
import Testing

@testable import Replication

/// A thief of nl's running key forks back to entry 0, under history that partners hold; nl's
/// operator opens the next epoch.
private struct Theft {
  let cluster: Cluster
  let log: LogID

  /// `be` and `fr` hold all of it, `de` a part, `lu` nothing yet.
  init(_ size: Int = 40, part: Int = 10) throws {
    cluster = Cluster(["nl", "be", "fr", "de", "lu"])
    log = cluster["nl"].identity.id
    for name in ["be", "fr", "de", "lu"] { cluster.publish(name, 2) }
    cluster.publish("nl", part)
    cluster.run(50)
    cluster.connect("nl", "de")
    cluster.run()
    cluster.disconnectAll()
    cluster.publish("nl", size - part)
    cluster.run(50)
    cluster.connect("nl", "be")
    cluster.connect("nl", "fr")
    cluster.run()
  }

  /// `be` holds all 40 entries, `at` 25, `de` the first 10, `fr` those and `other` more that the
  /// thief signed, `lu` nothing.
  init(other: Int) throws {
    cluster = Cluster(["nl", "be", "fr", "de", "lu", "at"])
    log = cluster["nl"].identity.id
    for name in ["be", "fr", "de", "lu", "at"] { cluster.publish(name, 2) }
    cluster.publish("nl", 10)
    cluster.run(50)
    cluster.connect("nl", "de")
    cluster.connect("nl", "fr")
    cluster.run()
    cluster.disconnectAll()
    cluster.copy("nl", as: "thief", start: .ready)
    cluster.now += 1
    cluster.publish("thief", other)
    cluster.connect("thief", "fr")
    cluster.run()
    cluster.disconnectAll()
    cluster.publish("nl", 15)
    cluster.run(50)
    cluster.connect("nl", "at")
    cluster.run()
    cluster.disconnectAll()
    cluster.publish("nl", 15)
    cluster.run(50)
    cluster.connect("nl", "be")
    cluster.run()
    cluster.disconnectAll()
  }

  func take(_ step: Step, _ proof: ForkProof) throws {
    switch step {
    case .open: cluster.openEpoch("nl")
    case .tell(let name):
      if session(of: name) == nil {
        cluster.connect(name, name == "fr" ? "be" : "fr")
        cluster.run(100)
      }
      try tell(name, proof)
    case .connect(let a, let b): cluster.connect(a, b)
    case .run(let milliseconds): cluster.run(milliseconds)
    case .restart(let name): cluster.restart(name)
    }
  }

  /// True when `name` holds an entry at 10 that the thief signed.
  func holdsOther(_ name: String) throws -> Bool {
    guard cluster[name].logs.durableHead(of: log).size > 10 else { return false }
    return try cluster[name].logs.leafHash(log, at: 10)
      != cluster["nl"].logs.leafHash(log, at: 10)
  }

  /// Another entry by the same running key, as a proof.
  func forge(at index: UInt64 = 0) throws -> ForkProof {
    try cluster.forge(log, by: "nl", at: index)
  }

  private func session(of name: String) -> SessionID? {
    cluster[name].core.sessionOrder.first { id in
      cluster[name].core.sessions[id]?.shared[log] != nil
    }
  }

  /// `name` hears this proof from whoever holds a session with it.
  func tell(_ name: String, _ proof: ForkProof) throws {
    let id = session(of: name)
    let session = try #require(id)
    let position = try #require(cluster[name].core.sessions[session]!.lists.theirPosition(of: log))
    cluster.feed(
      name, .message(session, Proof(position: position, bytes: proof.encode()).encode()))
  }
}

extension Cluster {
  /// Another entry by the running key of `author`, in a proof.
  fileprivate func forge(_ log: LogID, by author: String, at index: UInt64) throws -> ForkProof {
    let member = self[author]
    let held = try member.logs.read(log, index..<(index + 1), maximumBytes: 1 << 20)
    var header = held.header(at: 0)
    header.time ^= 1
    let bytes = header.encode()
    let other = bytes + member.secrets.log.sign(bytes.span).array
    let pair = [held.leaves, other].sorted { $0.lexicographicallyPrecedes($1) }
    return try ForkProof(
      identity: try #require(member.logs.identities.first { $0.id == log }),
      evidence: .entries(.signed(leaf: pair[0]), .signed(leaf: pair[1])))
  }
}

private enum Step {
  case open
  case tell(String)
  case connect(String, String)
  case run(UInt64)
  case restart(String)
}

/// SplitMix64.
private struct Draw: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

@Suite(
  "Protocols/log.md, LOG-38 to 40: what stands of a log, and the branch that an opening settles")
struct StandingTests {
  @Test(
    "LOG-39: an opening settles a branch that the running key forked at 0, and whoever lacks it gets it"
  )
  func settles() throws {
    let theft = try Theft()
    let (cluster, log) = (theft.cluster, theft.log)
    cluster.connect("be", "fr")
    cluster.run(100)
    try theft.tell("be", try theft.forge())
    cluster.run()
    #expect(["be", "fr", "nl"].map { cluster[$0].core.frozenAt(log) } == [0, 0, 0])
    #expect(["be", "fr"].allSatisfy { cluster[$0].core.isDisputed(log, at: 7) })
    #expect(["be", "fr"].map { cluster[$0].core.standsBelow(log) } == [0, 0])
    // A node that comes now takes nothing of it.
    cluster.connect("de", "be")
    cluster.connect("lu", "be")
    cluster.run()
    #expect(cluster["lu"].logs.durableHead(of: log).size == 0)
    #expect(cluster["de"].logs.durableHead(of: log).size == 10)

    cluster.openEpoch("nl")
    cluster.connect("nl", "be")
    cluster.run(90_000)
    for name in ["nl", "be", "fr", "de", "lu"] {
      let core = cluster[name].core
      #expect(cluster[name].logs.durableHead(of: log).size == 40, "\(name)")
      #expect(core.frozenAt(log) == 0 && core.forkProof(of: log) != nil, "\(name)")
      #expect(!core.isDisputed(log, at: 0) && !core.isDisputed(log, at: 39), "\(name)")
      #expect(core.isDisputed(log, at: 40) && core.standsBelow(log) == 40, "\(name)")
      #expect(cluster[name].counters[.chunksFailed] ?? 0 == 0, "\(name)")
    }
    // It holds on over a restart.
    cluster.disconnectAll()
    cluster.restart("lu")
    #expect(cluster["lu"].core.standsBelow(log) == 40 && !cluster["lu"].core.isDisputed(log, at: 3))
  }

  @Test("LOG-39: the order in which proof and opening arrive decides nothing")
  func order() throws {
    for proofFirst in [true, false] {
      let theft = try Theft()
      let (cluster, log) = (theft.cluster, theft.log)
      let proof = try theft.forge()
      if proofFirst { try theft.tell("be", proof) }
      cluster.run()
      cluster.disconnectAll()
      cluster.openEpoch("nl")
      cluster.connect("nl", "be")
      cluster.connect("be", "fr")
      cluster.connect("be", "de")
      cluster.connect("be", "lu")
      cluster.run(40_000)
      if !proofFirst { try theft.tell("be", proof) }
      cluster.run(60_000)
      for name in ["be", "fr", "de", "lu"] {
        #expect(cluster[name].core.frozenAt(log) == 0, "\(name) \(proofFirst)")
        #expect(cluster[name].core.standsBelow(log) == 40, "\(name) \(proofFirst)")
        #expect(cluster[name].logs.durableHead(of: log).size == 40, "\(name) \(proofFirst)")
      }
    }
  }

  @Test("LOG-39: who holds another branch keeps it, disputed, and is nobody's failure")
  func otherBranch() throws {
    let cluster = Cluster(["nl", "be", "fr"])
    let log = cluster["nl"].identity.id
    for name in ["be", "fr"] { cluster.publish(name, 2) }
    cluster.publish("nl", 6)
    cluster.run(50)
    cluster.connect("nl", "be")
    cluster.connect("nl", "fr")
    cluster.run()
    cluster.disconnectAll()
    cluster.copy("nl", as: "nl'", start: .ready)
    cluster.connect("nl'", "fr")
    cluster.run(50)
    cluster.publish("nl", 20)
    cluster.now += 1
    cluster.publish("nl'", 9)
    cluster.connect("nl", "be")
    cluster.run()
    cluster.disconnectAll()
    cluster.openEpoch("nl")
    cluster.connect("nl", "be")
    cluster.connect("be", "fr")
    cluster.run(120_000)
    #expect(cluster["be"].core.frozenAt(log) == 6 && cluster["fr"].core.frozenAt(log) == 6)
    #expect(cluster["be"].core.standsBelow(log) == 26 && !cluster["be"].core.isDisputed(log, at: 9))
    #expect(cluster["fr"].logs.durableHead(of: log).size == 15)
    #expect(cluster["fr"].core.standsBelow(log) == 6 && cluster["fr"].core.isDisputed(log, at: 9))
    #expect(!cluster["fr"].core.isDisputed(log, at: 5))
    #expect(cluster["be"].core.sessionOrder.count == 2)
  }

  @Test(
    "LOG-38 to 40: whatever the order of proofs, opening, sessions and restarts, all conclude the same",
    arguments: 1...24 as ClosedRange<UInt64>)
  func orders(seed: UInt64) throws {
    var random = Draw(state: seed)
    let theft = try Theft(other: 6 + random.below(40))
    let (cluster, log) = (theft.cluster, theft.log)
    let names = ["be", "fr", "de", "lu", "at"]
    var steps: [Step] = [.open]
    for name in names where random.below(2) == 0 { steps.append(.tell(name)) }
    for _ in 0..<8 {
      let pair = (names + ["nl"]).shuffled(using: &random)
      steps.append(.connect(pair[0], pair[1]))
      steps.append(.run(UInt64(random.below(3_000))))
    }
    for name in names where random.below(3) == 0 { steps.append(.restart(name)) }
    let forged = try theft.forge(at: UInt64(random.below(10)))
    steps.shuffle(using: &random)
    for step in steps { try theft.take(step, forged) }
    // In the end everybody reaches everybody, and the theft comes out.
    cluster.disconnectAll()
    var sessions: [SessionID] = []
    for (position, name) in (names + ["nl"]).enumerated() {
      for other in (names + ["nl"])[(position + 1)...] {
        sessions.append(cluster.connect(name, other))
      }
    }
    cluster.run(1_000)
    try theft.tell("be", forged)
    cluster.run(240_000)
    let frozenAt = forged.frozenAt
    for name in names {
      let core = cluster[name].core
      #expect(core.frozenAt(log) == frozenAt, "\(name)")
      #expect(core.epochs.endsAt(log) == 40, "\(name)")
      #expect(cluster[name].counters[.chunksFailed] ?? 0 == 0, "\(name)")
      guard try theft.holdsOther(name) else {
        #expect(cluster[name].logs.durableHead(of: log).size == 40, "\(name)")
        #expect(core.standsBelow(log) == 40 && !core.isDisputed(log, at: 39), "\(name)")
        continue
      }
      // A node that took what the thief signed keeps it, disputed.
      #expect(core.standsBelow(log) == frozenAt, "\(name)")
      #expect(core.isDisputed(log, at: frozenAt), "\(name)")
    }
    #expect(try ["be", "at"].allSatisfy { try !theft.holdsOther($0) })
    #expect(sessions.allSatisfy(cluster.isOpen))
  }

  @Test(
    "LOG-40: above a freeze a chunk under the log key's checkpoint is taken for nothing, and charged to nobody"
  )
  func thiefsCheckpoint() throws {
    let theft = try Theft()
    let (cluster, log) = (theft.cluster, theft.log)
    try theft.tell("be", try theft.forge())
    cluster.run()
    cluster.connect("be", "lu")
    cluster.run()
    cluster.disconnectAll()
    cluster.openEpoch("nl")
    // fr answers pulls as one who has not heard of the opening: with the newest checkpoint.
    cluster.tamper = { from, _, bytes in
      from == "nl" && bytes[0] == MessageType.chunk.rawValue ? nil : bytes
    }
    cluster.connect("nl", "lu")
    cluster.run(20_000)
    cluster.tamper = nil
    cluster.connect("lu", "fr")
    cluster.run(120_000)
    #expect(cluster["lu"].logs.durableHead(of: log).size == 40)
    #expect(cluster["lu"].core.sessionOrder.count == 2)
  }

  @Test(
    "CKP-25 to 28: a cosignature counts while its key is in force here, and is nobody's failure else"
  )
  func rotatedKey() throws {
    let cluster = Cluster(["nl", "be", "fr"])
    cluster.publish("nl", 4)
    cluster.publish("be", 4)
    cluster.publish("fr", 1)
    cluster.run(100)
    let log = cluster["be"].identity.id
    cluster.connect("nl", "be")
    cluster.run(3_000)
    cluster.disconnectAll()
    let puppet = Puppet(cluster)
    let checkpoint = try #require(cluster["be"].logs.newestDurableCheckpoint(of: log))
    func cosigned(_ name: String, _ key: NodeSecrets, _ time: UInt64) -> CosignatureSet {
      let made = Cosignature.make(
        checkpoint: checkpoint, name: cluster[name].name, key: key.cosigning.publicKey, time: time
      ) { key.cosigning.sign($0) }
      return CosignatureSet(
        direction: .fromAuthor, checkpoint: SignedSize(checkpoint, at: 1),
        cosignatures: [NamedCosignature(made, by: key.cosigning.publicKey)])
    }
    func kept() -> UInt64? {
      cluster["nl"].core.logs[log]!.cosigning.held[cluster["fr"].name]?.cosignature.time
    }
    puppet.send(cosigned("fr", cluster["fr"].secrets, 100))
    #expect(kept() == 100)
    // fr's card has another key from now on.
    let next = Member.secrets(of: "fr", epoch: 2)
    let peers = ["be", "fr"].map { name in
      Peer(
        name: cluster[name].name, logs: [cluster[name].identity],
        cosigningKey: name == "fr"
          ? next.cosigning.publicKey : cluster[name].secrets.cosigning.publicKey)
    }
    cluster.feed("nl", .roster(peers))
    for time in [1, 50, 4_000_000_000] as [UInt64] {
      puppet.send(cosigned("fr", cluster["fr"].secrets, time))
      #expect(kept() == 100)
    }
    puppet.send(cosigned("fr", next, 200))
    #expect(kept() == 200)
    // A node is no witness of itself.
    puppet.send(cosigned("be", cluster["be"].secrets, 300))
    #expect(cluster["nl"].core.logs[log]!.cosigning.held[cluster["be"].name] == nil)
    // Cosignatures that come behind a proof say nothing of before it.
    let proof = try cluster.forge(log, by: "be", at: 2)
    puppet.send(Proof(position: 1, bytes: proof.encode()))
    #expect(cluster["nl"].core.frozenAt(log) == 2)
    puppet.send(cosigned("fr", next, 400))
    #expect(kept() == 200)
    #expect(puppet.isOpen && cluster["nl"].counters[.cosignaturesBad] ?? 0 == 0)
  }

  @Test("CKP-26: a node with a new cosigning key cosigns the newest checkpoint of every log anew")
  func cosignsAnew() throws {
    let names = ["nl", "be", "fr"]
    let cluster = Cluster(names)
    for name in names { cluster.publish(name, 4) }
    cluster.run(100)
    func meetAll() {
      for (a, b) in [("nl", "be"), ("nl", "fr"), ("be", "fr")] { cluster.connect(a, b) }
      // An author hands its set on once a minute at most.
      cluster.run(90_000)
    }
    func kept(_ holder: String, _ author: String) -> NamedCosignature? {
      cluster[holder].core.logs[cluster[author].identity.id]?
        .cosigning.held[cluster["fr"].name]?.cosignature
    }
    meetAll()
    let pairs = [("nl", "nl"), ("nl", "be"), ("be", "nl"), ("be", "be")]
    for (holder, author) in pairs {
      #expect(kept(holder, author)?.key == cluster["fr"].secrets.cosigning.publicKey)
    }
    cluster.disconnectAll()
    let next = Member.secrets(of: "fr", epoch: 2)
    cluster["fr"].rotated = next
    cluster.restart("fr", start: .waiting)
    for name in names { cluster.meet(name, names.filter { $0 != name }) }
    meetAll()
    for (holder, author) in pairs {
      #expect(kept(holder, author)?.key == next.cosigning.publicKey, "\(holder) of \(author)")
    }
    #expect(names.allSatisfy { cluster[$0].counters[.cosignaturesBad] ?? 0 == 0 })
  }
}
