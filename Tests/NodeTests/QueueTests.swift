import Testing

@testable import Node

@Suite("Lines that a hostile peer brings about as often as it likes")
struct QueueTests {
  @Test("A line of one kind is said once a minute, and the next says how many were left out")
  func lines() {
    var limit = LogLineLimit()
    #expect(limit.line("frozen be", "be is frozen at 9", at: 1_000) == "be is frozen at 9")
    for turn in 0..<100 { #expect(limit.line("frozen be", "x", at: 1_000 + UInt64(turn)) == nil) }
    #expect(limit.line("frozen fr", "fr is frozen at 3", at: 2_000) == "fr is frozen at 3")
    #expect(
      limit.line("frozen be", "be is frozen at 1", at: 61_001)
        == "be is frozen at 1 (100 more like it since the last line)")
  }

  @Test("What is kept of kinds has a bound, and a clock that stands still keeps none for ever")
  func kinds() {
    var limit = LogLineLimit()
    for kind in 0..<(NodeLimits.lineKindsKept + 500) {
      #expect(limit.line("\(kind)", "x", at: 5) == "x")
    }
    #expect(limit.line("0", "x", at: 6) == nil)
    #expect(limit.line("new", "x", at: 5 + NodeLimits.lineEveryMilliseconds) == "x")
    #expect(limit.line("new", "x", at: 6 + NodeLimits.lineEveryMilliseconds) == nil)
  }
}
