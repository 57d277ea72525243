import Crypto
import Log
import Testing

@testable import Replication

@Suite("Protocols/sync.md, SYNC-25, 36, 37: what is damaged, absent, or too much")
struct RepairTests {
  private let cluster: Cluster
  private let log: LogID

  init() {
    cluster = Cluster(["nl", "be", "fr", "de"])
    for name in ["nl", "be", "fr", "de"] { cluster.publish(name, 5) }
    cluster.publish("be", 995)
    cluster.connect("be", "fr")
    cluster.connect("be", "de")
    cluster.connect("be", "nl")
    cluster.run(30_000)
    cluster.disconnectAll()
    log = cluster["be"].identity.id
  }

  private func rot(_ name: String, _ bodies: Range<UInt64>, leaves: Range<UInt64> = 0..<0) {
    for index in bodies { cluster[name].logs.setState(log, index, .absent) }
    for index in leaves { cluster[name].logs.rotLeaf(log, index) }
    cluster.reportDamage(name, log)
  }

  /// Rotted, and not noticed there yet.
  private func lose(_ name: String, _ bodies: Range<UInt64>) {
    for index in bodies { cluster[name].logs.setState(log, index, .absent) }
  }

  private func isWhole(_ name: String) -> Bool { cluster[name].logs.damaged(log).isEmpty }
  private var unrepairable: [Range<UInt64>] {
    cluster["nl"].events.compactMap {
      if case .unrepairable(_, let range, _) = $0 { range } else { nil }
    }
  }
  private var asked: [[String]] {
    cluster["nl"].events.compactMap {
      if case .unrepairable(_, _, let asked) = $0 { asked.map(\.text) } else { nil }
    }
  }

  @Test("SYNC-36: damaged leaves and bodies heal while the node serves")
  func heals() {
    cluster.connect("nl", "fr")
    cluster.run(1_000)
    rot("nl", 10..<700, leaves: 300..<301)
    rot("nl", 900..<901)
    cluster.run(10_000)
    #expect(isWhole("nl"))
    #expect(cluster.agrees("nl", "be"))
    #expect(unrepairable.isEmpty)
  }

  @Test("SYNC-36: damage found before there is a session heals with the first")
  func healsLater() {
    rot("nl", 0..<1_000)
    cluster.run(10_000)
    cluster.connect("fr", "nl")
    cluster.run(10_000)
    #expect(isWhole("nl"))
  }

  @Test("SYNC-36: the first of three lies, the second heals")
  func liar() {
    cluster["fr"].logs.spoilBody = { _, _ in true }
    cluster.connect("nl", "fr")
    cluster.connect("nl", "de")
    cluster.run(1_000)
    rot("nl", 10..<20)
    cluster.run(10_000)
    #expect(isWhole("nl"))
    #expect(cluster.agrees("nl", "be"))
    // Either disk may rot: nobody is charged.
    #expect((cluster["nl"].counters[.chunksDiffer] ?? 0) >= 1)
    #expect(cluster["nl"].counters[.chunksFailed] == nil)
  }

  @Test("SYNC-36: the first never answers, the second heals")
  func silent() {
    cluster.connect("nl", "fr")
    cluster.connect("nl", "de")
    cluster.run(1_000)
    cluster.tamper = { from, to, bytes in
      from == "fr" && [MessageType.chunk, .end].map(\.rawValue).contains(bytes[0]) ? nil : bytes
    }
    rot("nl", 10..<20)
    cluster.run(20_000)
    #expect(isWhole("nl"))
    #expect(cluster.messagesSent[MessageType.leave.rawValue] == 1, "it is told to stop")
  }

