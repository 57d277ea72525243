import Crypto
import Log
import Secrets
import Testing

@testable import Replication

/// Two copies of `nl` write apart; what their partners find when they meet.
private struct Forked {
  let cluster: Cluster
  let log: LogID

  /// `be` gets the one branch, `fr` the other; `de` hears from `be` alone, `lu` of nothing yet.
  init(common: Int, left: Int, right: Int, checkpoint: Bool = true) {
    cluster = Cluster(["nl", "be", "fr", "de", "lu"])
    log = cluster["nl"].identity.id
    for name in ["be", "fr", "de", "lu"] { cluster.publish(name, 2) }
    cluster.publish("nl", common, checkpoint: checkpoint)
    cluster.run(50)
    let links = [cluster.connect("nl", "be"), cluster.connect("nl", "fr")]
    cluster.run()
    for link in links { cluster.disconnect(link) }
    cluster.copy("nl", as: "nl'", start: .ready)
    cluster.connect("nl", "be")
    cluster.connect("nl'", "fr")
    cluster.run()
    cluster.publish("nl", left, checkpoint: checkpoint)
    cluster.now += 1
    cluster.publish("nl'", right, checkpoint: checkpoint)
    cluster.run()
    cluster.connect("be", "de")
    cluster.run()
  }

  var lowest: UInt64? { cluster.forks(of: log).first }

  func frozen(_ names: [String]) -> [UInt64?] { names.map { cluster[$0].core.frozenAt(log) } }

  func proofs(_ names: [String]) -> [UInt64?] {
    names.map { cluster[$0].core.forkProof(of: log)?.frozenAt }
  }
}

struct ForkTests {
  private let partners = ["be", "fr", "de"]

  @Test(arguments: [
    (1, 1, 1), (1, 40, 3), (5, 3, 40), (30, 2, 2), (17, 1, 90), (64, 63, 64), (3, 300, 280),
  ])
  func theLowestIndexIsProvenAndEverybodyHearsOfIt(_ common: Int, _ left: Int, _ right: Int) {
    let forked = Forked(common: common, left: left, right: right)
    let cluster = forked.cluster
    #expect(forked.lowest == UInt64(common))
    #expect(forked.frozen(partners) == [nil, nil, nil])
    cluster.connect("be", "fr")
    cluster.run()
    #expect(forked.proofs(partners) == [UInt64](repeating: UInt64(common), count: 3))
    #expect(forked.frozen(partners) == [UInt64](repeating: UInt64(common), count: 3))
    for name in partners {
      #expect(cluster[name].core.forkProof(of: forked.log)!.encode().count <= 6_144)
    }
    // Everything else flows, and who was connected to neither branch takes what is below the fork.
    cluster.connect("de", "lu")
    cluster.publish("fr", 3)
    cluster.run()
    #expect(cluster.agrees("be", "fr"))
    #expect(cluster.agrees("lu", "fr"))
    #expect(forked.proofs(["lu"]) == [UInt64(common)])
    #expect(cluster["lu"].logs.durableHead(of: forked.log).size == UInt64(common))
    #expect(cluster["nl"].core.signing != .ready && cluster["nl'"].core.signing != .ready)
  }

  @Test func aFreezeOutlivesARestartAndIsToldAgain() {
    let forked = Forked(common: 6, left: 5, right: 7)
    let cluster = forked.cluster
    cluster.connect("be", "fr")
    cluster.run()
    cluster.disconnectAll()
    for name in partners { cluster.restart(name) }
    #expect(forked.frozen(partners) == [6, 6, 6])
    let count = cluster.messagesSent[MessageType.proof.rawValue]
    cluster.connect("de", "lu")
    cluster.connect("lu", "fr")
    cluster.run()
    #expect(forked.frozen(["lu"]) == [6])
    // One for each link, and those that crossed on their way.
    #expect(cluster.messagesSent[MessageType.proof.rawValue]! <= count! + 4)
  }

  @Test func aSearchTakesAsManyStepsAsTheLogHasBits() {
    let forked = Forked(common: 1_000, left: 900, right: 800)
    let cluster = forked.cluster
    let before = cluster.messagesSent[MessageType.probe.rawValue] ?? 0
    cluster.connect("be", "fr")
    cluster.run()
    #expect(forked.proofs(partners) == [1_000, 1_000, 1_000])
    #expect(cluster.messagesSent[MessageType.probe.rawValue]! - before <= 24)
    // On the next session each asks once or twice, and finds nothing lower.
    let after = cluster.messagesSent[MessageType.probe.rawValue]!
    cluster.disconnectAll()
    cluster.connect("be", "fr")
    cluster.run()
    #expect(cluster.messagesSent[MessageType.probe.rawValue]! - after <= 4)
  }

