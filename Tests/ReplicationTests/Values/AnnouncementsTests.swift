import Crypto
import Log
import Testing

@testable import Replication

@Suite("SYNC-43: heads are told at once, later, or not at all")
struct AnnouncementsTests {
  private let log = LogID.sample(1)
  private let other = LogID.sample(2)

  @Test("What is told later joins others that are nearly due")
  func joins() {
    var heads = Announcements()
    heads.tell(log, at: 1_150, 1_000)
    heads.tell(other, at: 1_150 + Limits.announceJoinMilliseconds, 1_000)
    expect(heads.lateDueAt == 1_150)
    heads.collect(1_149) { _ in .news }
    expect(heads.isEmpty)
    heads.collect(1_150) { _ in .news }
    expect(heads.take() == [log, other])
    expect(heads.isEmpty && heads.lateDueAt == .max)
  }

  @Test(
    "A peer that has it by its own word waits until its time is over; who needs nothing, for ever")
  func needs() {
    var heads = Announcements()
    heads.tell(log, at: 1_150, 1_000)
    heads.tell(other, at: 1_150, 1_000)
    heads.collect(1_150) { $0 == log ? .acknowledgement : .none }
    expect(heads.isEmpty)
    let last = 1_000 + Limits.announceMilliseconds
    expect(heads.lateDueAt == last)
    heads.collect(last) { _ in .acknowledgement }
    expect(heads.take() == [log])
  }

  @Test("The soonest time counts, and the wait counts from the first")
  func soonest() {
    var heads = Announcements()
    heads.tell(log, at: 9_000, 1_000)
    heads.tell(log, at: 8_000, 5_000)
    heads.tell(log, at: 20_000, 5_000)
    expect(heads.lateDueAt == 8_000)
    heads.collect(8_000) { _ in .acknowledgement }
    expect(heads.take() == [log], "it has waited since 1,000")
  }

  @Test("What was told meanwhile is not told again")
  func told() {
    var heads = Announcements()
    heads.tell(log, at: 1_150, 1_000)
    heads.told(log)
    heads.collect(1_150) { _ in .news }
    expect(heads.isEmpty)
  }
}
