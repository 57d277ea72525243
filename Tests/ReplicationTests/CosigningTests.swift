import Crypto
import Log
import Secrets
import Testing

@testable import Replication

@Suite("The cosignatures of one log, as a value")
struct CosigningTests {
  private let author = Member("nl")
  private let be = Member("be")
  private let fr = Member("fr")

  private func checkpoint(_ size: UInt64) -> VerifiedCheckpoint {
    Checkpoint.make(identity: author.identity, size: size, root: SHA256.hash([UInt8(size)])) {
      author.secrets.log.sign($0)
    }
  }

  private func cosignature(
    _ member: Member, over size: UInt64, time: UInt64 = 1, epoch: UInt32 = 1
  ) -> NamedCosignature {
    let key = epoch == 1 ? member.secrets : Member.secrets(of: member.name.text, epoch: epoch)
    let made = Cosignature.make(
      checkpoint: checkpoint(size), name: member.name, key: key.cosigning.publicKey, time: time
    ) { key.cosigning.sign($0) }
    return NamedCosignature(made, by: key.cosigning.publicKey)
  }

  @Test("A size is cosigned once, and the next not before its time")
  func own() {
    var cosigning = Cosigning()
    let next = 1_000 + Limits.cosignEveryMilliseconds
    let begun = [(4, 1_000), (4, next * 9), (5, 1_000), (5, next)].map { size, now in
      cosigning.begin(UInt64(size), at: UInt64(now))
    }
    #expect(begun == [true, false, false, true])
    #expect(cosigning.ownSize == 5)
  }

  @Test("CKP-26: with another own key a size is cosigned once more, in its time")
  func anew() {
    var cosigning = Cosigning()
    let next = 1_000 + Limits.cosignEveryMilliseconds
    let begun = cosigning.begin(4, at: 1_000)
    cosigning.way.sent(be.name, over: 4, isToAuthor: true)
    cosigning.beginAnew(be.name)
    #expect(!cosigning.way.isDelivered(be.name, over: 4))
    let times = [1_000, next, next * 2].map { cosigning.begin(4, at: $0) }
    #expect(begun && times == [false, true, false])
  }

  @Test("Of each node the newest is held; another key says anew what the one before it said")
  func news() {
    var cosigning = Cosigning()
    let first = cosignature(be, over: 4)
    #expect(cosigning.compare(first, over: 4) == .newer)
    let isHeld = cosigning.hold(first, over: 4, at: 0)
    #expect(isHeld)
    #expect(cosigning.compare(first, over: 4) == .known)
    #expect(cosigning.compare(cosignature(be, over: 4, time: 2), over: 4) == .old)
    #expect(cosigning.compare(cosignature(be, over: 3), over: 3) == .old)
    #expect(cosigning.compare(cosignature(be, over: 5), over: 5) == .newer)
    #expect(cosigning.compare(cosignature(be, over: 4, epoch: 2), over: 4) == .byAnotherKey)
    #expect(cosigning.compare(cosignature(be, over: 3, epoch: 2), over: 3) == .old)
    #expect(cosigning.areOld([first], over: 3) && !cosigning.areOld([first], over: 4))
    #expect(!cosigning.areOld([first, cosignature(fr, over: 3)], over: 3))
  }

  @Test("No more cosigners are held than a log may have")
  func bound() throws {
    var cosigning = Cosigning()
    for number in 0..<(Limits.cosignersOfLog + 3) {
      var line = cosignature(be, over: 4)
      line.name = try NodeName("n\(number)")
      let isHeld = cosigning.hold(line, over: 4, at: 0)
      #expect(isHeld == (number < Limits.cosignersOfLog))
    }
    #expect(cosigning.held.count == Limits.cosignersOfLog)
  }

