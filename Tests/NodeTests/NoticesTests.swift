import Log
import Testing

@testable import Node
@testable import Runtime

@Suite("What a node says to its operators")
struct NoticesTests {
  private let time = GivenTime()
  private let notices: Notices

  init() {
    notices = Notices(
      Logger(threshold: .error, descriptor: -1, journalStream: nil), SystemClock(time))
  }

  @Test("A warning stands for a day, or until it is settled; the newest of a kind counts")
  func warnings() {
    notices.warn("a", "first")
    time.pass(milliseconds: 10)
    notices.warn("a", "second")
    notices.warn("b", "other")
    #expect(notices.recentWarnings.map { $0.hasSuffix("second") } == [false, true])
    #expect(notices.warning("a") == "second")
    notices.settle("a")
    #expect(notices.recentWarnings.count == 1 && notices.warning("a") == nil)
    time.pass(milliseconds: NodeLimits.warningMilliseconds - 1)
    #expect(notices.recentWarnings.count == 1)
    time.pass(milliseconds: 1)
    #expect(notices.recentWarnings.isEmpty)
  }

  @Test("Beyond so many warnings the oldest goes")
  func bound() {
    for number in 0..<(NodeLimits.warningsKept + 3) {
      notices.warn("\(number)", "x")
      time.pass(milliseconds: 1)
    }
    #expect(notices.recentWarnings.count == NodeLimits.warningsKept)
    #expect(notices.warning("2") == nil && notices.warning("3") != nil)
  }

  @Test("What failed inside is counted")
  func attempt() {
    notices.attempt("this") {}
    #expect(notices.counters.values["node.internal-errors"] == nil)
    notices.attempt("this") { throw TestFailure("no") }
    #expect(notices.counters.values["node.internal-errors"] == 1)
  }
}
