import Crypto
import Log
import Secrets
import Testing

@testable import Replication

/// A peer is charged only for what it could have checked against facts that both share
/// (Protocols/sync.md, 13).
@Suite("Protocols/sync.md, 13: blame")
struct BlameTests {
  private func cluster(_ names: [String] = ["nl", "be"]) -> Cluster {
    let cluster = Cluster(names)
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

  /// Whole leaves under be's newest checkpoint, with what they need to be checked by themselves.
  private func anchored(
    _ cluster: Cluster, _ puppet: Puppet, _ batch: EntryBatch, request: UInt32 = 0
  ) throws -> [UInt8] {
    let log = cluster["be"].identity.id
    let logs = cluster["be"].logs
    let checkpoint = try #require(logs.newestDurableCheckpoint(of: log))
    puppet.send(SignedSize(checkpoint, at: 1))
    return puppet.chunk(
      batch, request: request, checkpointSize: checkpoint.size,
      proof: try logs.consistencyProof(log, from: batch.end, to: checkpoint.size),
      before: try logs.tree(log, size: batch.first).nodes, full: true)
  }

  // MARK: Item 2

  @Test("SYNC-8: heads at the bound are taken, and every question has an answer")
  func headsAtTheBound() {
    let names = ["nl", "be", "fr", "de"]
    let cluster = Cluster(names)
    for name in names { cluster.publish(name, 2) }
    cluster.run(100)
    let puppet = Puppet(cluster, as: "be", logs: names)
    puppet.send(
      Heads(
        names.indices.map {
          AnnouncedHead(position: $0, size: LogSize.most, leafHash: SHA256.hash([UInt8($0)]))
        }))
    #expect(puppet.isOpen)
    let core = cluster["nl"].core
    let progress = core.progressOfPeers()
    #expect(progress.map(\.missingEntries) == [4 * LogSize.most - 2])
    for name in names {
      let log = cluster[name].identity.id
      #expect(core.knownSize(of: log) == LogSize.most)
      #expect(core.claims(of: log).map(\.size) == [LogSize.most])
      #expect(core.peersHolding(log, size: 1).isEmpty)
      #expect(core.catchUp(of: log, now: cluster.now)?.secondsLeft == nil)
    }
  }

  @Test(
    "SYNC-8: a head above the bound is no message",
    arguments: [UInt64(1) << 48, UInt64(1) << 63 - 1, .max])
  func headsBeyondTheBound(_ size: UInt64) {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    var bytes = Heads([AnnouncedHead(position: 1, size: 1, leafHash: .zero)]).encode()
    for (place, shift) in stride(from: 56, through: 0, by: -8).enumerated() {
      bytes[9 + place] = UInt8(truncatingIfNeeded: size >> UInt64(shift))
    }
    puppet.send(bytes)
    #expect(!puppet.isOpen)
    #expect(cluster["nl"].counters[.messagesMalformed] == 1)
  }

  @Test("A session that closes in the middle of a message leaves nothing behind that ends the node")
  func closesWithinAMessage() throws {
    let cosigners = ["be", "de", "se", "no", "dk"]
    let cluster = cluster(["nl", "fr"] + cosigners)
    let puppet = Puppet(cluster, as: "fr")
    // Three bad cosignatures in one message, and more after the session is closed.
    let checkpoint = try #require(
      cluster["nl"].logs.newestDurableCheckpoint(of: cluster["nl"].identity.id))
    let forged = cosigners.map { name in
      let member = cluster[name]
      let made = Cosignature.make(
        checkpoint: checkpoint, name: member.name, key: member.secrets.cosigning.publicKey, time: 1,
        sign: { cluster["fr"].secrets.cosigning.sign($0) })
      return NamedCosignature(made, by: member.secrets.cosigning.publicKey)
    }
    puppet.send(

      CosignatureSet(
        direction: .fromAuthor, checkpoint: SignedSize(checkpoint, at: 0),
        cosignatures: forged))
    #expect(!puppet.isOpen)
    #expect(cluster["nl"].counters[.cosignaturesBad] == Limits.failuresOfSession)
  }

  // MARK: Chunks

  @Test(
    "SYNC-21: a compact chunk that fails is nobody's failure; what begins there is asked for in full"
  )
  func compactFails() throws {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    puppet.send(Heads([try head(cluster, 6)]))
    let pull = try #require(openPiece(cluster))
    #expect(pull.form == .compact)
    var bytes = puppet.chunk(try entries(cluster, 0..<6), request: pull.request)
    bytes[bytes.count - 41] ^= 1
    puppet.send(bytes)
    #expect(cluster["nl"].counters[.chunksFailed] == nil)
    #expect(cluster["nl"].counters[.chunksAskedInFull] == 1)
    let full = try #require(openPiece(cluster))
    #expect(full.form == .full && full.range.lowerBound == 0)
    puppet.send(puppet.chunk(try entries(cluster, 0..<6), request: full.request, full: true))
    #expect(held(cluster) == 6 && puppet.isOpen)
  }

