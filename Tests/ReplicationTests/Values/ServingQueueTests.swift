import Crypto
import Log
import Testing

@testable import Replication

@Suite("A peer's pulls are served in turns")
struct ServingQueueTests {
  private let log = LogID.sample(1)
  private let other = LogID.sample(2)

  private func pull(_ request: UInt32, _ log: LogID, credit: Int = 100) -> ServedPull {
    ServedPull(
      request: request, log: log, next: 0, to: 10, credit: credit, form: .compact, isToEnd: false)
  }

  private func queue(_ pulls: ServedPull...) -> ServingQueue {
    var queue = ServingQueue()
    for pull in pulls { queue.add(pull) }
    return queue
  }

  @Test("One request of each log has a turn, if it has credit")
  func turns() {
    let queue = queue(
      pull(1, log, credit: 0), pull(2, log), pull(3, log), pull(4, other, credit: -5),
      pull(5, other))
    expect(queue.turns.map(\.request) == [2, 5])
  }

  @Test("A log that was served goes behind the others, in the order of its requests")
  func rotates() {
    var queue = queue(pull(1, log), pull(2, log), pull(3, other))
    queue.sent(queue.pulls[0], before: 4, 60)
    expect(queue.pulls.map(\.request) == [3, 1, 2])
    expect(queue.pulls[1].next == 4 && queue.pulls[1].credit == 40)
    queue.sent(queue.pulls[1], before: 10, 60)
    expect(queue.pulls.map(\.request) == [3, 2], "all of it went")
  }

  @Test("When it is full, one without credit gives way")
  func room() {
    var queue = ServingQueue()
    for request in 0..<UInt32(Limits.openRequestsOfPeer) { queue.add(pull(request, log)) }
    expect(!queue.makeRoom())
    _ = queue.credit(3, 7)
    queue.sent(queue.pulls[5], before: 1, 100)
    expect(queue.makeRoom())
    expect(!queue.contains(5) && queue.contains(3))
  }

  @Test("Credit is added to what is left; for a request that is over it is nothing")
  func credit() {
    var queue = queue(pull(1, log, credit: -50))
    expect(queue.credit(1, 70) == 20)
    expect(queue.credit(2, 70) == nil)
    queue.remove(1)
    expect(queue.credit(1, 70) == nil)
  }
}
