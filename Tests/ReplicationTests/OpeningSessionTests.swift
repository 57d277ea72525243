import Crypto
import Log
import Testing

@testable import Replication

@Suite(
  "Protocols/sync.md, SYNC-9: a session by the transport key of an earlier epoch carries openings alone"
)
struct OpeningSessionTests {
  private let cluster: Cluster
  private let first: LogIdentity

  init() {
    cluster = Cluster(["nl", "be", "fr"])
    for name in ["nl", "be", "fr"] { cluster.publish(name, 5) }
    cluster.run(100)
    first = cluster["nl"].identity
  }

  private func size(_ holder: String, _ log: LogID) -> UInt64 {
    cluster[holder].logs.durableHead(of: log).size
  }

  /// The types of messages that `name` sends from now on.
  private func watch(_ name: String) -> () -> Set<UInt8> {
    final class Seen { var types: Set<UInt8> = [] }
    let seen = Seen()
    cluster.tamper = { from, _, bytes in
      if from == name { seen.types.insert(bytes[0]) }
      return bytes
    }
    return { seen.types }
  }

  private func types(_ types: MessageType...) -> Set<UInt8> { Set(types.map(\.rawValue)) }

  @Test(
    "TRN-27: by a key of this epoch that the peer had replaced, it is given this node's log, in which the newest card is, and nothing else"
  )
  func ownLog() {
    let session = cluster.connect("be", "nl", ["nl": .part(ofPeer: false, ofOwn: true)])
    cluster.run(30_000)
    #expect(size("be", first.id) == size("nl", first.id))
    #expect(size("nl", cluster["be"].identity.id) == 0)
    #expect(size("be", cluster["fr"].identity.id) == 0)
    #expect(cluster.isOpen(session))
    #expect(cluster["nl"].core.progressOfPeers().isEmpty)
  }

  @Test("TRN-27: which key of which epoch was used decides what a session carries")
  func scopes() {
    typealias Scope = SessionScope
    #expect(Scope(.present, isPeersPresent: true) == .everything)
    #expect(Scope(.present, isPeersPresent: false) == .givingBack)
    #expect(Scope(.rotated(isNewestUsed: true), isPeersPresent: true) == .everything)
    #expect(
      Scope(.rotated(isNewestUsed: false), isPeersPresent: true)
        == .part(ofPeer: false, ofOwn: true))
    for isNewest in [true, false] {
      #expect(
        Scope(.rotated(isNewestUsed: isNewest), isPeersPresent: false)
          == .part(ofPeer: true, ofOwn: true))
    }
    #expect(Scope(.ofEarlierEpoch, isPeersPresent: true) == .openings)
    #expect(Scope(.ofEarlierEpoch, isPeersPresent: false) == .openings)
  }

  @Test(
    "Who knows an earlier card alone follows all epochs since, gets nothing else, and is charged for nothing"
  )
  func openings() {
    cluster.openEpoch("nl", start: .ready)
    cluster.openEpoch("nl", start: .ready)
    cluster.publish("nl", 7)
    cluster.run(100)
    let types = watch("nl")
    let session = cluster.connect("be", "nl", ["nl": .openings])
    cluster.run(30_000)
    #expect(cluster["be"].core.epochs.successor(of: first.id) != nil)
    #expect(
      size("be", cluster["nl"].identity.id) == 1, "the genesis, and none of the other entries")
    #expect(size("be", first.id) == 0 && size("nl", cluster["be"].identity.id) == 0)
    #expect(types() == self.types(.hello, .logs, .opening))
    #expect(cluster.isOpen(session))
    // It is no answer: a node that was away must not sign because of it.
    #expect(!cluster["be"].core.answeredPeers.contains(cluster["nl"].name))
    #expect(cluster["nl"].core.progressOfPeers().isEmpty)
    // Everything follows by the present key.
    cluster.disconnectAll()
    cluster.tamper = nil
    cluster.connect("be", "nl")
    cluster.run(30_000)
    #expect(cluster.agrees("be", "nl") && size("nl", cluster["be"].identity.id) == 5)
  }

  @Test("Two that were both away for an epoch tell each other")
  func both() {
    cluster.openEpoch("nl", start: .ready)
    cluster.openEpoch("be", start: .ready)
    cluster.run(100)
    cluster.connect("be", "nl", ["nl": .openings, "be": .openings])
    cluster.run(5_000)
    #expect(size("be", cluster["nl"].identity.id) == 1)
    #expect(size("nl", cluster["be"].identity.id) == 1)
  }

  @Test("An old copy of a node is told that its epoch ended, and closes; it is no second copy")
  func oldCopy() {
    cluster.connect("nl", "be")
    cluster.run(1_000)
    cluster.disconnectAll()
    cluster.copy("nl", as: "nl'", start: .waiting)
    cluster.openEpoch("nl", start: .ready)
    let present = cluster.connect("nl", "be")
    cluster.run(3_000)
    #expect(cluster["be"].core.epochs.successor(of: first.id) != nil)
    cluster.publish("be", 3)
    cluster.run(100)
    let earlier = cluster.connect("nl'", "be", ["be": .givingBack])
    cluster.run(8_000)
    guard case .closed = cluster["nl'"].core.signing else {
      Issue.record("the old copy is \(cluster["nl'"].core.signing)")
      return
    }
    #expect(!cluster["be"].events.contains(.secondCopy(cluster["nl"].name)))
    // It stands for no connection with the node, and displaced none.
    #expect(cluster.isOpen(earlier) && cluster.isOpen(present))
    // Its own entries come back, also those of the epoch that it never saw. Nothing else does, and
    // nothing is taken from it.
    #expect(size("nl'", cluster["nl"].identity.id) == size("nl", cluster["nl"].identity.id))
    #expect(size("nl'", cluster["be"].identity.id) == 5, "of the eight that be has")
    #expect(cluster["be"].core.progressOfPeers().map(\.name) == [cluster["nl"].name])
  }

  @Test("The session of the present keys displaces one of an earlier key at once, without an alarm")
  func displaced() {
    cluster.connect("nl", "be")
    cluster.run(1_000)
    cluster.disconnectAll()
    cluster.copy("nl", as: "nl'", start: .waiting)
    cluster.openEpoch("nl", start: .ready)
    let earlier = cluster.connect("nl'", "be", ["be": .givingBack])
    cluster.run(1_000)
    #expect(cluster.isOpen(earlier))
    let present = cluster.connect("nl", "be")
    cluster.run(200)
    #expect(!cluster.isOpen(earlier) && cluster.isOpen(present))
    #expect(!cluster["be"].events.contains(.secondCopy(cluster["nl"].name)))
    cluster.run(3_000)
    #expect(cluster.agrees("be", "nl"))
  }
}
