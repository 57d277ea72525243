import Log
import Testing

@testable import Store

@Suite("How bodies are handed out while they change")
struct BodyHandingTests {
  private var handing = BodyHanding()
  private let record = EntryKind.record.rawValue
  private let mark = WithdrawalMark(Withdrawal.Place(epoch: 1, index: 9), dueMinute: 7)

  @Test("What is staged counts before what the files say, until they say it")
  mutating func staged() throws {
    handing.stage(try #require(StateChange(.hidden, mark)), of: 3)
    #expect(handing.isChanging)
    #expect(handing.state(of: 3, stored: .present, kind: record) == .hidden)
    #expect(handing.stagedWithdrawal(of: 3) == mark)
    handing.didChange(3)
    #expect(!handing.isChanging)
    #expect(handing.state(of: 3, stored: .present, kind: record) == .present)
  }

  @Test("A body that comes back is not handed out before the disk has it")
  mutating func comesBack() throws {
    handing.stage(try #require(StateChange(.present, nil)), of: 3)
    #expect(handing.state(of: 3, stored: .hidden, kind: record) == .hidden)
    #expect(handing.stagedWithdrawal(of: 3) == nil)
  }

  @Test("A veil hides what is present, and nothing else")
  mutating func veil() {
    handing.veil([1, 2])
    #expect(handing.state(of: 1, stored: .present, kind: record) == .hidden)
    #expect(handing.state(of: 1, stored: .purged, kind: record) == .purged)
    #expect(handing.unveil([2, 5]) == [2])
    #expect(handing.state(of: 2, stored: .present, kind: record) == .present)
    #expect(handing.state(of: 1, stored: .present, kind: record) == .hidden)
  }

  @Test("An undecided record is absent; other kinds are never withdrawn (STO-71)")
  mutating func undecided() {
    handing.doubt(4..<6, of: 100)
    #expect(handing.state(of: 4, stored: .present, kind: record) == .absent)
    #expect(handing.state(of: 4, stored: .present, kind: EntryKind.grant.rawValue) == .present)
    #expect(handing.state(of: 6, stored: .present, kind: record) == .present)
    handing.trust(handing.undecided)
    #expect(handing.state(of: 4, stored: .present, kind: record) == .present)
  }

  @Test("A doubt that finds no room is a doubt in all that is here")
  mutating func noRoom() {
    for entry in 0..<UInt64(Limits.damagedRangesKept) {
      handing.doubt((2 * entry)..<(2 * entry + 1), of: 10_000)
    }
    #expect(!handing.undecided.contains(5_001))
    handing.doubt(9_000..<9_001, of: 10_000)
    #expect(handing.undecided.ranges == [0..<10_000])
  }
}