  @Test("SYNC-36: a source that gives an entry now and then does not keep the place")
  func drips() throws {
    let puppet = Puppet(cluster, as: "fr", logs: ["nl", "be"])
    puppet.send(
      Heads([
        AnnouncedHead(
          position: 1, size: 1_000, leafHash: try cluster["be"].logs.leafHash(log, at: 999))
      ]))
    cluster.run(1_000)
    rot("nl", 10..<110)
    #expect(cluster["nl"].core.logs[log]!.repairs.pull?.session == puppet.id)
    cluster.connect("nl", "de")
    var given = 0
    for _ in 0..<20 {
      cluster.run(4_000)
      guard let pull = cluster["nl"].core.logs[log]!.repairs.pull, pull.session == puppet.id
      else { continue }
      let entry = try cluster["be"].logs.read(
        log, pull.next..<(pull.next + 1), maximumBytes: 1 << 20)
      puppet.send(puppet.chunk(entry, request: pull.request, full: true))
      given += 1
    }
    #expect(isWhole("nl"))
    #expect((1...8).contains(given))
  }

  @Test("SYNC-36: a source that works gives its place to others after a time, and gets it again")
  func takesTurns() throws {
    let cluster = Cluster(["nl", "be", "fr"])
    cluster.publish("be", 50, bodyBytes: 70_000)
    cluster.connect("nl", "be")
    cluster.run(5_000)
    cluster.disconnectAll()
    let log = cluster["be"].identity.id
    let puppet = Puppet(cluster, as: "fr", logs: ["nl", "be"])
    puppet.send(
      Heads([
        AnnouncedHead(
          position: 1, size: 50, leafHash: try cluster["be"].logs.leafHash(log, at: 49))
      ]))
    for index in 10..<50 as Range<UInt64> { cluster["nl"].logs.setState(log, index, .absent) }
    cluster.reportDamage("nl", log)
    var requests: Set<UInt32> = []
    for _ in 0..<60 {
      cluster.run(1_000)
      guard let pull = cluster["nl"].core.logs[log]!.repairs.pull else { continue }
      #expect(cluster.now <= pull.openedAt + Limits.repairPullMilliseconds)
      requests.insert(pull.request)
      let entry = try cluster["be"].logs.read(
        log, pull.next..<(pull.next + 1), maximumBytes: 1 << 20)
      puppet.send(puppet.chunk(entry, request: pull.request, full: true))
      guard pull.next + 1 == pull.range.upperBound else { continue }
      puppet.send(End(request: pull.request, reason: .done))
    }
    #expect(cluster["nl"].logs.damaged(log).isEmpty)
    #expect(requests.count == 2)
    #expect(cluster["nl"].counters[.pullsStalled] == nil)
  }

  @Test("SYNC-36: one author's logs leave places for others")
  func placesOfAnAuthor() throws {
    let cluster = Cluster(["nl", "be", "fr", "de"])
    for name in ["nl", "be", "fr", "de"] { cluster.publish(name, 3) }
    cluster.run(100)
    for _ in 0..<5 { cluster.openEpoch("fr", start: .ready) }
    cluster.meet("nl", ["be", "fr", "de"])
    cluster.connect("nl", "fr")
    cluster.connect("nl", "de")
    cluster.run(10_000)
    cluster.disconnectAll()
    let logs =
      cluster["nl"].knownLogs[cluster["fr"].name]!.map(\.id) + [cluster["de"].identity.id]
    let puppet = Puppet(cluster, as: "be", logs: ["nl", "be"])
    for (place, log) in logs.enumerated() {
      puppet.list(log, at: 2 + place)
      let size = cluster["nl"].logs.durableHead(of: log).size
      puppet.send(
        Heads([
          AnnouncedHead(
            position: 2 + place, size: size,
            leafHash: try cluster["nl"].logs.leafHash(log, at: size - 1))
        ]))
      cluster["nl"].logs.rotLeaf(log, 0)
      cluster.reportDamage("nl", log)
    }
    let asked = logs.map { cluster["nl"].core.logs[$0]!.repairs.pull != nil }
    #expect(asked == [true, true, false, false, false, false, true])
  }

