import Foundation
import Crypto
import Log
import Replica
import Runtime
import Store
import Testing

@testable import Node

@Suite("What the node keeps about space")
struct SpaceUnitTests {
  private let log: LogID
  private let origin: Origin

  init() throws {
    origin = try Origin("nl/1")
    log = try #require(LogID([UInt8](repeating: 7, count: 32)))
  }

  @Test("The progress of the scrub comes back as it was, and nothing else is taken for it")
  func progress() throws {
    var progress = try #require(ScrubProgress(text: ""))
    progress.logs[log] = ScrubbedLog(verified: 900, scrubbed: 30, defects: 2)
    progress.day = 20_000
    #expect(ScrubProgress(text: progress.text) == progress)
    progress.lastStartedAt = 5
    progress.lastEndedAt = 9
    progress.passStartedAt = 11
    progress.cursor = ScrubCursor(first: log)
    #expect(ScrubProgress(text: progress.text) == progress)
    #expect(ScrubProgress(text: progress.text + "rubbish\n") == nil)
    #expect(ScrubProgress(text: "log zz 1 2 3\n") == nil)
    #expect(ScrubProgress(text: "day -1\n") == nil)
  }

  @Test(
    "What this process signed is not verified again before the next pass, but where something lies below"
  )
  func signedHere() {
    let folder = NodeFolder(FileManager.default.temporaryDirectory.path + "/none-\(UUID())")
    var scrub = Scrub(folder, logs: [(log, 5)], own: log)
    scrub.signedHere(5..<8, of: log)
    #expect(scrub.logs[log]?.verified == 0, "0 to 5 were not verified in this run")
    _ = scrub.verified(VerifiedRun(log: log, range: 0..<8, bad: []))
    scrub.signedHere(8..<300, of: log)
    #expect(scrub.logs[log]?.verified == 300)
    scrub.signedHere(301..<302, of: log)
    #expect(scrub.logs[log]?.verified == 300)
  }

