/// Names a timer of one queue; never reused.
public struct TimerID: Hashable, Sendable {
  let number: UInt64
}

/// Timers in a binary min-heap, by deadline and, at one deadline, in the order in which they were
/// made. Time is an argument, so that tests run on virtual time.
struct TimerQueue {
  private struct Node {
    var deadline: UInt64
    var number: UInt64

    func precedes(_ other: Node) -> Bool {
      (deadline, number) < (other.deadline, other.number)
    }
  }

  private var heap: [Node] = []
  private var bodies: [UInt64: () -> Void] = [:]
  private var made: UInt64 = 0

  var count: Int { bodies.count }

  mutating func schedule(at deadline: UInt64, _ body: @escaping () -> Void) -> TimerID {
    made += 1
    bodies[made] = body
    heap.append(Node(deadline: deadline, number: made))
    siftUp(heap.count - 1)
    return TimerID(number: made)
  }

  /// Cancelled timers stay in the heap until they come up, or until they are the larger part of it.
  mutating func cancel(_ id: TimerID) {
    guard bodies.removeValue(forKey: id.number) != nil else { return }
    if heap.count > 2 * bodies.count + 64 {
      heap = heap.filter { bodies[$0.number] != nil }.sorted { $0.precedes($1) }
    }
  }

  /// The earliest deadline, nil when nothing is scheduled.
  mutating func nextDeadline() -> UInt64? {
    while let first = heap.first {
      if bodies[first.number] != nil { return first.deadline }
      removeFirst()
    }
    return nil
  }

  /// Takes the earliest timer that is due at `now` and was made no later than `last`; the caller
  /// runs it.
  mutating func takeDue(now: UInt64, madeUpTo last: UInt64) -> (() -> Void)? {
    while let first = heap.first, first.deadline <= now {
      // One that a timer of this round made for "now" waits for the next round, so that a chain of
      // them cannot keep the loop from its descriptors.
      if first.number > last { return nil }
      removeFirst()
      if let body = bodies.removeValue(forKey: first.number) { return body }
    }
    return nil
  }

  /// The number of the newest timer, for `takeDue`.
  var newest: UInt64 { made }

  private mutating func removeFirst() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    siftDown(0)
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].precedes(heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].precedes(heap[least]) {
        least = child
      }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