  @Test("SYNC-36: who has what nobody has is looked for now and then, whatever heads come")
  func looks() throws {
    lose("fr", 12..<14)
    cluster.connect("nl", "fr")
    cluster.run(1_000)
    rot("nl", 12..<14)
    cluster.run(3_000)
    var repairs: RepairList { cluster["nl"].core.logs[log]!.repairs }
    #expect(repairs.pull == nil && repairs.lookAt > cluster.now)
    let puppet = Puppet(cluster, as: "de", logs: ["nl", "be"])
    func show(_ size: UInt64) throws {
      puppet.send(
        Heads([
          AnnouncedHead(
            position: 1, size: size,
            leafHash: try cluster["be"].logs.leafHash(log, at: size - 1))
        ]))
    }
    // A first head is looked at: its peer may have it.
    try show(500)
    let pull = try #require(repairs.pull)
    puppet.send(End(request: pull.request, reason: .done))
    #expect(repairs.pull == nil && repairs.lookAt > cluster.now)
    let lookAt = repairs.lookAt
    for size in 501...600 { try show(UInt64(size)) }
    #expect(repairs.lookAt == lookAt)
  }

  @Test(
    "SYNC-36: the only source has holes itself; what it has is taken, the rest asked for elsewhere")
  func holes() {
    lose("fr", 12..<13)
    lose("fr", 15..<17)
    cluster.connect("nl", "fr")
    cluster.run(1_000)
    rot("nl", 10..<20)
    cluster.run(30_000)
    #expect(cluster["nl"].logs.damaged(log) == [12..<13, 15..<17])
    cluster.connect("nl", "de")
    cluster.run(10_000)
    #expect(isWhole("nl"))
  }

  @Test("SYNC-36: when nobody has it, that is said once, and asked again each minute")
  func nobody() {
    for name in ["fr", "de"] { lose(name, 12..<14) }
    cluster.connect("nl", "fr")
    cluster.connect("nl", "de")
    cluster.run(1_000)
    rot("nl", 12..<14)
    cluster.run(10_000)
    #expect(unrepairable == [12..<14])
    #expect(asked == [["de", "fr"]])
    let before = cluster.messagesSent[MessageType.pull.rawValue] ?? 0
    cluster.run(3_600_000)
    #expect((cluster.messagesSent[MessageType.pull.rawValue] ?? 0) - before < 140)
    #expect(unrepairable == [12..<14])
    // A node that comes back with it is asked at once.
    cluster.connect("nl", "be")
    cluster.run(3_000)
    #expect(isWhole("nl"))
  }

  @Test("SYNC-36: a peer that lacked it and has it on a new session is asked at once")
  func newSession() {
    lose("fr", 12..<14)
    cluster.connect("nl", "de")
    let first = cluster.connect("nl", "fr")
    lose("de", 12..<14)
    cluster.run(1_000)
    rot("nl", 12..<14)
    cluster.run(200_000)
    #expect(!isWhole("nl"))
    cluster.disconnect(first)
    for index in 12..<14 as Range<UInt64> { cluster["fr"].logs.setState(log, index, .present) }
    cluster.connect("nl", "fr")
    cluster.run(6_000)
    #expect(isWhole("nl"))
  }

  @Test("SYNC-36: a lost own entry is not given up while a peer that may have it is away")
  func ownEntry() {
    let own = cluster["nl"].identity.id
    cluster.connect("nl", "fr")
    cluster.run(1_000)
    cluster["fr"].logs.setState(own, 3, .absent)
    cluster["nl"].logs.setState(own, 3, .absent)
    cluster.reportDamage("nl", own)
    cluster.run(60_000)
    #expect(unrepairable.isEmpty)
    cluster.run(1_200_000)
    #expect(unrepairable == [3..<4])
    #expect(asked == [["fr"]])
  }

  @Test("SYNC-36: a repair and catching up of one log do not end each other")
  func besidesAPull() {
    let late = cluster.connect("nl", "fr")
    cluster.run(1_000)
    cluster.disconnect(late)
    cluster.connect("be", "fr")
    cluster.publish("be", 3_000)
    cluster.run(30_000)
    rot("nl", 100..<900)
    cluster.connect("nl", "fr")
    cluster.run(30_000)
    #expect(isWhole("nl"))
    #expect(cluster.agrees("nl", "be"))
  }

