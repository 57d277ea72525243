import Testing

@testable import Replication

@Suite("When a checkpoint is told without entries")
struct CheckpointRelayTests {
  @Test("One is passed on at once, those that follow it now and then")
  func passes() {
    var relay = CheckpointRelay()
    let due = 1_000 + Limits.checkpointEveryMilliseconds
    let first = [1_000, 1_001].map { relay.pass(at: $0) }
    #expect(first == [true, false])
    #expect(relay.dueAt == due && !relay.isDue(at: due - 1) && relay.isDue(at: due))
    let next = relay.pass(at: due)
    #expect(next && relay.dueAt == nil && !relay.isDue(at: due))
  }

  @Test("All are told when none followed for a while, and at the latest after a time")
  func rests() {
    var relay = CheckpointRelay()
    relay.rest(at: 1_000)
    let due = 1_000 + Limits.checkpointRestsMilliseconds
    #expect(relay.restDueAt == due)
    let rested = [due - 1, due, due].map { relay.takeRest(at: $0) }
    #expect(rested == [false, true, false])
    // An author that never rests.
    var now: UInt64 = 5_000_000
    let latest = now + Limits.checkpointToldMilliseconds
    while now < latest {
      relay.rest(at: now)
      let isTold = relay.takeRest(at: now)
      #expect(!isTold)
      now += Limits.checkpointRestsMilliseconds / 2
    }
    let isTold = relay.takeRest(at: latest)
    #expect(isTold)
  }
}
