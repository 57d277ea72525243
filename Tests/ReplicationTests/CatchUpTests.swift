import Log
import Testing

@testable import Replication

@Suite("Protocols/sync.md, 5: catch-up")
struct CatchUpTests {
  @Test("A catch-up tells what is held, what is known, and how fast it goes")
  func progress() throws {
    let cluster = Cluster(["nl", "be"])
    cluster.publish("be", 4_000, bodyBytes: 10)
    cluster.run(100)
    // 424 kB: two seconds.
    cluster.bandwidth = ["be": 200]
    cluster.connect("nl", "be")
    let log = cluster["be"].identity.id
    func catchUp() -> CatchUp? { cluster["nl"].core.catchUp(of: log, now: cluster.now) }
    #expect(catchUp() == nil)
    cluster.run(1_500)
    let now = try #require(catchUp())
    #expect(now.total == 4_000 && now.sources == 1)
    #expect(now.held == cluster["nl"].logs.durableHead(of: log).size)
    #expect((now.held / 2...now.held).contains(now.entriesPerSecond))
    cluster.run(5_000)
    #expect(catchUp() == nil)
  }
}

/// `nl` lacks a log of be's that several others carry.
@Suite("Protocols/sync.md, 5: catch-up from several sources at once")
struct SourcesTests {
  private static let entries = 4_000
  private static let bodyBytes = 200
  private static let carriers = ["c1", "c2", "c3", "c4"]
  /// Bytes that all lines together take in a millisecond; and the log's bytes on the wire.
  private static let bandwidth = 100

  private let cluster: Cluster
  private let log: LogID
  private let received: Received

  /// Bytes of chunks by sender.
  private final class Received {
    var bytes: [String: Int] = [:]
    var all: Int { bytes.values.reduce(0, +) }
  }

  private static let log = SharedLog()

  /// The log is signed once for all tests.
  private final class SharedLog: @unchecked Sendable {
    let folder: MemoryLogs
    init() {
      let cluster = Cluster(["nl", "be"])
      cluster.publish("be", SourcesTests.entries, bodyBytes: SourcesTests.bodyBytes)
      cluster.run(100)
      folder = cluster.backup("be")
    }
  }

  init() {
    cluster = Cluster(["nl", "be"] + SourcesTests.carriers)
    log = cluster["be"].identity.id
    for carrier in SourcesTests.carriers {
      let logs = SourcesTests.log.folder.copy()
      logs.add(cluster[carrier].identity)
      for identity in cluster[carrier].logs.identities { logs.add(identity) }
      cluster.restart(carrier, from: logs)
      cluster.bandwidth[carrier] = SourcesTests.bandwidth
    }
    cluster.networkDelay = 20
    let received = Received()
    cluster.tamper = { from, to, bytes in
      if to == "nl", bytes[0] == MessageType.chunk.rawValue {
        received.bytes[from, default: 0] += bytes.count
      }
      return bytes
    }
    self.received = received
  }

  private var size: UInt64 { cluster["nl"].logs.durableHead(of: log).size }
  private let wireBytes = Double(entries * (96 + bodyBytes))

  /// - Returns: milliseconds until `nl` has everything, or `limit`.
  private func drive(limit: UInt64 = 60_000, until size: UInt64 = UInt64(entries)) -> UInt64 {
    let start = cluster.now
    while self.size < size, cluster.now < start + limit { cluster.run(20) }
    return cluster.now - start
  }

  private func connect(_ carriers: [String] = carriers) {
    for carrier in carriers { cluster.connect("nl", carrier) }
  }

  /// How long all of it takes over so many lines.
  private func ideal(_ lines: Int) -> Double {
    wireBytes / Double(lines * SourcesTests.bandwidth)
  }

  @Test("One source gives the whole of its line; four give four times as much, and nothing twice")
  func speed() {
    connect(["c1"])
    let one = Double(drive())
    #expect(one < 1.3 * ideal(1), "\(one) ms of \(ideal(1))")
    #expect(Double(received.all) < 1.05 * wireBytes)
    cluster.restart("nl", from: empty())
    received.bytes = [:]
    connect()
    let four = Double(drive())
    #expect(four < 1.8 * ideal(4), "\(four) ms of \(ideal(4))")
    #expect(Double(received.all) < 1.05 * wireBytes, "\(received.bytes)")
    #expect(received.bytes.values.allSatisfy { Double($0) > 0.1 * wireBytes })
    #expect(agrees())
  }

  private func empty() -> MemoryLogs {
    let logs = MemoryLogs()
    for identity in cluster["nl"].logs.identities { logs.add(identity) }
    return logs
  }

  private func agrees() -> Bool {
    cluster["nl"].logs.bytes(of: log) == cluster["c1"].logs.bytes(of: log)
  }

