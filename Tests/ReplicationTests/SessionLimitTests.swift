import Crypto
import Log
import Testing

@testable import Replication

@Suite(
  "Protocols/sync.md, 2: what sessions cost before they say anything, and what they say at most")
struct SessionLimitTests {
  private let cluster = Cluster(["nl", "be"])
  private var core: Replicator { cluster["nl"].core }

  private func open(_ number: UInt64, _ scope: SessionScope = .everything) {
    cluster.feed(
      "nl",
      .opened(
        SessionOpening(
          id: SessionID(5_000 + number), peer: cluster["be"].name,
          handshakeHash: SHA256.hash([UInt8(truncatingIfNeeded: number)]), weInitiated: false,
          initiatorHasLowerKey: true, scope: scope)))
  }

  @Test("SYNC-1: sessions of one peer that say no hello are two, and end soon")
  func unheard() {
    for number in 0..<100 { open(UInt64(number)) }
    #expect(core.sessionOrder == [SessionID(5_098), SessionID(5_099)])
    // Sessions of an earlier key have their own two.
    for number in 100..<110 { open(UInt64(number), .givingBack) }
    #expect(core.sessionOrder.count == 4)
    cluster.run(Limits.helloMilliseconds - 100)
    #expect(core.sessionOrder.count == 4)
    cluster.run(200)
    #expect(core.sessionOrder.isEmpty)
  }

  @Test("SYNC-1: they displace no session that spoke")
  func unheardBesideOne() {
    let link = cluster.connect("nl", "be")
    cluster.run(1_000)
    for number in 0..<20 { open(UInt64(number)) }
    cluster.run(1_000)
    #expect(cluster.isOpen(link))
  }

  private func hello(_ number: UInt64) {
    open(number)
    let runID = [UInt8](repeating: UInt8(truncatingIfNeeded: 50 + number), count: 16)
    cluster.feed(
      "nl",
      .message(
        SessionID(5_000 + number),
        Hello(version: Version.current, runID: runID, carry: 0).encode()))
  }

  @Test("SYNC-4: of many processes that say to be the peer one stays, when the first is silent")
  func manyProcesses() {
    for number in 0..<20 { hello(UInt64(number)) }
    #expect(core.sessionOrder == [SessionID(5_000), SessionID(5_019)])
    cluster.run(Limits.secondCopyMilliseconds + 100)
    #expect(core.sessionOrder == [SessionID(5_019)])
    #expect(core.sessions[SessionID(5_019)]!.isReady)
  }

  @Test("SYNC-4: who holds the peer's key makes no peer that lives be asked so often that it minds")
  func askedForLife() {
    let link = cluster.connect("nl", "be")
    cluster.run(1_000)
    for number in 0..<60 {
      hello(UInt64(number))
      cluster.run(500)
      #expect(core.sessions[SessionID(5_000 + UInt64(number))] == nil, "it is refused")
    }
    #expect(cluster.isOpen(link))
    #expect(cluster["be"].counters[.messagesMalformed] == nil)
  }

  @Test("SYNC-2: who has listed as often as it may ends the session, and is charged nothing")
  func lists() {
    let link = cluster.connect("nl", "be")
    cluster.run(1_000)
    while cluster["nl"].core.sessions[held: link].lists.list([]) != nil {}
    let identity = cluster["nl"].identity
    let other = LogIdentity(
      origin: Origin(name: cluster["be"].name, epoch: 7), key: identity.key)
    cluster.compare("nl", other, of: "be")
    cluster["nl"].knownLogs[cluster["be"].name]!.append(other)
    cluster.meet("nl", ["be"])
    cluster.run(1_000)
    #expect(!cluster.isOpen(link))
    #expect(cluster["be"].counters[.messagesMalformed] == nil)
    cluster.connect("nl", "be")
    cluster.run(1_000)
    #expect(core.sessions[core.sessionOrder[0]]!.lists.position(of: other.id) != nil)
  }

  @Test("TRN-18: who dialled ends a session after 24 hours, and no sooner")
  func aged() {
    let link = cluster.connect("nl", "be")
    cluster.run(Limits.sessionMilliseconds - 1_000)
    #expect(cluster.isOpen(link))
    cluster.run(2_000)
    #expect(!cluster.isOpen(link))
  }
}
