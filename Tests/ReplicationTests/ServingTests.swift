import Crypto
import Log
import Secrets
import Testing

@testable import Replication

/// Serving a log whose author breaks the rules is nobody's failure: who carries it cannot know
/// better.
@Suite("Protocols/sync.md, SYNC-27: what is served without a checkpoint")
struct ServingTests {
  private let cluster = Cluster(["nl", "be", "fr"])
  private var log: LogID { cluster["be"].identity.id }

  /// Six entries of be under a checkpoint, of which the fourth has a signature that is none.
  private func signedBadly() throws -> MemoryLogs {
    let be = cluster["be"]
    let good = be.sign(6, after: be.ownState, bodyBytes: 40, time: 1_000)
    var leaves = good.batch.leaves
    leaves[3 * EntryLayout.leafBytes + EntryLayout.signature + 5] ^= 1
    let batch = try EntryBatch(first: 0, leaves: leaves, bodies: good.batch.bodies)
    var tree = CompactTree.empty
    for position in 0..<6 {
      tree.append(EntryHeader.leafHash(of: Array(batch.leaf(at: position)).span))
    }
    let checkpoint = Checkpoint.make(
      identity: be.identity, size: 6, root: tree.root(),
      sign: { be.epochSecrets.log.sign($0) })
    let logs = MemoryLogs()
    logs.add(be.identity)
    logs.append(
      try LogState(empty: be.identity).accept(
        HashedBatch(batch), under: checkpoint, consistency: []))
    _ = logs.makeDurable(log)
    logs.keep(checkpoint)
    return logs
  }

  /// Answers what nl asks of be, as far as that goes.
  private func give(_ logs: MemoryLogs, below end: UInt64, _ puppet: Puppet) throws {
    let checkpoint = try #require(logs.newestDurableCheckpoint(of: log))
    puppet.send(SignedSize(checkpoint, at: 1))
    puppet.send(
      Heads([
        AnnouncedHead(position: 1, size: 6, leafHash: try logs.leafHash(log, at: 5))
      ]))
    let pull = try #require(
      cluster["nl"].core.logs[log]!.fetch.pieces.lazy.map(\.pull).first { !$0.isOver })
    let batch = try logs.read(log, pull.range.lowerBound..<end, maximumBytes: 1 << 20)
    puppet.send(
      puppet.chunk(
        batch, request: pull.request, checkpointSize: 6,
        proof: try logs.consistencyProof(log, from: end, to: 6),
        before: try logs.tree(log, size: pull.range.lowerBound).nodes, full: true))
    cluster.run(100)
    cluster.feed("nl", .closed(puppet.id))
  }

  @Test("A bad signature that came in bulk is not passed on without its checkpoint")
  func bulkThatNeverEnds() throws {
    let logs = try signedBadly()
    try give(logs, below: 5, Puppet(cluster))
    #expect(cluster["nl"].logs.state(of: log)!.size == 5)
    let link = cluster.connect("nl", "fr")
    cluster.run(300_000)
    #expect(cluster.isOpen(link))
    #expect(cluster["fr"].counters[.chunksFailed] == nil)
    #expect(cluster["fr"].logs.state(of: log)!.size == 3, "what is signed is served")
    // The rest comes, and with it the checkpoint that vouches for all.
    try give(logs, below: 6, Puppet(cluster))
    cluster.run(300_000)
    #expect(cluster["fr"].logs.state(of: log)!.size == 6)
    #expect(cluster.isOpen(link))
  }

  @Test("SYNC-50: a carrier that keeps checkpoints back keeps nobody without them")
  func checkpointKeptBack() {
    for name in ["nl", "be", "fr"] { cluster.publish(name, 2) }
    cluster.run(100)
    // The entries of be reach fr by a line that loses checkpoints; and cosignatures bring none.
    cluster.tamper = { from, to, bytes in
      let isLost =
        bytes[0] == MessageType.cosignatures.rawValue
        || from == "be" && bytes[0] == MessageType.checkpoint.rawValue
      return to == "fr" && isLost ? nil : bytes
    }
    cluster.connect("be", "fr")
    cluster.connect("be", "nl")
    cluster.run(5_000)
    cluster.connect("fr", "nl")
    cluster.run(20_000)
    cluster.publish("be", 3)
    cluster.run(Limits.checkpointRestsMilliseconds + 10_000)
    #expect(cluster["fr"].logs.newestDurableCheckpoint(of: log)?.size == 5)
  }

  @Test("What the store refused was verified, and says nothing of what comes in its place")
  func refused() throws {
    let logs = try signedBadly()
    let good = cluster["be"].sign(6, after: cluster["be"].ownState, bodyBytes: 40, time: 1_000)
    cluster.full = ["nl"]
    let puppet = Puppet(cluster)
    puppet.send(puppet.chunk(good.batch))
    cluster.run(100)
    cluster.full = []
    cluster.feed("nl", .closed(puppet.id))
    try give(logs, below: 5, Puppet(cluster))
    #expect(cluster["nl"].logs.state(of: log)!.size == 5)
    let link = cluster.connect("nl", "fr")
    cluster.run(300_000)
    #expect(cluster.isOpen(link))
    #expect(cluster["fr"].counters[.chunksFailed] == nil)
  }

  @Test("What is good of it goes on without its checkpoint, verified once")
  func goodBulk() throws {
    cluster.publish("be", 40)
    cluster.run(100)
    let logs = cluster.backup("be")
    let checkpoint = try #require(logs.newestDurableCheckpoint(of: log))
    let puppet = Puppet(cluster)
    puppet.send(SignedSize(checkpoint, at: 1))
    puppet.send(
      Heads([AnnouncedHead(position: 1, size: 40, leafHash: try logs.leafHash(log, at: 39))]))
    let pull = try #require(
      cluster["nl"].core.logs[log]!.fetch.pieces.lazy.map(\.pull).first { !$0.isOver })
    puppet.send(
      puppet.chunk(
        try logs.read(log, 0..<30, maximumBytes: 1 << 20), request: pull.request,
        checkpointSize: 40, proof: try logs.consistencyProof(log, from: 30, to: 40)))
    cluster.run(100)
    cluster.feed("nl", .closed(puppet.id))
    cluster.connect("nl", "fr")
    cluster.run(5_000)
    #expect(cluster["fr"].logs.state(of: log)!.size == 30)
    #expect(cluster["nl"].core.logs[log]!.signed.range == 0..<30)
  }
}
