import Crypto
import Log
import Testing

@testable import Replication

@Suite("Protocols/sync.md: several cores on virtual time")
struct ReplicationTests {
  private func size(_ cluster: Cluster, _ holder: String, of author: String) -> UInt64 {
    cluster[holder].logs.durableHead(of: cluster[author].identity.id).size
  }

  @Test("SYNC-10, 30: what was there before a session is caught up")
  func catchUp() {
    let cluster = Cluster(["nl", "be"])
    cluster.publish("nl", 3_000)
    cluster.run(100)
    cluster.connect("nl", "be")
    cluster.run()
    #expect(cluster.agrees("be", "nl"))
    #expect(size(cluster, "be", of: "nl") == 3_000)
    #expect(cluster["be"].counters[.chunksFailed] == nil)
  }

  @Test("SYNC-40: what is published on a session arrives in one network delay and two disks")
  func livePush() {
    let cluster = Cluster(["nl", "be"])
    cluster.publish("nl", 1)
    cluster.connect("nl", "be")
    cluster.run()
    for _ in 0..<20 {
      cluster.publish("nl", 1, checkpoint: false)
      cluster.run(2 * cluster.diskDelay + cluster.networkDelay)
      #expect(cluster.agrees("be", "nl"))
    }
  }

  @Test("A batch under a checkpoint is pushed as one")
  func batchPush() {
    let cluster = Cluster(["nl", "be"])
    cluster.publish("nl", 1)
    cluster.connect("nl", "be")
    cluster.run()
    cluster.publish("nl", 200)
    cluster.run(2 * cluster.diskDelay + cluster.networkDelay)
    #expect(cluster.agrees("be", "nl"))
  }

  @Test("A carrier hands on what its neighbour can't get from the author")
  func carrier() {
    let cluster = Cluster(["nl", "be", "fr"])
    cluster.publish("nl", 500)
    cluster.connect("nl", "be")
    cluster.connect("be", "fr")
    cluster.run()
    #expect(cluster.agrees("fr", "nl"))
    cluster.publish("nl", 5, checkpoint: false)
    cluster.run()
    #expect(cluster.agrees("fr", "nl"))
  }

  @Test("SYNC-3: without its card a log is neither carried nor shown")
  func noCard() {
    let cluster = Cluster(["nl", "be", "fr"])
    cluster.meet("fr", ["be"])
    let without = MemoryLogs()
    for name in ["fr", "be"] { without.add(cluster[name].identity) }
    cluster.restart("fr", from: without)
    cluster.publish("nl", 50)
    cluster.connect("nl", "be")
    cluster.connect("be", "fr")
    cluster.run()
    #expect(cluster.agrees("be", "nl"))
    #expect(size(cluster, "fr", of: "nl") == 0)
  }

  @Test("Apart and together again: little but what is missing travels")
  func reconnect() {
    let cluster = Cluster(["nl", "be"])
    cluster.publish("nl", 2_000)
    cluster.publish("be", 1_000)
    cluster.connect("nl", "be")
    cluster.run()
    cluster.disconnectAll()
    cluster.publish("nl", 10)
    cluster.run(100)
    let before = cluster["nl"].bytesSent + cluster["be"].bytesSent
    cluster.connect("nl", "be")
    cluster.run(1_000)
    #expect(cluster.agrees("be", "nl") && cluster.agrees("nl", "be"))
    let sent = cluster["nl"].bytesSent + cluster["be"].bytesSent - before
    // Ten entries of 96 + 40 bytes, two notes, and the frontier.
    #expect(sent < 10 * 136 + 2_048, "\(sent) bytes")
  }

  @Test("A reconnect with nothing new costs at most 60 bytes a log and 2 KiB")
  func reconnectWithNothingNew() {
    let cluster = Cluster((0..<20).map { "n\($0)" })
    for node in 0..<20 { cluster.publish("n\(node)", 5) }
    cluster.run(100)
    for node in 1..<20 { cluster.connect("n0", "n\(node)") }
    cluster.run(30_000)
    cluster.disconnectAll()
    cluster.run(100)
    let before = cluster["n0"].bytesSent
    cluster.connect("n0", "n1")
    cluster.run(500)
    let sent = cluster["n0"].bytesSent - before
    #expect(sent <= 20 * 60 + 2_048, "\(sent) bytes")
  }

  @Test("SYNC-52, 53: every holder's cosignature reaches the author, and from it all others")
  func cosignatures() {
    let cluster = Cluster(["nl", "be", "fr"])
    cluster.publish("nl", 30)
    cluster.connect("nl", "be")
    cluster.connect("be", "fr")
    cluster.run(90_000)
    let nl = cluster["nl"].identity.id
    for holder in ["nl", "be", "fr"] {
      let names = cluster[holder].core.cosigners(of: nl).filter { $0.size == 30 }.map(\.name.text)
      #expect(names.contains("be") || holder == "be", "\(holder): \(names)")
    }
    #expect(cluster["nl"].core.cosigners(of: nl).map(\.name.text) == ["be", "fr"])
  }

