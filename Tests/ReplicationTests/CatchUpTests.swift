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
