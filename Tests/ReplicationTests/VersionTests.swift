import Log
import Testing

@testable import Replication

@Suite("Protocols/sync.md, SYNC-7: a version beside the one before")
struct VersionTests {
  private func types(_ newest: UInt16, _ other: UInt16) -> Set<UInt8> {
    let cluster = Cluster(["nl", "be", "fr"])
    cluster["be"].newest = newest
    cluster["fr"].newest = other
    for name in ["be", "fr"] { cluster.restart(name) }
    cluster.publish("nl", 600)
    cluster.connect("nl", "be")
    cluster.connect("be", "fr")
    cluster.run(12_000)
    cluster.publish("nl", 1, checkpoint: false)
    cluster.run(1_000)
    cluster.checkpoint("nl")
    cluster.run(30_000)
    #expect(cluster.agrees("be", "nl") && cluster.agrees("fr", "nl"))
    let nl = cluster["nl"].identity.id
    #expect(cluster["nl"].core.cosigners(of: nl).map(\.size) == [601, 601])
    return Set(cluster.messagesSent.keys)
  }

  @Test("Each session speaks the smaller of the two newest versions")
  func mixed() {
    let note = MessageType.checkpoint.rawValue
    let compact = MessageType.signedSize.rawValue
    let old = types(1, 1)
    #expect(old.contains(note) && !old.contains(compact))
    let new = types(2, 2)
    #expect(!new.contains(note) && new.contains(compact))
    let mixed = types(2, 1)
    #expect(mixed.contains(note) && mixed.contains(compact))
  }

  @Test("A session that both sides can speak opens, any other is closed")
  func ranges() {
    func isOpen(_ versions: ClosedRange<UInt16>) -> Bool {
      let cluster = Cluster(["nl", "be"])
      return Puppet(cluster, versions: versions).isOpen
    }
    #expect(isOpen(1...1) && isOpen(1...2) && isOpen(2...2) && isOpen(2...9))
    #expect(!isOpen(3...9) && !isOpen(0...0))
  }

  @Test("What the session's version does not have is malformed")
  func otherVersion() {
    let known = SyncVectors.known.filter {
      ["checkpoint", "cosigned", "signed-size", "cosignatures"].contains($0.name)
    }
    for (vector, version) in zip(known, [2, 2, 1, 1] as [UInt16]) {
      let puppet = Puppet(Cluster(["nl", "be"]), versions: version...version)
      puppet.send(vector.bytes)
      #expect(!puppet.isOpen, "\(vector.name)")
    }
  }
}
