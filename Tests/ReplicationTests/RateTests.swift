import Log
import Testing

@testable import Replication

@Suite("SYNC-90: what one peer may cost")
struct RateTests {
  @Test("A bucket gives two seconds' worth at once, lends, and is paid back by time")
  func bucket() {
    var bucket = TokenBucket()
    #expect(bucket.take(2_000, perSecond: 1_000, 5_000) == nil)
    #expect(bucket.take(1, perSecond: 1_000, 5_000) == 5_001)
    #expect(bucket.take(999, perSecond: 1_000, 5_000) == 6_000)
    #expect(bucket.take(0, perSecond: 1_000, 6_000) == nil)
    // Time beyond what the bucket holds gives nothing, and a clock that stands still takes nothing.
    #expect(bucket.take(2_000, perSecond: 1_000, 1_000_000) == nil)
    #expect(bucket.take(10, perSecond: 1_000, 1_000_000) == 1_000_010)
    #expect(bucket.take(10, perSecond: 1_000, 999_000) == 999_020)
  }

  @Test("No debt lasts longer than a hold may; no rate overflows")
  func extremes() {
    var slow = TokenBucket()
    #expect(slow.take(.max >> 10, perSecond: 10, 1_000) == 1_000 + Limits.rateDebtMilliseconds)
    var fast = TokenBucket()
    #expect(fast.take(1 << 40, perSecond: .max, .max - 1) == nil)
    var none = TokenBucket()
    #expect(none.take(5, perSecond: 0, 1_000) == 4_000)
  }

  private func cluster(_ rate: Rate, _ perSecond: UInt64) -> Cluster {
    let cluster = Cluster(["nl", "be", "fr"])
    cluster.rates["be"] = PeerRates()
    cluster.rates["be"]![rate] = perSecond
    cluster.meet("nl", ["be", "fr"])
    return cluster
  }

  private func held(_ cluster: Cluster) -> [HeldRate] {
    cluster["nl"].core.heldRates(of: cluster["be"].name, now: cluster.now)
  }

  @Test("What is over a rate of what is received is taken, and holds the connection")
  func received() throws {
    for (rate, counter) in [
      (Rate.receivedBytes, Counter.heldReceived), (.receivedMessages, .heldMessages),
    ] {
      let cluster = cluster(rate, 2)
      cluster.publish("be", 300)
      let session = cluster.connect("nl", "be")
      cluster.run(100)
      #expect(cluster.agrees("nl", "be"))
      let hold = try #require(cluster.holds.last)
      #expect(hold.session == session && hold.until > cluster.now)
      #expect(hold.until <= cluster.now + Limits.rateDebtMilliseconds)
      #expect(cluster["nl"].counters[counter] == 1)
      #expect(held(cluster) == [HeldRate(rate: rate, perSecond: 2, times: 1, isHolding: true)])
      // Another rate applies at once.
      cluster.rates["be"] = PeerRates()
      cluster.meet("nl", ["be", "fr"])
      #expect(try #require(cluster.holds.last).until <= cluster.now)
      #expect(held(cluster).first?.isHolding == false)
    }
  }

  @Test("SYNC-33: while a rate holds a session, its silence is not its peer's")
  func heldSources() {
    let cluster = Cluster(["nl", "be", "fr"])
    cluster.obeysHolds = true
    cluster.publish("be", 4_000, bodyBytes: 200)
    cluster.connect("fr", "be")
    cluster.run(5_000)
    #expect(cluster.agrees("fr", "be"))
    for peer in ["be", "fr"] {
      cluster.rates[peer] = PeerRates()
      cluster.rates[peer]![.receivedBytes] = 64 << 10
    }
    cluster.meet("nl", ["be", "fr"])
    cluster.connect("nl", "be")
    cluster.connect("nl", "fr")
    cluster.run(30_000)
    #expect(cluster.agrees("nl", "be"))
    #expect(cluster["nl"].counters[.heldReceived] ?? 0 > 0)
    #expect(cluster["nl"].counters[.pullsStalled] == nil)
    #expect(cluster["nl"].counters[.chunksUnasked] == nil)
  }

  @Test("Answers over their rate wait; others get theirs at once")
  func answers() {
    let cluster = cluster(.answeredBytes, 64 << 10)
    cluster.publish("nl", 2_000, bodyBytes: 200)
    cluster.connect("nl", "be")
    cluster.connect("nl", "fr")
    cluster.run(1_000)
    #expect(cluster.agrees("fr", "nl"))
    #expect(!cluster.agrees("be", "nl"))
    #expect(held(cluster).map(\.rate) == [.answeredBytes])
    // 600 kB at 64 KiB a second, of which two seconds' worth were there.
    cluster.run(12_000)
    #expect(cluster.agrees("be", "nl"))
    #expect(cluster["be"].counters[.pullsStalled] == nil)
  }

  @Test("Pushes over their rate become announcements, and what was announced is pulled")
  func pushes() {
    let cluster = cluster(.pushedBytes, 64 << 10)
    for peer in ["be", "fr"] { cluster.connect("nl", peer) }
    cluster.run(100)
    for _ in 0..<20 {
      cluster.publish("nl", 1, bodyBytes: 20_000, checkpoint: false)
      cluster.run(2 * cluster.diskDelay + cluster.networkDelay)
      #expect(cluster.agrees("fr", "nl"))
    }
    #expect(held(cluster).map(\.rate) == [.pushedBytes])
    cluster.run(1_000)
    #expect(cluster.agrees("be", "nl"))
  }

  @Test("A peer that does not read slows nobody else")
  func slowReader() {
    let cluster = Cluster(["nl", "be", "fr"])
    let slow = cluster.connect("nl", "be")
    cluster.connect("nl", "fr")
    cluster.run(100)
    cluster.feed("nl", .congested(slow, true))
    let sent = cluster["nl"].bytesSent
    for _ in 0..<10 {
      cluster.publish("nl", 1, bodyBytes: 1_000, checkpoint: false)
      cluster.run(2 * cluster.diskDelay + cluster.networkDelay)
      #expect(cluster.agrees("fr", "nl"))
    }
    #expect(cluster["nl"].bytesSent - sent < 2 * 10 * 1_300)
  }
}