  @Test("SYNC-53: cosignatures over two roots of one size go apart, and the smaller size first")
  func twoRoots() {
    func outgoing(_ member: Member, _ size: UInt64, _ root: UInt8) -> OutgoingCosignature {
      let checkpoint = Checkpoint.make(
        identity: author.identity, size: size, root: SHA256.hash([root])
      ) { author.secrets.log.sign($0) }
      return OutgoingCosignature(
        checkpoint: checkpoint, cosignature: cosignature(member, over: size), source: nil)
    }
    let groups = [
      outgoing(be, 9, 1), outgoing(fr, 9, 2), outgoing(Member("de"), 9, 1),
      outgoing(Member("se"), 4, 1),
    ].byCheckpoint
    #expect(groups.map { $0.cosignatures.map(\.name.text) } == [["se"], ["be", "de"], ["fr"]])
    #expect(Set(groups.map(\.checkpoint.root)).count == 2)
  }

  @Test("Cosignatures wait for each other on their way, and go once")
  func way() throws {
    var way = CosignatureWay()
    func add(_ member: Member, _ size: UInt64, at now: UInt64) {
      way.add(
        OutgoingCosignature(
          checkpoint: checkpoint(size), cosignature: cosignature(member, over: size), source: nil),
        at: now)
    }
    #expect(way.dueAt == nil)
    add(be, 4, at: 1_000)
    add(fr, 4, at: 1_010)
    add(be, 5, at: 1_020)
    add(be, 4, at: 1_030)
    let due = 1_000 + Limits.cosignaturesJoinMilliseconds
    #expect(way.dueAt == due)
    let early = way.take(due - 1)
    #expect(early == nil)
    let taken = way.take(due)
    let gone = try #require(taken)
    #expect(
      gone.map(\.checkpoint.size) == [4, 5] && gone.map(\.cosignature.name.text) == ["fr", "be"])
    #expect(way.dueAt == nil)
    way.sent(be.name, over: 5, isToAuthor: false)
    add(be, 5, at: due)
    #expect(way.dueAt == nil, "it was sent on")
    #expect(!way.isDelivered(be.name, over: 5))
    way.sent(be.name, over: 5, isToAuthor: true)
    #expect(way.isDelivered(be.name, over: 5) && !way.isDelivered(be.name, over: 6))
    way.forget(be.name)
    add(be, 5, at: due)
    #expect(way.dueAt != nil && !way.isDelivered(be.name, over: 5))
  }

  @Test("What never reached the author is offered, by name, as much as one message takes")
  func undelivered() {
    var cosigning = Cosigning()
    _ = cosigning.hold(cosignature(fr, over: 4), over: 4, at: 0)
    _ = cosigning.hold(cosignature(be, over: 4), over: 4, at: 0)
    #expect(cosigning.undelivered(over: 4).map(\.name.text) == ["be", "fr"])
    #expect(cosigning.undelivered(over: 5).isEmpty)
    cosigning.way.reachedAuthor(be.name, over: 4)
    #expect(cosigning.undelivered(over: 4).map(\.name.text) == ["fr"])
  }

  @Test("The author's set waits for the others, and each passes a carrier once")
  func sets() {
    var cosigning = Cosigning()
    _ = cosigning.hold(cosignature(be, over: 4), over: 4, at: 1_000)
    let settled = 1_000 + Limits.cosignaturesSettleMilliseconds
    let early = cosigning.takeSet(over: 4, at: settled - 1)
    #expect(early == nil)
    _ = cosigning.hold(cosignature(fr, over: 4), over: 4, at: settled - 1)
    let set = cosigning.takeSet(over: 4, at: settled)
    #expect(set?.map(\.name.text) == ["be", "fr"])
    let again = cosigning.takeSet(over: 4, at: settled + 1_000_000)
    #expect(again == nil, "nothing changed")
    _ = cosigning.hold(cosignature(be, over: 5), over: 5, at: settled)
    let next = cosigning.takeSet(over: 5, at: settled)
    #expect(next == nil, "sets go now and then")
    let passed = [(4, 1), (4, 1), (4, 2), (3, 9), (9, 0)].map { size, count in
      cosigning.pass(CosignedSet(size: UInt64(size), count: count))
    }
    #expect(passed == [true, false, true, false, false])
  }
}