  @Test("SYNC-36: chunks that answer a repair and are not what was asked are the source's failure")
  func wrongAnswers() throws {
    let puppet = Puppet(cluster, as: "fr", logs: ["nl", "be"])
    puppet.send(
      Heads([
        AnnouncedHead(
          position: 1, size: 1_000,
          leafHash: try cluster["be"].logs.leafHash(log, at: 999))
      ]))
    rot("nl", 10..<20)
    let pull = try #require(cluster["nl"].core.logs[log]!.repairs.pull)
    let other = try cluster["be"].logs.read(log, 11..<20, maximumBytes: 1 << 20)
    puppet.send(puppet.chunk(other, request: pull.request, full: true))
    #expect(cluster["nl"].counters[.chunksFailed] == 1)
    #expect(!isWhole("nl") && puppet.isOpen)
  }

  @Test("SYNC-36: a body that comes late passes a chain of carriers at once, not round by round")
  func chain() {
    for (a, b) in [("nl", "fr"), ("fr", "de")] { cluster.connect(a, b) }
    cluster.run(1_000)
    for name in ["nl", "fr", "de"] { rot(name, 12..<14) }
    cluster.run(300_000)
    #expect(!isWhole("nl") && !isWhole("fr") && !isWhole("de"))
    cluster.connect("de", "be")
    cluster.run(5_000)
    #expect(isWhole("de") && isWhole("fr") && isWhole("nl"))
  }

  @Test("SYNC-36: heads said again and again bring no more requests than one in five seconds")
  func repeatedHeads() throws {
    let puppet = Puppet(cluster, as: "fr", logs: ["nl", "be"])
    let head = Heads([
      AnnouncedHead(
        position: 1, size: 1_000, leafHash: try cluster["be"].logs.leafHash(log, at: 999))
    ])
    puppet.send(head)
    rot("nl", 10..<20)
    var asked: Set<UInt32> = []
    for _ in 0..<100 {
      puppet.send(head)
      if let pull = cluster["nl"].core.logs[log]!.repairs.pull {
        asked.insert(pull.request)
        puppet.send(End(request: pull.request, reason: .notHere))
      }
      cluster.run(100)
    }
    #expect((2...4).contains(asked.count), "\(asked.count)")
  }

  @Test("SYNC-52: nothing is cosigned while a body below is absent, and then it is")
  func cosignedWhenWhole() {
    cluster.connect("nl", "be")
    cluster.run(1_000)
    lose("be", 12..<13)
    rot("nl", 12..<13)
    cluster.publish("be", 10)
    cluster.run(30_000)
    func newest() -> UInt64 {
      cluster["be"].core.cosigners(of: log).first { $0.name.text == "nl" }?.size ?? 0
    }
    #expect(newest() == 1_000)
    cluster["be"].logs.setState(log, 12, .present)
    cluster["nl"].logs.setState(log, 12, .present)
    cluster.feed("nl", .damaged(log, []))
    cluster.run(30_000)
    #expect(newest() == 1_010)
  }

  // MARK: Bodies that are lawfully gone

  private func empty(_ name: String) {
    let logs = MemoryLogs()
    for identity in cluster[name].logs.identities { logs.add(identity) }
    cluster.restart(name, from: logs)
  }

  @Test("SYNC-25: a new node catches up a log with withdrawn and expired records")
  func purged() {
    for index in 100..<300 as Range<UInt64> { cluster["fr"].logs.setState(log, index, .purged) }
    cluster["fr"].logs.setState(log, 500, .expired)
    empty("nl")
    cluster.connect("nl", "fr")
    cluster.run(30_000)
    #expect(cluster["nl"].logs.durableHead(of: log).size == 1_000)
    #expect(cluster["nl"].logs.damaged(log) == [100..<300, 500..<501])
    // The first who has the entries finds out who withheld them.
    cluster.reportDamage("nl", log)
    cluster.connect("nl", "de")
    cluster.run(30_000)
    #expect(isWhole("nl"))
    #expect(cluster.agrees("nl", "be"))
  }