  @Test func whoPulledTheOtherBranchComparesWhatWasAnnouncedBefore() {
    let cluster = Cluster(["nl", "be", "fr", "de"])
    let log = cluster["nl"].identity.id
    cluster.copy("nl", as: "nl'", start: .ready)
    cluster.connect("nl", "be")
    cluster.connect("nl'", "fr")
    cluster.publish("nl", 9)
    cluster.now += 1
    cluster.publish("nl'", 4)
    cluster.run()
    cluster.connect("de", "fr")
    cluster.connect("de", "be")
    cluster.run()
    #expect(["be", "fr", "de"].map { cluster[$0].core.frozenAt(log) } == [0, 0, 0])
    #expect(["be", "fr", "de"].allSatisfy { cluster[$0].counters[.chunksFailed] ?? 0 <= 1 })
  }

  @Test func twoCheckpointsOfOneSizeProveAForkWithoutAnEntry() throws {
    let cluster = Cluster(["nl", "be", "fr", "de"])
    let log = cluster["nl"].identity.id
    cluster.copy("nl", as: "nl'", start: .ready)
    cluster.publish("nl", 5)
    cluster.now += 1
    cluster.publish("nl'", 5)
    cluster.run(50)
    let made = ["nl", "nl'"].map { cluster[$0].logs.newestDurableCheckpoint(of: log)! }
    let sessions = [cluster.connect("be", "de"), cluster.connect("fr", "de")]
    cluster.run()
    for (position, checkpoint) in made.enumerated() {
      let place = cluster["de"].core.sessions[other(sessions[position])]!.lists.theirPosition(
        of: log)!
      cluster.feed(
        "de",
        .message(
          other(sessions[position]),
          SignedSize(checkpoint, at: place).encode()))
    }
    cluster.run()
    #expect(["be", "fr", "de"].map { cluster[$0].core.frozenAt(log) } == [5, 5, 5])
  }

  private func other(_ id: SessionID) -> SessionID { SessionID(id.value + 1) }