  @Test("A slow, a dead and a lying source among four cost their own share, not the log's")
  func trouble() {
    cluster.bandwidth["c2"] = SourcesTests.bandwidth / 100
    let count = cluster.tamper!
    cluster.tamper = { from, to, bytes in
      guard let bytes = count(from, to, bytes), to == "nl", bytes[0] == 7 else { return bytes }
      if from == "c3" { return nil }
      guard from == "c4" else { return bytes }
      var lie = bytes
      lie[lie.count - 1] ^= 1
      return lie
    }
    connect()
    let took = Double(drive())
    #expect(agrees())
    // One line is left; what the others hold up: a liar's pieces once, and two waits.
    #expect(took < 1.3 * ideal(1) + 4_000, "\(took) ms of \(ideal(1))")
    #expect(Double(received.bytes["c1"]!) < 1.05 * wireBytes, "\(received.bytes)")
    let counters = cluster["nl"].counters
    #expect(counters[.pullsStalled] == 1, "\(counters)")
    #expect(counters[.chunksAskedInFull] == 1 && counters[.chunksFailed] == nil, "\(counters)")
  }

  @Test("What is stored is not sent again after a kill, nor what came when a source was lost")
  func kill() {
    connect()
    for part in [4, 2] {
      _ = drive(until: UInt64(SourcesTests.entries / part))
      cluster.restart("nl")
      connect()
    }
    _ = drive()
    #expect(agrees())
    // A kill loses the bytes under way: at most as many as may be under way.
    let lost = Double(received.all) - wireBytes
    #expect(lost < 0.5 * wireBytes, "\(received.bytes)")
    #expect(cluster["nl"].core.turns.fetching.isEmpty && cluster["nl"].core.turns.wanting.isEmpty)
  }

  @Test("What waits for what is below never takes more than its limit")
  func bounded() {
    cluster.bandwidth["c1"] = 1
    connect()
    var most = 0
    for _ in 0..<200 {
      cluster.run(20)
      let core = cluster["nl"].core
      let waits = core.queues().first { $0.name.hasPrefix("bytes") }!
      #expect(waits.count <= waits.limit)
      most = max(most, waits.count)
      #expect(core.reservedBytes() <= Limits.fetchedBytesAtOnce + 2 * Limits.pieceBytes)
    }
    #expect(most > 0)
    _ = drive()
    #expect(agrees())
    #expect(cluster["nl"].core.reservedBytes() == 0)
  }
}

@Suite("Protocols/sync.md, 5: many logs")
struct ManyLogsTests {
  @Test("A node that joins gets all logs, none after the others, from whoever carries them")
  func join() {
    let authors = (0..<5).map { "a\($0)" }
    let cluster = Cluster(["nl", "c1", "c2"] + authors)
    for author in authors {
      cluster.publish(author, 600, bodyBytes: 500)
      cluster.connect("c1", author)
    }
    cluster.connect("c1", "c2")
    cluster.run(20_000)
    cluster.bandwidth = ["c1": 500, "c2": 500]
    for carrier in ["c1", "c2"] { cluster.connect("nl", carrier) }
    func sizes() -> [UInt64] {
      authors.map { cluster["nl"].logs.durableHead(of: cluster[$0].identity.id).size }
    }
    // 1.8 MB over two lines of half a MB a second.
    for _ in 0..<100 where !sizes().contains(600) { cluster.run(20) }
    #expect(sizes().count { $0 > 0 } >= 3, "\(sizes())")
    cluster.run(3_000)
    #expect(sizes().allSatisfy { $0 == 600 }, "\(sizes())")
    for author in authors { #expect(cluster.agrees("nl", author)) }
  }

  @Test("A chain of carriers: each log reaches everybody who has its card")
  func chain() {
    let names = ["a", "b", "c", "d", "e", "f"]
    let cluster = Cluster(names)
    cluster.publish("a", 300)
    for (left, right) in zip(names, names.dropFirst()) { cluster.connect(left, right) }
    cluster.run(5_000)
    cluster.publish("f", 40)
    for _ in 0..<20 {
      cluster.publish("a", 1, checkpoint: false)
      cluster.run(30)
    }
    cluster.run(2_000)
    for name in names { #expect(cluster.agrees(name, "a") && cluster.agrees(name, "f")) }
  }

  @Test("A node that returns after a year takes little but what it lacks")
  func afterAYear() {
    let cluster = Cluster(["nl", "be", "fr"])
    cluster.publish("be", 500)
    cluster.connect("nl", "be")
    cluster.connect("be", "fr")
    cluster.run(5_000)
    cluster.disconnectAll()
    cluster.now += 365 * 86_400_000
    cluster.publish("be", 1_000)
    cluster.connect("be", "fr")
    cluster.run(5_000)
    let before = cluster["be"].bytesSent + cluster["fr"].bytesSent
    cluster.connect("nl", "be")
    cluster.connect("nl", "fr")
    cluster.run(10_000)
    #expect(cluster.agrees("nl", "be") && cluster.agrees("nl", "fr"))
    let sent = cluster["be"].bytesSent + cluster["fr"].bytesSent - before
    #expect(sent < 1_000 * (96 + 40) * 105 / 100 + 4_096, "\(sent)")
  }
}
