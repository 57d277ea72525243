import Crypto
import Log
import Secrets
import Testing

@testable import Replication

/// Messages of which nothing comes cost their sender, and nobody else (SYNC-91).
@Suite("Protocols/sync.md, SYNC-91: time that brings nothing")
struct IdleTimeTests {
  private let cluster = Cluster(["nl", "be", "fr"])
  private let be: Puppet
  private var core: Replicator { cluster["nl"].core }

  init() {
    for name in ["nl", "be", "fr"] { cluster.publish(name, 3) }
    cluster.run(100)
    be = Puppet(cluster, as: "be", logs: ["nl", "be", "fr"])
  }

  private func send(_ message: any MessageBody, takes microseconds: UInt64, times: Int) {
    for _ in 0..<times {
      be.send(message)
      cluster.feed("nl", .took(be.id, microseconds: microseconds))
    }
  }

  private var old: SignedSize {
    get throws {
      let log = cluster["fr"].identity.id
      return
        SignedSize(try #require(cluster["fr"].logs.newestDurableCheckpoint(of: log)), at: 2)
    }
  }

  @Test("Item 10: an old checkpoint that is replayed is left unread before long, and its log alone")
  func replayedCheckpoint() throws {
    let fr = cluster["fr"].identity.id
    send(try old, takes: 100, times: 600)
    #expect(core.isUnread(fr, of: cluster["be"].name, cluster.now))
    #expect(!core.isUnread(cluster["be"].identity.id, of: cluster["be"].name, cluster.now))
    #expect(cluster["nl"].counters[.messagesUnread] ?? 0 > 50)
    #expect(be.isOpen && cluster["nl"].counters[.checkpointsBad] == nil)
    let report = core.unread(of: cluster["be"].name, now: cluster.now)
    #expect(report.map(\.part) == [.log(fr)] && report[0].isUnread && report[0].times == 1)
    // Another peer's messages about the same log are read: an honest author is not starved.
    cluster.connect("nl", "fr")
    cluster.run(5_000)
    #expect(cluster.agrees("nl", "fr"))
    // After a minute it is read again; within an hour the next time is twice as long.
    cluster.run(60_000)
    #expect(!core.isUnread(fr, of: cluster["be"].name, cluster.now))
    #expect(!be.isOpen, "what was lost on this session comes on the next")
    _ = Puppet(cluster, as: "be", logs: ["nl", "be", "fr"])
    send(try old, takes: 100, times: 600)
    cluster.run(61_000)
    #expect(core.isUnread(fr, of: cluster["be"].name, cluster.now))
  }

  @Test("Over all logs a peer has a budget of its own, and reconnecting gives no new one")
  func budgetOfAPeer() {
    send(Pong(), takes: 1_000, times: 250)
    #expect(core.isUnread(cluster["be"].identity.id, of: cluster["be"].name, cluster.now))
    cluster.feed("nl", .closed(be.id))
    #expect(core.isUnread(cluster["be"].identity.id, of: cluster["be"].name, cluster.now))
  }

  @Test("What brings something costs nothing, however long it takes")
  func progressIsFree() throws {
    let log = cluster["be"].identity.id
    for index in 0..<3 {
      let entry = try cluster["be"].logs.read(
        log, UInt64(index)..<UInt64(index + 1), maximumBytes: 1 << 20)
      be.send(be.chunk(entry))
      cluster.feed("nl", .took(be.id, microseconds: 900_000))
    }
    #expect(cluster["nl"].logs.state(of: log)!.size == 3)
    #expect(core.unread(of: cluster["be"].name, now: cluster.now).isEmpty)
  }

  @Test("A head of more than comes is a promise, and the next one before that is charged for it")
  func brokenPromises() {
    for size in 0..<600 {
      be.send(
        Heads([AnnouncedHead(position: 1, size: UInt64(100 + size), leafHash: .zero)]))
      cluster.feed("nl", .took(be.id, microseconds: 100))
    }
    #expect(core.isUnread(cluster["be"].identity.id, of: cluster["be"].name, cluster.now))
    // Heads are taken down all the same: the digests of both sides agree.
    #expect(core.sessions[be.id]!.shared[cluster["be"].identity.id]!.theirs?.size == 699)
  }

  @Test("Heads that go down and up again tell nothing, and are charged")
  func headsUpAndDown() throws {
    let log = cluster["fr"].identity.id
    cluster.connect("nl", "fr")
    cluster.run(5_000)
    for turn in 0..<600 {
      let size = UInt64(2 + turn % 2)
      let leafHash = try cluster["fr"].logs.leafHash(log, at: size - 1)
      be.send(Heads([AnnouncedHead(position: 2, size: size, leafHash: leafHash)]))
      cluster.feed("nl", .took(be.id, microseconds: 100))
    }
    #expect(core.isUnread(log, of: cluster["be"].name, cluster.now))
    #expect(be.isOpen)
  }

  @Test("SYNC-51: what a known checkpoint covers is not verified again")
  func covered() throws {
    let log = cluster["fr"].identity.id
    cluster.connect("nl", "fr")
    cluster.run(5_000)
    let checkpoint = try #require(cluster["nl"].logs.newestDurableCheckpoint(of: log))
    // Another signature, which is none, over the same tree: it would be charged if it were looked
    // at.
    be.send(

      SignedSize(
        position: 2, size: LogSize(checkpoint.size)!, root: checkpoint.root,
        signature: Signature([UInt8](repeating: 1, count: 64))!))
    #expect(cluster["nl"].counters[.checkpointsBad] == nil && be.isOpen)
  }

  @Test("Records without a message count, too, and are read slowly when they are too many")
  func idleRecords() {
    for _ in 0..<250 { cluster.feed("nl", .idled(be.id, microseconds: 1_000)) }
    #expect(cluster.holds.contains { $0.0 == be.id && $0.1 > cluster.now })
  }

  /// A session of `be` on which many logs of one author are shared.
  private func manyEpochs() -> (puppet: Puppet, cluster: Cluster, logs: [LogID]) {
    let cluster = Cluster(["nl", "be", "fr", "de"])
    for name in ["nl", "be", "fr", "de"] { cluster.publish(name, 3) }
    cluster.run(100)
    for _ in 0..<5 { cluster.openEpoch("fr", start: .ready) }
    cluster.meet("nl", ["be", "fr", "de"])
    let puppet = Puppet(cluster, as: "be", logs: ["nl", "be", "de"])
    let logs = cluster["nl"].knownLogs[cluster["fr"].name]!.map(\.id)
    for (place, log) in logs.enumerated() { puppet.list(log, at: 3 + place) }
    return (puppet, cluster, logs)
  }

  @Test("An author of many logs is left out at who carries them, and nothing else of that carrier")
  func manyLogsOfOneAuthor() {
    let (be, cluster, logs) = manyEpochs()
    #expect(logs.count == 6)
    // Each log by itself stays below its budget; all together do not.
    for turn in 0..<450 {
      for place in logs.indices {
        be.send(
          turn % 2 == 0
            ? Prune(position: 3 + place) as any MessageBody
            : Graft(position: 3 + place, size: LogSize(0)!))
        cluster.feed("nl", .took(be.id, microseconds: 100))
      }
    }
    let core = cluster["nl"].core
    let name = cluster["be"].name
    for log in logs { #expect(core.isUnread(log, of: name, cluster.now)) }
    for other in ["nl", "be", "de"] {
      #expect(!core.isUnread(cluster[other].identity.id, of: name, cluster.now))
    }
    #expect(
      core.unread(of: name, now: cluster.now).map(\.part) == [.author(cluster["fr"].name)])
    #expect(be.isOpen && cluster["nl"].counters[.authorsUnread] == 1)
  }

  @Test("What is spread over all authors is left out one after the other, for no more time")
  func spreadOverAuthors() {
    let (be, cluster, logs) = manyEpochs()
    var read = 0
    for turn in 0..<3_000 {
      for place in 0..<(3 + logs.count) {
        let before = cluster["nl"].counters[.messagesUnread] ?? 0
        be.send(
          turn % 2 == 0
            ? Prune(position: place) as any MessageBody : Graft(position: place, size: LogSize(0)!))
        if cluster["nl"].counters[.messagesUnread] ?? 0 == before { read += 1 }
        cluster.feed("nl", .took(be.id, microseconds: 100))
      }
    }
    let burst = Limits.idleMicrosecondsOfPeer * Limits.idleBurstMilliseconds / 1_000 / 100
    #expect(read <= 3 * burst, "\(read) of 27,000 messages at 100 µs were read")
  }

  @Test("SYNC-91: nobody is judged by what was left unread, and it is not lost")
  func lostCheckpoint() throws {
    let log = cluster["be"].identity.id
    let checkpoint = try #require(cluster["be"].logs.newestDurableCheckpoint(of: log))
    let entries = try cluster["be"].logs.read(log, 0..<3, maximumBytes: 1 << 20)
    for turn in 0..<600 {
      be.send(
        turn % 2 == 0
          ? Prune(position: 1) as any MessageBody : Graft(position: 1, size: LogSize(0)!))
      cluster.feed("nl", .took(be.id, microseconds: 100))
    }
    be.send(SignedSize(checkpoint, at: 1))
    cluster.run(Limits.unreadMilliseconds + 1_000)
    // An honest carrier goes on under what it sent.
    be.send(be.chunk(entries, checkpointSize: 3, full: true))
    #expect(cluster["nl"].counters[.chunksFailed] == nil)
    #expect(!be.isOpen)
    let again = Puppet(cluster, as: "be", logs: ["nl", "be", "fr"])
    again.send(SignedSize(checkpoint, at: 1))
    again.send(again.chunk(entries, checkpointSize: 3, full: true))
    #expect(cluster["nl"].logs.state(of: log)!.size == 3)
  }

  @Test("SYNC-91: so it is when the times of two logs end one after the other, on one session")
  func lostOfTwoLogs() throws {
    let log = cluster["be"].identity.id
    let checkpoint = try #require(cluster["be"].logs.newestDurableCheckpoint(of: log))
    let entries = try cluster["be"].logs.read(log, 0..<3, maximumBytes: 1 << 20)
    func junk(_ position: Int) {
      for turn in 0..<600 {
        be.send(
          turn % 2 == 0
            ? Prune(position: position) as any MessageBody
            : Graft(position: position, size: LogSize(0)!)
        )
        cluster.feed("nl", .took(be.id, microseconds: 100))
      }
    }
    junk(2)
    be.send(SignedSize(checkpoint, at: 1))
    cluster.run(30_000)
    junk(1)
    // The time of the first is over.
    cluster.run(31_000)
    #expect(!be.isOpen)
    let again = Puppet(cluster, as: "be", logs: ["nl", "be", "fr"])
    again.send(SignedSize(checkpoint, at: 1))
    // The time of the second is over, too; this session goes on for a minute, and judges nothing of
    // that log.
    cluster.run(31_000)
    #expect(!core.isUnread(log, of: cluster["be"].name, cluster.now))
    for _ in 0..<4 { again.send(again.chunk(entries, checkpointSize: 3, full: true)) }
    #expect(again.isOpen && cluster["nl"].counters[.chunksFailed] == nil)
    #expect(core.leftUnread(cluster["nl"].identity.id, on: again.id, cluster.now) == nil)
    cluster.run(30_000)
    #expect(!again.isOpen)
    let last = Puppet(cluster, as: "be", logs: ["nl", "be", "fr"])
    last.send(SignedSize(checkpoint, at: 1))
    last.send(last.chunk(entries, checkpointSize: 3, full: true))
    #expect(cluster["nl"].logs.state(of: log)!.size == 3)
  }

  @Test("SYNC-91: what is read of an author that is left out makes nobody else be left out")
  func headsOfUnread() {
    let (be, cluster, logs) = manyEpochs()
    func send(_ message: any MessageBody) {
      be.send(message)
      cluster.feed("nl", .took(be.id, microseconds: 100))
    }
    for turn in 0..<450 {
      for place in 3..<(3 + logs.count) {
        send(
          turn % 2 == 0
            ? Prune(position: place) as any MessageBody : Graft(position: place, size: LogSize(0)!))
      }
    }
    send(Prune(position: 2))
    for turn in 0..<5_000 {
      send(Heads([AnnouncedHead(position: 3, size: UInt64(100 + turn), leafHash: .zero)]))
    }
    let name = cluster["be"].name
    #expect(cluster["nl"].core.isUnread(logs[0], of: name, cluster.now))
    for other in ["nl", "be", "de"] {
      #expect(!cluster["nl"].core.isUnread(cluster[other].identity.id, of: name, cluster.now))
    }
    #expect(cluster.holds.contains { $0.session == be.id && $0.until > cluster.now })
  }

  @Test("SYNC-90: answers that waited for their rate cost as much as those that did not")
  func answersThatWaited() {
    cluster.answerMicroseconds = 500
    var request: UInt32 = 0
    for _ in 0..<1_000 {
      for _ in 0..<40 {
        request += 1
        let before = cluster.chunksSent[be.id] ?? 0
        be.send(
          PullRequest(request: request, position: 0, from: 1, to: 2, credit: 1 << 20))
        let answers = UInt64((cluster.chunksSent[be.id] ?? 0) - before)
        cluster.feed("nl", .took(be.id, microseconds: 1 + 500 * answers))
      }
      cluster.run(10)
    }
    // Ten seconds, and what the bucket holds.
    let most = Int(Limits.answeringMicrosecondsPerSecond) * 12 / 500
    let answered = cluster.chunksSent[be.id] ?? 0
    #expect((most / 2...most + 2 * Limits.openRequestsOfPeer).contains(answered), "\(answered)")
    #expect(be.isOpen)
  }

  @Test("Nothing is asked of a peer of whom all is left unread")
  func nothingAsked() throws {
    send(Pong(), takes: 1_000, times: 250)
    be.send(
      Heads([AnnouncedHead(position: 1, size: 3, leafHash: SHA256.hash([1]))]))
    cluster.run(100)
    #expect(cluster.messagesSent[MessageType.pull.rawValue] == nil)
  }

  @Test(
    "SYNC-90: time of answers has a rate; what is beyond waits, and large answers pay by their bytes"
  )
  func answeringTime() {
    func pull(_ request: UInt32) {
      be.send(
        PullRequest(request: request, position: 0, from: 1, to: 2, credit: 1 << 20))
    }
    let most =
      Int(Limits.answeringMicrosecondsPerSecond * Limits.rateBurstMilliseconds / 1_000) / 500
    for request in 1...1_000 {
      pull(UInt32(request))
      cluster.feed("nl", .took(be.id, microseconds: 500))
    }
    #expect(cluster["nl"].counters[.heldAnswering] == 1)
    let waiting = Limits.openRequestsOfPeer
    let refused = [Counter.pullsBusy, .messagesUnread].reduce(0) {
      $0 + (cluster["nl"].counters[$1] ?? 0)
    }
    let answered = 1_000 - refused - waiting
    #expect((most...most + 2).contains(answered), "\(answered)")
    #expect(be.isOpen)
    // Waiting requests are answered when the debt is paid.
    cluster.run(5_000)
    #expect(cluster["nl"].core.sessions[be.id]?.serving.pulls.isEmpty ?? true)
  }
}