  @Test("SYNC-21: a late push is nobody's failure, though its checkpoint told nothing new")
  func lateUnderCoveredCheckpoint() throws {
    let cluster = cluster(["nl", "be", "fr"])
    let log = cluster["be"].identity.id
    let early = try #require(cluster["be"].logs.newestDurableCheckpoint(of: log))
    let batch = try entries(cluster, 4..<6)
    cluster.publish("be", 3)
    cluster.connect("nl", "be")
    cluster.run(10_000)
    #expect(held(cluster) == 9)
    let newest = try #require(cluster["nl"].logs.newestDurableCheckpoint(of: log))
    #expect(newest.size == 9 && early.size == 6)
    let puppet = Puppet(cluster, as: "fr", logs: ["nl", "be"])
    for checkpoint in [early, newest] {
      puppet.send(SignedSize(checkpoint, at: 1))
      puppet.send(
        puppet.chunk(
          batch, checkpointSize: checkpoint.size,
          proof: try cluster["be"].logs.consistencyProof(log, from: 6, to: checkpoint.size)))
    }
    #expect(cluster["nl"].counters[.chunksFailed] == nil && puppet.isOpen)
    #expect(cluster["nl"].counters[.pushesDuplicate] == 2)
    // One that was never sent is its sender's failure, as before.
    puppet.send(puppet.chunk(batch, checkpointSize: 8))
    #expect(cluster["nl"].counters[.chunksFailed] == 1)
  }

  @Test(
    "SYNC-21, 22: asked in full, a leaf with neither a valid signature nor a path is its sender's failure"
  )
  func fullFails() throws {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    var single = puppet.chunk(try entries(cluster, 0..<1), full: true)
    single[Chunk.fixedBytes + EntryLayout.signature] ^= 1
    puppet.send(single)
    #expect(cluster["nl"].counters[.chunksFailed] == 1)
    var under = try anchored(cluster, puppet, try entries(cluster, 0..<6))
    under[under.count - 6 * 216] ^= 1
    puppet.send(under)
    #expect(cluster["nl"].counters[.chunksFailed] == 2)
    #expect(held(cluster) == 0)
  }

  /// be signed the header of entry 2 twice: nl holds one, the puppet another, under be's
  /// checkpoint.
  @Test("Item 7: whole leaves under a checkpoint that do not fit what is here charge nobody")
  func twinChargesNobody() throws {
    let cluster = cluster(["nl", "be", "fr"])
    let puppet = Puppet(cluster, as: "fr")
    let be = cluster["be"]
    let genuine = try entries(cluster, 0..<6)
    puppet.send(puppet.chunk(genuine))
    cluster.run(100)
    #expect(held(cluster) == 6)
    // The entries in be's tree have other signatures from 2 on, and go on to 8.
    var state = LogState(empty: be.identity)
    var leaves = genuine.leaves
    for position in 2..<6 { leaves[position * 216 + 190] ^= 1 }
    let more = be.sign(2, after: be.ownState, bodyBytes: 10, time: 5)
    let all = try EntryBatch(
      first: 0, leaves: leaves + more.batch.leaves, bodies: genuine.bodies + more.batch.bodies)
    var tree = CompactTree.empty
    var below: [Digest] = []
    for position in 0..<8 {
      if position == 6 { below = tree.nodes }
      tree.append(EntryHeader.leafHash(of: all.leaves.span, at: position * 216))
    }
    let checkpoint = Checkpoint.make(
      identity: be.identity, size: 8, root: tree.root(), sign: { be.secrets.log.sign($0) })
    state = try state.accept(all, under: checkpoint, consistency: []).after
    #expect(state.size == 8)
    puppet.send(SignedSize(checkpoint, at: 1))
    for _ in 0..<5 {
      puppet.send(
        puppet.chunk(
          all.slice(6..<8), checkpointSize: 8, proof: [], before: below, full: true))
      cluster.run(40_000)
    }
    #expect(puppet.isOpen)
    #expect(cluster["nl"].counters[.chunksFailed] == nil)
    #expect(cluster["nl"].counters[.chunksDiffer] ?? 0 > 0)
    #expect(!cluster["nl"].core.isDisputed(be.identity.id))
  }

  @Test(
    "SYNC-26: above 32,768 entries without a checkpoint nothing is taken, and nobody is charged")
  func waitsForCheckpoint() throws {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    let be = cluster["be"]
    let log = be.identity.id
    // The state is as if so many had come, one by one.
    let size = Limits.entriesWithoutCheckpoint - 8
    let nodes = (0..<size.nonzeroBitCount).map { SHA256.hash([UInt8($0)]) }
    let state = LogState(
      identity: be.identity, tree: CompactTree(size: size, nodes: nodes),
      head: LogHead(size: size, leafHash: .zero), lastHeaderHash: SHA256.hash([1]), lastLeaf: [],
      frozenAt: nil)
    let last = be.sign(8, after: state, bodyBytes: 0, time: 1)
    let tooMany = be.sign(1, after: last.after, bodyBytes: 0, time: 1)
    var core = cluster["nl"].core
    core.logs[held: log].accepted = state
    var effects: [Effect] = []
    for batch in [last.batch, tooMany.batch] {
      core.step(.message(puppet.id, puppet.chunk(batch)), now: cluster.now, into: &effects)
    }
    #expect(core.logs[log]!.accepted.size == Limits.entriesWithoutCheckpoint)
    let counted = effects.compactMap { effect -> Counter? in
      if case .event(.count(let counter)) = effect { counter } else { nil }
    }
    #expect(counted == [.checkpointsMissing])
    #expect(core.sessions[puppet.id]?.failures == 0)
  }