  @Test(
    "What was taken today counts on after a restart, and where that is not known the day is used up"
  )
  func budgetsAreKept() throws {
    var budgets = DayBudgets()
    budgets.byLog[log] = DayBudget(day: 5, bytes: 60)
    let again = try #require(DayBudgets(text: budgets.text))
    #expect(again == budgets)
    #expect(again.byLog[log]?.taken(on: 5) == 60 && again.byLog[log]?.taken(on: 6) == 0)
    for text in ["x", "\(log) 5", "\(log) 5 -1", "\(log) 5 18446744073709551615", "zz 5 6"] {
      #expect(DayBudgets(text: text) == nil)
    }
    let folder = NodeFolder(NSTemporaryDirectory() + "liaison-taken-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      atPath: folder.root, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder.root) }
    #expect(DayBudgets.load(folder, logs: [log], today: 5) == DayBudgets())
    try budgets.save(folder)
    #expect(DayBudgets.load(folder, logs: [log], today: 5) == budgets)
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder.taken))
    let unknown = DayBudgets.load(folder, logs: [log], today: 5)
    #expect(unknown.isUnknown)
    #expect(unknown.byLog[log]?.taken(on: 5) == .max >> 1)
    #expect(unknown.byLog[log]?.taken(on: 6) == 0)
  }

  @Test("Running time grows with the monotonic clock alone, and a damaged file begins anew")
  func runningTime() {
    let running = RunningTime(minutes: 1_000, now: 50_000)
    #expect(running.minute(at: 50_000) == 1_000)
    #expect(running.minute(at: 50_000 + 7 * 60_000 + 59_999) == 1_007)
    // A clock that goes back, and sums that do not fit, trap nothing.
    #expect(running.minute(at: 0) == 1_000)
    #expect(RunningTime(minutes: .max, now: 0).minute(at: .max) <= .max)
    let text = RunningTime.text(minutes: 1_007)
    #expect(RunningTime.minutes(of: text) == 1_007)
    for place in text.indices {
      var flipped = text
      flipped[place] ^= 1
      #expect(RunningTime.minutes(of: flipped) == nil, "byte \(place)")
    }
    #expect(RunningTime.minutes(of: []) == nil)
    #expect(RunningTime.minutes(of: text + [0x0a]) == nil)
  }

  @Test("A pass is due a day after the last began, and with a new day of the expiry clock")
  func passDue() {
    var scrub = Scrub(NodeFolder("/nowhere"), logs: [], own: log)
    #expect(scrub.passDue(day: 0) == 0)
    scrub.beginPass(at: 9, steady: 1_000, day: 20_000)
    scrub.endPass(at: 5_000)
    #expect(scrub.passDue(day: 20_000) == 1_000 + NodeLimits.scrubEveryMilliseconds)
    #expect(scrub.passDue(day: 20_001) == 0)
    #expect(scrub.passDue(day: 0) == 1_000 + NodeLimits.scrubEveryMilliseconds)
  }

  @Test(
    "A pass is due by the steady clock; a beginning that a wrong clock noted for the future counts for nothing"
  )
  func passAfterWrongClock() {
    let day = NodeLimits.scrubEveryMilliseconds
    var scrub = Scrub(NodeFolder("/nowhere"), logs: [], own: log)
    scrub.beginPass(at: 50 * day, steady: 0, day: 0)
    scrub.endPass(at: 50 * day)
    scrub.recall(wall: 49 * day, steady: 1_000)
    #expect(scrub.passDue(day: 0) == 0)
    scrub.recall(wall: 50 * day + 600, steady: 1_000)
    #expect(scrub.passDue(day: 0) == 1_000 + day - 600)
    scrub.recall(wall: 52 * day, steady: 1_000)
    #expect(scrub.passDue(day: 0) == 0)
  }

  @Test("STO-27: after damage a pass is due soon, once, and at most one in ten minutes")
  func passAfterDamage() {
    var scrub = Scrub(NodeFolder("/nowhere"), logs: [], own: log)
    scrub.beginPass(at: 9, steady: 1_000, day: 0)
    // The pass that runs is enough.
    scrub.noteDamage()
    scrub.endPass(at: 5_000)
    #expect(scrub.passDue(day: 0) == 1_000 + NodeLimits.scrubEveryMilliseconds)
    for _ in 0..<2 { scrub.noteDamage() }
    #expect(scrub.passDue(day: 0) == 1_000 + NodeLimits.scrubAfterDamageMilliseconds)
    scrub.beginPass(at: 9, steady: 700_000, day: 0)
    scrub.endPass(at: 710_000)
    #expect(scrub.passDue(day: 0) == 700_000 + NodeLimits.scrubEveryMilliseconds)
  }

  @Test("Defects count once, however often they are seen")
  func defects() {
    var scrub = Scrub(NodeFolder("/nowhere"), logs: [], own: log)
    #expect(scrub.verified(VerifiedRun(log: log, range: 0..<10, bad: [3])) == [3])
    #expect(scrub.verified(VerifiedRun(log: log, range: 0..<10, bad: [3])) == [])
    #expect(scrub.verified(VerifiedRun(log: log, range: 10..<20, bad: [11, 12])) == [11, 12])
    #expect(scrub.logs[log]?.defects == 3 && scrub.logs[log]?.verified == 20)
    // Behind a gap nothing counts as verified.
    _ = scrub.verified(VerifiedRun(log: log, range: 30..<40, bad: []))
    #expect(scrub.logs[log]?.verified == 20)
  }

  @Test(
    "Dates are those of the calendar",
    arguments: [
      ("1970-01-01", 0), ("1970-03-01", 59), ("2000-02-29", 11_016), ("2016-01-10", 16_810),
      ("2026-11-24", 20_781), ("2149-06-06", 65_535),
    ]) func dates(text: String, day: UInt64)
  {
    #expect(UTCTime.day(text) == day)
    #expect(UTCTime.text(milliseconds: day * 86_400_000).hasPrefix(text))
  }

  @Test(
    "What is no date is refused",
    arguments: [
      "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "26-01-01", "2026-01-32", "",
      "2026-01-01 ", "1969-12-31", "٢٠٢٦-01-01", "2026-01", "-026-01-01",
    ]) func noDates(text: String)
  {
    #expect(UTCTime.day(text) == nil)
  }
}