  @Test("A crash loses nothing that was announced, and what was lost is fetched again")
  func restarts() {
    let cluster = Cluster(["nl", "be", "fr"])
    cluster.publish("nl", 1)
    cluster.connect("nl", "be")
    cluster.connect("be", "fr")
    cluster.connect("nl", "fr")
    for round in 0..<30 {
      cluster.publish("nl", 40, checkpoint: round % 2 == 0)
      cluster.run(UInt64(round % 12))
      let victim = ["be", "fr"][round % 2]
      cluster.restart(victim)
      cluster.connect("nl", victim)
      cluster.connect("be", "fr")
    }
    cluster.run(20_000)
    #expect(cluster.agrees("be", "nl") && cluster.agrees("fr", "nl"))
    for name in ["nl", "be", "fr"] { #expect(cluster[name].counters[.headsDisputed] == nil) }
  }

  @Test("A full mesh settles on one copy for each node")
  func meshPrunes() {
    let cluster = Cluster(["a", "b", "c", "d"])
    cluster.publish("a", 1)
    for (x, y) in [("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d")] {
      cluster.connect(x, y)
    }
    cluster.run()
    for _ in 0..<5 {
      cluster.publish("a", 1, checkpoint: false)
      cluster.run(200)
    }
    let duplicates = ["a", "b", "c", "d"].map { cluster[$0].counters[.pushesDuplicate] ?? 0 }
    for _ in 0..<50 {
      cluster.publish("a", 1, checkpoint: false)
      cluster.run(200)
    }
    let after = ["a", "b", "c", "d"].map { cluster[$0].counters[.pushesDuplicate] ?? 0 }
    #expect(after == duplicates)
    for name in ["b", "c", "d"] { #expect(cluster.agrees(name, "a")) }
  }

  @Test("Idle sessions send pings and nothing else")
  func idle() {
    let cluster = Cluster(["nl", "be"])
    cluster.publish("nl", 20)
    cluster.connect("nl", "be")
    cluster.run(120_000)
    cluster.messagesSent = [:]
    cluster.run(300_000)
    let kinds = Set(cluster.messagesSent.keys)
    #expect(kinds.isSubset(of: [13, 14, 15]), "\(cluster.messagesSent)")
    #expect((9...11).contains(cluster.messagesSent[13] ?? 0))
  }

  @Test("SYNC-4: two dials at once leave one session, the same for both")
  func simultaneousDials() {
    let cluster = Cluster(["nl", "be"])
    cluster.publish("nl", 10)
    cluster.connect("nl", "be")
    cluster.connect("be", "nl")
    cluster.run()
    #expect(cluster["nl"].core.progressOfPeers().count == 1)
    #expect(cluster["be"].core.progressOfPeers().count == 1)
    #expect(cluster.agrees("be", "nl"))
  }

  @Test("SYNC-12: two histories of one log are disputed, and other logs go on")
  func fork() {
    let cluster = Cluster(["nl", "be", "fr"])
    cluster.publish("nl", 20)
    cluster.connect("nl", "be")
    cluster.run()
    cluster.disconnectAll()
    // The author loses its disk and signs another history of the same length and more.
    cluster["nl"].logs.forget(cluster["nl"].identity)
    cluster.restart("nl")
    cluster.now += 1
    cluster.publish("nl", 25, bodyBytes: 41)
    cluster.publish("fr", 7)
    cluster.run(100)
    cluster.connect("nl", "fr")
    cluster.run()
    cluster.connect("be", "fr")
    cluster.run()
    let nl = cluster["nl"].identity.id
    #expect(cluster["be"].logs.durableHead(of: nl).size == 20)
    #expect(
      cluster["be"].core.progressOfPeers().contains { $0.disputedLogs == [nl] }
        || cluster["fr"].core.progressOfPeers().contains { $0.disputedLogs == [nl] })
    #expect(cluster.agrees("be", "fr"))
  }
}

@Suite("A node that is an old copy of itself")
struct OldCopyTests {
  @Test("SYNC-35: it takes its own entries back from a peer, and is told so")
  func ownEntriesComeBack() {
    let cluster = Cluster(["nl", "be"])
    cluster.publish("nl", 20)
    cluster.connect("nl", "be")
    cluster.run()
    cluster.disconnectAll()
    cluster["nl"].logs.forget(cluster["nl"].identity)
    cluster.restart("nl")
    cluster.connect("nl", "be")
    cluster.run()
    #expect(cluster.agrees("be", "nl"))
    #expect(cluster["nl"].events.contains(.ownEntriesFrom(cluster["be"].name, size: 20)))
  }

  @Test("SYNC-50: the newest checkpoint is told on a new session, also after a restart")
  func toldAgain() {
    let cluster = Cluster(["nl", "be", "fr"])
    cluster.publish("fr", 5)
    cluster.run(100)
    let log = cluster["fr"].identity.id
    cluster.connect("fr", "nl")
    cluster.connect("fr", "be")
    cluster.run(5_000)
    cluster.disconnectAll()
    cluster.run(Limits.checkpointToldMilliseconds + 10_000)
    for round in 0..<2 {
      cluster.connect("nl", "be")
      cluster.run(Limits.checkpointRestsMilliseconds + 5_000)
      for name in ["nl", "be"] {
        let core = cluster[name].core
        let shared = core.sessionOrder.compactMap { core.sessions[$0]?.shared[log] }
        #expect(shared.map(\.theirCheckpointSize) == [5], "round \(round), \(name)")
      }
      cluster.disconnectAll()
      cluster.restart("nl")
      cluster.restart("be")
    }
  }
}