  @Test(
    "SYNC-25: what was purged here, or is missing, travels without its body, and comes from who has it",
    arguments: [BodyState.purgedHere, .absent])
  func withoutBody(_ state: BodyState) {
    cluster["fr"].logs.setState(log, 100, state)
    empty("nl")
    cluster.connect("nl", "fr")
    cluster.run(30_000)
    #expect(cluster["nl"].logs.durableHead(of: log).size == 1_000)
    #expect(cluster["nl"].logs.damaged(log) == [100..<101])
    #expect(cluster["nl"].counters[.chunksFailed] == nil)
    cluster.reportDamage("nl", log)
    cluster.connect("nl", "de")
    cluster.run(60_000)
    #expect(isWhole("nl"))
    #expect(cluster.agrees("nl", "be"))
  }

  @Test(
    "SYNC-25: a control entry without its body, and any body that a push lacks, are the sender's failure",
    arguments: [(BodyState.purged, UInt64(0), true), (.purged, 1, false), (.absent, 1, false)])
  func unlawful(_ state: BodyState, _ index: UInt64, _ asked: Bool) throws {
    empty("nl")
    let puppet = Puppet(cluster, as: "fr", logs: ["nl", "be"])
    let whole = try cluster["be"].logs.read(log, 0..<3, maximumBytes: 1 << 20)
    puppet.send(
      Heads([AnnouncedHead(position: 1, size: 900, leafHash: SHA256.hash([1]))]))
    let pull = try #require(cluster["nl"].core.logs[log]!.fetch.pieces.first?.pull)
    var states = [BodyState](repeating: .present, count: 3)
    states[Int(index)] = state
    let bare = try EntryBatch(
      first: 0, leaves: whole.leaves,
      bodies: (0..<3).filter { $0 != Int(index) }.flatMap { Array(whole.body(at: $0)!) },
      bodyStates: states)
    puppet.send(puppet.chunk(bare, request: asked ? pull.request : 0))
    #expect(cluster["nl"].counters[.chunksFailed] == 1)
    #expect(cluster["nl"].logs.state(of: log)!.size == 0)
  }

  // MARK: Limits

  @Test("SYNC-37: a log at its limit is served and not taken, and goes on by itself")
  func limited() {
    cluster.connect("nl", "be")
    cluster.run(1_000)
    cluster.feed("nl", .limited(log, true))
    for _ in 0..<20 {
      cluster.publish("be", 1)
      cluster.run(500)
    }
    #expect(cluster["nl"].logs.durableHead(of: log).size == 1_000)
    #expect(cluster["nl"].counters[.pushesLimited] == 1, "one prune is enough")
    #expect(cluster["nl"].counters[.pullsStalled] == nil)
    empty("fr")
    cluster.connect("fr", "nl")
    cluster.run(20_000)
    #expect(cluster["fr"].logs.durableHead(of: log).size == 1_000)
    cluster.feed("nl", .limited(log, false))
    cluster.run(5_000)
    #expect(cluster.agrees("nl", "be"))
    cluster.publish("be", 1)
    cluster.run(20)
    #expect(cluster.agrees("nl", "be"), "pushed again")
  }

  @Test("SYNC-37: a pull under way is left when the limit is reached")
  func limitedInAPull() {
    empty("nl")
    cluster.connect("nl", "be")
    cluster.run(16)
    cluster.feed("nl", .limited(log, true))
    cluster.run(60_000)
    let held = cluster["nl"].logs.durableHead(of: log).size
    #expect(held < 1_000)
    cluster.feed("nl", .limited(log, false))
    cluster.run(10_000)
    #expect(cluster.agrees("nl", "be"))
  }
}
