import Store
import Testing

@testable import Node

@Suite("Which disk work the loop does itself")
struct DiskPlanTests {
  private func commit(bytes: Int, synced: Int = 0) -> [DiskOperation] {
    [
      .write(.journal(0), offset: 4_096, bytes: [UInt8](repeating: 1, count: bytes)),
      .sync(.journal(synced)),
    ]
  }

  @Test("A small commit while the disk is fast, and nothing else")
  func small() {
    let plan = DiskPlan()
    #expect(plan.isForLoop(commit(bytes: 4_096)))
    #expect(plan.isForLoop(commit(bytes: NodeLimits.commitOfLoopBytes)))
    #expect(!plan.isForLoop(commit(bytes: NodeLimits.commitOfLoopBytes + 1)))
    #expect(!plan.isForLoop(commit(bytes: 4_096, synced: 1)))
    #expect(!plan.isForLoop([.sync(.journal(0))]))
    #expect(!plan.isForLoop(commit(bytes: 4_096) + commit(bytes: 4_096)))
    #expect(!plan.isForLoop([.write(.reserve, offset: 0, bytes: [1]), .sync(.reserve)]))
  }

  @Test("One slow commit, and the next ones have a thread until enough in a row were fast")
  func slow() {
    var plan = DiskPlan()
    plan.executed(commit(bytes: 1), in: NodeLimits.slowCommitNanoseconds + 1, at: 1)
    for _ in 0..<NodeLimits.fastCommits {
      #expect(!plan.isForLoop(commit(bytes: 1)))
      plan.executed(commit(bytes: 1), in: 100_000, at: 1)
    }
    #expect(plan.isForLoop(commit(bytes: 1)))
    for _ in 0..<NodeLimits.fastCommits { plan.executed([.sync(.reserve)], in: .max, at: 1) }
    #expect(plan.isForLoop(commit(bytes: 1)))
  }

  @Test("What tidies up waits for a pause, at most so long")
  func settling() {
    var plan = DiskPlan()
    var now: UInt64 = 10_000
    #expect(plan.maySettle(at: now))
    plan.executed([.sync(.reserve)], in: 1, at: now)
    plan.executed(commit(bytes: 1), in: 1, at: now)
    #expect(!plan.maySettle(at: now))
    #expect(plan.settlesIn(at: now) == NodeLimits.settleAfterMilliseconds)
    #expect(plan.maySettle(at: now + NodeLimits.settleAfterMilliseconds))
    let end = now + NodeLimits.settleAtLeastMilliseconds
    while now < end {
      #expect(!plan.maySettle(at: now))
      now += NodeLimits.settleAfterMilliseconds - 1
      plan.executed(commit(bytes: 1), in: 1, at: now)
    }
    #expect(plan.maySettle(at: end))
  }
}
