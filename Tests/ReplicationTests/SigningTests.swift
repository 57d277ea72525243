import Crypto
import Log
import Secrets
import Testing

@testable import Replication

@Suite("Protocols/sync.md, 8: who may sign, and when")
struct SigningTests {
  private func cluster(_ names: [String] = ["nl", "be", "fr"]) -> Cluster {
    let cluster = Cluster(names)
    for name in names { cluster.publish(name, 5) }
    cluster.run(100)
    return cluster
  }

  private func signing(_ cluster: Cluster) -> SigningState { cluster["nl"].core.signing }
  private func waits(_ cluster: Cluster, for names: [String]) -> Bool {
    signing(cluster) == .waiting(for: names.map { cluster[$0].name })
  }

  /// `nl` published 20 more, which `be` has, and came back without them.
  private func stale(_ names: [String] = ["nl", "be", "fr"]) -> Cluster {
    let cluster = cluster(names)
    let old = cluster.backup("nl")
    let link = cluster.connect("nl", "be")
    cluster.publish("nl", 20)
    cluster.run(1_000)
    cluster.disconnect(link)
    cluster.restart("nl", from: old, start: .waiting)
    return cluster
  }

  private func isClosed(_ cluster: Cluster) -> Bool {
    if case .closed = signing(cluster) { return true }
    return false
  }

  @Test("SYNC-10, 60: two nodes that share nothing answer each other all the same")
  func emptyAnswers() {
    let cluster = Cluster(["nl", "be"])
    cluster.restart("nl", start: .waiting)
    #expect(waits(cluster, for: ["be"]))
    cluster.connect("nl", "be")
    cluster.run(100)
    #expect(signing(cluster) == .ready)
    #expect(cluster["nl"].core.answeredPeers == [cluster["be"].name])
    #expect(cluster.messagesSent[MessageType.heads.rawValue] == 2)
  }

  /// Found by `liaison-sim restore --seed 1 --run 457`: where every peer held more, no epoch could
  /// be opened.
  @Test("SYNC-61: who shows more of the own log has not answered, but was asked for later epochs")
  func claimantsWereAsked() {
    let cluster = stale(["nl", "be"])
    cluster.connect("nl", "be")
    cluster.run(5_000)
    #expect(isClosed(cluster))
    #expect(cluster["nl"].core.answeredPeers == [cluster["be"].name])
  }