  // MARK: Item 8

  @Test(
    "SYNC-25: a record without its body is taken, whatever is said of it; behind it the log goes on",
    arguments: [BodyState.purged, .purgedHere, .expired, .absent])
  func withheldBody(_ state: BodyState) throws {
    let cluster = cluster(["nl", "be", "fr"])
    let puppet = Puppet(cluster)
    puppet.send(Heads([try head(cluster, 6)]))
    let pull = try #require(openPiece(cluster))
    let whole = try entries(cluster, 0..<6)
    var states = [BodyState](repeating: .present, count: 6)
    states[3] = state
    let bodies = zip(whole.bodyRanges(), states).flatMap { range, state in
      state == .present ? Array(whole.bodies[range]) : []
    }
    let batch = try EntryBatch(first: 0, leaves: whole.leaves, bodies: bodies, bodyStates: states)
    puppet.send(puppet.chunk(batch, request: pull.request, full: true))
    cluster.run(100)
    let log = cluster["be"].identity.id
    #expect(held(cluster) == 6 && puppet.isOpen)
    #expect(cluster["nl"].counters[.chunksFailed] == nil)
    #expect(cluster["nl"].logs.damaged(log) == [3..<4])
    // A third has all of it from nl, but for that body; and it is cosigned by neither.
    cluster.feed("nl", .closed(puppet.id))
    cluster.connect("fr", "nl")
    cluster.run(20_000)
    #expect(cluster["fr"].logs.durableHead(of: log).size == 6)
    #expect(cluster["fr"].logs.damaged(log) == [3..<4])
    #expect(cluster["nl"].core.cosigners(of: log).isEmpty)
    // Its author has it.
    cluster.connect("nl", "be")
    cluster.run(90_000)
    #expect(cluster["nl"].logs.damaged(log).isEmpty)
    cluster.run(200_000)
    #expect(cluster["fr"].logs.damaged(log).isEmpty)
  }

  @Test("SYNC-25: a control entry without its body is its sender's failure")
  func withheldGenesis() throws {
    let cluster = cluster()
    let puppet = Puppet(cluster)
    puppet.send(Heads([try head(cluster, 6)]))
    let pull = try #require(openPiece(cluster))
    let genesis = try entries(cluster, 0..<1)
    let batch = try EntryBatch(
      first: 0, leaves: genesis.leaves, bodies: [], bodyStates: [.purged])
    puppet.send(puppet.chunk(batch, request: pull.request, full: true))
    #expect(cluster["nl"].counters[.chunksFailed] == 1 && held(cluster) == 0)
  }

  // MARK: Item 6

  @Test("SYNC-54: a cosignature by a key that is not the name's here is nobody's failure")
  func cosignatureOfAnotherKey() throws {
    let cluster = cluster(["nl", "be", "fr"])
    let puppet = Puppet(cluster, as: "fr")
    let checkpoint = try #require(
      cluster["nl"].logs.newestDurableCheckpoint(of: cluster["nl"].identity.id))
    let foreign = cluster["fr"].secrets
    for number in 0..<10 {
      let made = Cosignature.make(
        checkpoint: checkpoint, name: cluster["be"].name, key: foreign.cosigning.publicKey,
        time: UInt64(number), sign: { foreign.cosigning.sign($0) })
      puppet.send(

        CosignatureSet(
          direction: .fromAuthor, checkpoint: SignedSize(checkpoint, at: 0),
          cosignatures: [NamedCosignature(made, by: foreign.cosigning.publicKey)]))
    }
    #expect(puppet.isOpen)
    #expect(cluster["nl"].counters[.cosignaturesUnknown] == 10)
    #expect(cluster["nl"].counters[.cosignaturesBad] == nil)
    // The victim's own cosignature counts.
    cluster.connect("nl", "be")
    cluster.run(20_000)
    #expect(
      cluster["nl"].core.cosigners(of: cluster["nl"].identity.id).map(\.name)
        == [cluster["be"].name])
  }

  // MARK: Rates of what is not charged

  private func head(_ cluster: Cluster, _ size: UInt64) throws -> AnnouncedHead {
    AnnouncedHead(
      position: 1, size: size,
      leafHash: try cluster["be"].logs.leafHash(cluster["be"].identity.id, at: size - 1))
  }

  private func openPiece(_ cluster: Cluster) -> OpenPull? {
    cluster["nl"].core.logs[cluster["be"].identity.id]!.fetch.pieces.lazy.map(\.pull).first {
      !$0.isOver
    }
  }
}