  @Test func aCheckpointOfAnotherPrefixIsAProofWithTheLargerOneHeld() throws {
    let cluster = Cluster(["nl", "be", "fr"])
    let log = cluster["nl"].identity.id
    cluster.copy("nl", as: "nl'", start: .ready)
    cluster.connect("nl", "be")
    cluster.publish("nl", 12)
    cluster.run()
    cluster.now += 1
    cluster.publish("nl'", 7)
    cluster.run(50)
    let older = cluster["nl'"].logs.newestDurableCheckpoint(of: log)!
    let session = other(cluster.connect("fr", "be"))
    cluster.run(100)
    let place = cluster["be"].core.sessions[session]!.lists.theirPosition(of: log)!
    cluster.feed(
      "be", .message(session, SignedSize(older, at: place).encode()))
    cluster.run()
    #expect(cluster["be"].core.frozenAt(log) == 7)
    #expect(cluster["fr"].core.frozenAt(log) == 7)
    guard case .prefix = try #require(cluster["fr"].core.forkProof(of: log)).evidence else {
      Issue.record("another form of proof")
      return
    }
  }

  @Test func aCheckpointThatContradictsIsRememberedOverARestart() throws {
    let cluster = Cluster(["nl", "be", "fr"])
    let log = cluster["nl"].identity.id
    cluster.copy("nl", as: "nl'", start: .ready)
    cluster.connect("nl", "be")
    cluster.publish("nl", 12, checkpoint: false)
    cluster.run()
    cluster.now += 1
    cluster.publish("nl'", 7)
    cluster.run(50)
    let other = cluster["nl'"].logs.newestDurableCheckpoint(of: log)!
    let session = self.other(cluster.connect("fr", "be"))
    // fr has the checkpoint alone, and nothing that it stands for.
    cluster.tamper = { from, to, bytes in from == "be" && to == "fr" ? nil : bytes }
    cluster.run(100)
    let place = try #require(cluster["be"].core.sessions[session]?.lists.theirPosition(of: log))
    cluster.feed(
      "be", .message(session, SignedSize(other, at: place).encode()))
    #expect(cluster["be"].events.contains(.contradiction(log, size: 7)))
    #expect(cluster["be"].core.frozenAt(log) == nil)
    cluster.restart("be")
    #expect(cluster["be"].core.logs[log]!.isContradicted)
    let before = cluster["be"].core.logs[log]!.cosigning.ownSize
    cluster.tamper = nil
    cluster.connect("nl", "be")
    cluster.publish("nl", 1)
    cluster.run(20_000)
    #expect(cluster["be"].core.logs[log]!.cosigning.ownSize == before)
    #expect(cluster["be"].logs.durableHead(of: log).size == 13)
  }

  @Test func aBranchWhoseLeavesAreBadlySignedIsShownWithItsCheckpoint() throws {
    let cluster = Cluster(["nl", "be", "fr", "de"])
    let nl = cluster["nl"]
    let log = nl.identity.id
    cluster.publish("nl", 3)
    cluster.run(50)
    // Another history from entry 3 on, of which no signature verifies, under a valid checkpoint.
    cluster.copy("nl", as: "nl'", start: .ready)
    let twin = cluster["nl'"]
    let signed = twin.sign(20, after: twin.ownState, bodyBytes: 30, time: 77)
    var leaves = signed.batch.leaves
    for position in 0..<20 { leaves[position * 216 + 200] ^= 1 }
    let batch = try EntryBatch(first: 3, leaves: leaves, bodies: signed.batch.bodies)
    var tree = twin.ownState.tree
    for position in 0..<20 {
      tree.append(EntryHeader.leafHash(of: leaves.span, at: position * 216))
    }
    let checkpoint = Checkpoint.make(
      identity: nl.identity, size: 23, root: tree.root(), sign: { nl.secrets.log.sign($0) })
    twin.logs.append(try twin.ownState.accept(batch, under: checkpoint, consistency: []))
    twin.logs.keep(checkpoint)
    cluster.feed("nl'", .durable(log, twin.logs.makeDurable(log)))
    cluster.publish("nl", 25)
    cluster.connect("nl", "be")
    cluster.connect("nl'", "fr")
    cluster.run()
    #expect(cluster["fr"].logs.durableHead(of: log).size == 23)
    cluster.connect("be", "fr")
    cluster.connect("fr", "de")
    cluster.run()
    #expect(["be", "fr", "de"].map { cluster[$0].core.frozenAt(log) } == [3, 3, 3])
    let counts = ["be", "fr", "de"].map { cluster[$0].counters[.entriesBad] ?? 0 }
    #expect(counts == [0, 0, 0])
    let proof = try #require(cluster["de"].core.forkProof(of: log))
    #expect(proof.encode().count <= 6_144)
  }

  /// Entries `from` on are signed otherwise in what `nl'` has, and stand under its checkpoint.
  private func twins(_ cluster: Cluster, from first: Int) throws {
    let nl = cluster["nl"]
    let log = nl.identity.id
    cluster.copy("nl", as: "nl'", start: .ready)
    let twin = cluster["nl'"]
    let held = try nl.logs.read(log, 0..<nl.ownState.size, maximumBytes: 1 << 20)
    var leaves = held.leaves
    for position in first..<held.count { leaves[position * 216 + 180 + position % 30] ^= 1 }
    twin.logs.forget(nl.identity)
    let batch = try EntryBatch(first: 0, leaves: leaves, bodies: held.bodies)
    var tree = CompactTree.empty
    for position in 0..<held.count {
      tree.append(EntryHeader.leafHash(of: leaves.span, at: position * 216))
    }
    let checkpoint = Checkpoint.make(
      identity: nl.identity, size: held.end, root: tree.root(), sign: { nl.secrets.log.sign($0) })
    twin.logs.append(
      try LogState(empty: nl.identity).accept(batch, under: checkpoint, consistency: []))
    twin.logs.keep(checkpoint)
    _ = twin.logs.makeDurable(log)
    cluster.restart("nl'")
  }

  @Test(arguments: [1, 4, 9])
  func aHeaderSignedTwiceIsNoForkAndTheLeafUnderACheckpointStays(_ first: Int) throws {
    let cluster = Cluster(["nl", "be", "fr", "de"])
    let log = cluster["nl"].identity.id
    cluster.connect("nl", "be")
    cluster.publish("nl", 10, checkpoint: false)
    cluster.run()
    try twins(cluster, from: first)
    cluster.connect("nl'", "fr")
    cluster.run()
    #expect(cluster["fr"].logs.durableHead(of: log).size == 10)
    cluster.disconnectAll()
    cluster.connect("be", "fr")
    cluster.run(20_000)
    #expect(cluster["be"].counters[.leavesReplaced] ?? 0 >= 1)
    #expect(cluster["be"].logs.bytes(of: log) == cluster["fr"].logs.bytes(of: log))
    #expect(cluster["be"].logs.newestDurableCheckpoint(of: log)?.size == 10)
    #expect(!cluster["be"].core.logs[log]!.isContradicted)
    for name in ["be", "fr"] {
      #expect(cluster[name].core.frozenAt(log) == nil)
      #expect(!cluster[name].core.isDisputed(log))
      #expect(cluster[name].proofs.isEmpty)
    }
    // It goes on, and a third takes it from whom it likes.
    cluster.connect("nl'", "fr")
    cluster.publish("nl'", 3)
    cluster.connect("de", "be")
    cluster.run(20_000)
    for name in ["be", "fr", "de"] {
      #expect(cluster[name].logs.durableHead(of: log) == cluster["nl'"].logs.durableHead(of: log))
    }
  }

  // MARK: Hostile peers

  @Test func aForgedProofAccusesNobodyAndCostsItsSenderTheSession() throws {
    let forked = Forked(common: 2, left: 3, right: 3)
    let cluster = forked.cluster
    cluster.connect("be", "fr")
    cluster.run()
    let proof = cluster["be"].core.forkProof(of: forked.log)!.encode()
    let session = cluster.connect("fr", "lu")
    let target = other(session)
    cluster.tamper = { _, to, bytes in to == "lu" && bytes[0] == 12 ? nil : bytes }
    cluster.run()
    let place = cluster["lu"].core.sessions[target]!.lists.theirPosition(of: forked.log)!
    for byte in [40, 300, 900].filter({ $0 < proof.count }) + [proof.count - 1] {
      var forged = proof
      forged[byte] ^= 1
      guard cluster["lu"].core.sessions[target] != nil else { break }
      cluster.feed("lu", .message(target, Proof(position: place, bytes: forged).encode()))
    }
    #expect(cluster["lu"].core.sessions[target] == nil)
    #expect(cluster["lu"].core.frozenAt(forked.log) == nil)
    #expect(cluster["lu"].proofs.isEmpty)
  }

  /// A search costs its reader a look-up for each step: what it takes is measured, and ends at the
  /// budget of a log.
  @Test func workForASessionIsBounded() {
    let forked = Forked(common: 2, left: 3, right: 3)
    let cluster = forked.cluster
    let session = other(cluster.connect("fr", "lu"))
    cluster.run()
    let log = forked.log
    let place = cluster["lu"].core.sessions[session]!.lists.theirPosition(of: log)!
    func answers() -> Int { cluster.messagesSent[MessageType.probed.rawValue] ?? 0 }
    let before = answers()
    for _ in 0..<2_000 {
      cluster.feed(
        "lu",
        .message(
          session, Probe(position: place, index: LogSize(1)!, headerHash: .zero).encode()))
      cluster.feed("lu", .took(session, microseconds: 100))
    }
    let burst = Limits.idleMicrosecondsOfLog * Limits.idleBurstMilliseconds / 1_000 / 100
    #expect((Int(burst)...Int(burst) + 1).contains(answers() - before))
    #expect(cluster["lu"].core.isUnread(log, of: cluster["fr"].name, cluster.now))
    #expect(cluster["lu"].core.sessions[session] != nil)
    #expect(cluster["lu"].core.frozenAt(log) == nil)
  }

  @Test func anAnswerThatNobodyAskedForIsAFailure() {
    let forked = Forked(common: 2, left: 3, right: 3)
    let cluster = forked.cluster
    let session = other(cluster.connect("fr", "lu"))
    cluster.run()
    let place = cluster["lu"].core.sessions[session]!.lists.theirPosition(of: forked.log)!
    for _ in 0..<3 where cluster["lu"].core.sessions[session] != nil {
      cluster.feed(
        "lu",
        .message(
          session, Probed(position: place, index: LogSize(1)!, answer: .different).encode()))
    }
    #expect(cluster["lu"].counters[.probesBad] == 3)
    #expect(cluster["lu"].core.sessions[session] == nil)
  }

  @Test func aSearchEndsWhereOnlyProvenEntriesDiffer() {
    var search = ForkSearch(first: 9)
    search.learn(isSame: true)
    #expect(search.next(proven: nil) == .over)
    search = ForkSearch(first: 9)
    search.learn(isSame: false)
    #expect(search.next(proven: 10) == .ask(4))
    search.learn(isSame: true)
    #expect(search.next(proven: 5) == .over)
    #expect(search.next(proven: 9) == .ask(7))
    search.learn(isSame: false)
    #expect(search.next(proven: 9) == .ask(6))
    search.learn(isSame: true)
    #expect(search.next(proven: 9) == .found(7))
  }
}