  @Test("SYNC-60: all peers are waited for, and each is named until it answers")
  func allPeers() {
    let cluster = cluster()
    cluster.restart("nl", start: .waiting)
    #expect(waits(cluster, for: ["be", "fr"]))
    #expect(!cluster.publish("nl", 1))
    cluster.connect("nl", "be")
    cluster.run(100)
    #expect(waits(cluster, for: ["fr"]))
    cluster.connect("fr", "nl")
    cluster.run(100)
    #expect(signing(cluster) == .ready)
    #expect(
      cluster["nl"].events.contains(.signing(.waiting(for: [cluster["fr"].name]))))
    #expect(cluster["nl"].events.contains(.signing(.ready)))
  }

  @Test("SYNC-60: after 30 s one that answered is enough; without any, nothing is")
  func oneIsEnough() {
    let cluster = cluster()
    cluster.restart("nl", start: .waiting)
    cluster.run(3_600_000)
    #expect(waits(cluster, for: ["be", "fr"]))
    cluster.connect("nl", "be")
    cluster.run(100)
    #expect(waits(cluster, for: ["fr"]))
    cluster.run(Limits.answersSettleMilliseconds)
    #expect(signing(cluster) == .ready)

    let second = self.cluster()
    second.restart("nl", start: .waiting)
    second.connect("nl", "be")
    second.run(29_000)
    #expect(waits(second, for: ["fr"]))
    second.run(1_100)
    #expect(signing(second) == .ready)
  }

  @Test("SYNC-60: the operator can release the wait")
  func released() {
    let cluster = cluster()
    cluster.restart("nl", start: .waiting)
    cluster.feed("nl", .release)
    #expect(signing(cluster) == .ready)
    cluster.feed("nl", .close(because: "lost"))
    cluster.feed("nl", .release)
    #expect(signing(cluster) == .closed(because: "lost"))
  }

  @Test("SYNC-63: who waits or is closed does not cosign; who became ready does")
  func cosigning() {
    let cluster = cluster()
    cluster.restart("nl", start: .waiting)
    cluster.connect("nl", "be")
    cluster.run(20_000)
    let be = cluster["be"].identity.id
    #expect(cluster.agrees("nl", "be"))
    #expect(cluster["be"].core.cosigners(of: be).isEmpty)
    cluster.run(20_000)
    #expect(cluster["be"].core.cosigners(of: be).map(\.name.text) == ["nl"])
  }

  @Test("SYNC-62: an old copy is closed by its first peer, and gets its entries back")
  func oldCopy() {
    let cluster = stale()
    cluster.connect("nl", "be")
    cluster.run(20)
    #expect(isClosed(cluster), "the newest leaf comes with the answer")
    cluster.run(2_000)
    #expect(isClosed(cluster))
    #expect(cluster["nl"].ownState.size == 25)
    #expect(cluster.forks(of: cluster["nl"].identity.id).isEmpty)
    #expect(cluster.agrees("be", "nl"))
  }

  @Test("SYNC-61: a peer that shows more has not answered, though it never sends what it shows")
  func silentHolder() {
    let cluster = stale(["nl", "be"])
    cluster.tamper = { from, _, bytes in
      let lost: [MessageType] = [
        .entry, .chunk, .checkpoint, .cosignatures,
      ]
      return from == "be" && lost.map(\.rawValue).contains(bytes[0]) ? nil : bytes
    }
    cluster.connect("nl", "be")
    cluster.run(120_000)
    #expect(waits(cluster, for: ["be"]))
    #expect(cluster["nl"].counters[.claimsDropped] == 1)
    // The peer is named for an operator who opens the next epoch in spite of it.
    let own = cluster["nl"].identity.id
    let claims = cluster["nl"].core.claims(of: own)
    #expect(claims.map(\.peer) == [cluster["be"].name])
    #expect(claims.first?.size == cluster["be"].core.knownSize(of: own))
    #expect(cluster["be"].core.claims(of: own).isEmpty)
  }

  @Test("SYNC-62: an old copy that learns of it late is closed then, and signs nothing twice")
  func lateHolder() {
    let cluster = stale()
    cluster.connect("nl", "fr")
    cluster.run(40_000)
    #expect(signing(cluster) == .ready)
    cluster.connect("nl", "be")
    cluster.run(20)
    #expect(isClosed(cluster))
    #expect(!cluster.publish("nl", 1))
    cluster.run(1_000)
    #expect(cluster["nl"].ownState.size == 25)
  }

  @Test("SYNC-16: what an old copy signed before it knew is a fork, and both sides prove it alike")
  func forkedByRestore() throws {
    let cluster = stale()
    cluster.connect("nl", "fr")
    cluster.run(40_000)
    #expect(cluster.publish("nl", 3))
    cluster.run(1_000)
    cluster.connect("nl", "be")
    cluster.run(5_000)
    let nl = cluster["nl"].identity.id
    #expect(cluster.forks(of: nl) == [5, 6, 7])
    #expect(isClosed(cluster))
    let own = try #require(cluster["nl"].core.forkProof(of: nl))
    let theirs = try #require(cluster["be"].core.forkProof(of: nl))
    #expect(own.encode() == theirs.encode())
    #expect(own.frozenAt == 5)
    #expect(cluster["be"].core.frozenAt(nl) == 5)
    #expect(try ForkProof(decoding: own.encode()) == own)
  }

  @Test("A proof is found when two holders of different branches meet, without their author")
  func forkBetweenHolders() {
    let cluster = stale(["nl", "be", "fr"])
    cluster.connect("nl", "fr")
    cluster.run(40_000)
    cluster.publish("nl", 30)
    cluster.run(1_000)
    cluster.disconnectAll()
    cluster.connect("be", "fr")
    cluster.run(5_000)
    for name in ["be", "fr"] { #expect(cluster[name].proofs.last?.frozenAt == 5) }
    #expect(cluster["fr"].logs.durableHead(of: cluster["nl"].identity.id).size == 35)
  }

  @Test("A fork at the head, of equal lengths: one entry each, and a proof on both sides")
  func equivocation() {
    let cluster = cluster()
    cluster.copy("nl", as: "nl'", start: .ready)
    cluster.now += 7
    #expect(cluster.publish("nl", 1))
    cluster.now += 7
    #expect(cluster.publish("nl'", 1))
    cluster.connect("nl", "be")
    cluster.connect("nl'", "fr")
    cluster.run(1_000)
    cluster.connect("be", "fr")
    cluster.run(5_000)
    for name in ["be", "fr"] { #expect(cluster[name].proofs.map(\.frozenAt) == [5]) }
    cluster.disconnectAll()
    cluster.connect("nl", "fr")
    cluster.run(5_000)
    #expect(isClosed(cluster))
  }

  @Test("SYNC-4: two copies of a node: one is refused, and both hear of it")
  func twoCopies() {
    let cluster = cluster()
    cluster.connect("nl", "be")
    cluster.connect("nl", "fr")
    cluster.run(1_000)
    cluster.copy("nl", as: "nl'", start: .waiting)
    cluster.connect("nl'", "be")
    cluster.run(1_000)
    let be = cluster["be"].name
    #expect(cluster["be"].events.contains(.secondCopy(cluster["nl"].name)))
    #expect(cluster["nl"].events.contains(.anotherCopy(be)))
    #expect(cluster["nl'"].events.contains(.anotherCopy(be)))
    #expect(signing(cluster) == .ready)
    #expect(cluster["nl'"].core.signing == .waiting(for: [be, cluster["fr"].name]))
  }

  @Test("Two copies at different peers: the one that is behind is closed by what the other signed")
  func twoCopiesApart() {
    let cluster = cluster()
    cluster.connect("nl", "be")
    cluster.connect("be", "fr")
    cluster.run(1_000)
    cluster.copy("nl", as: "nl'", start: .waiting)
    cluster.connect("nl'", "fr")
    cluster.run(40_000)
    #expect(cluster["nl'"].core.signing == .ready)
    #expect(cluster.publish("nl'", 1))
    cluster.run(1_000)
    #expect(isClosed(cluster))
    #expect(cluster.agrees("nl", "nl'"))
    #expect(cluster.forks(of: cluster["nl"].identity.id).isEmpty)
  }
}
