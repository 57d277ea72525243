/// Coming events by time, and at one time in the order in which they were asked for.
struct EventQueue {
  private var heap: [(at: UInt64, order: UInt64, work: World.Work)] = []
  private var order: UInt64 = 0

  var nextTime: UInt64? { heap.first?.at }

  mutating func add(_ at: UInt64, _ work: @escaping World.Work) {
    order += 1
    heap.append((at, order, work))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard precedes(child, parent) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func take() -> World.Work? {
    guard let first = heap.first else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if precedes(child, least) { least = child }
      }
      guard least != parent else { return first.work }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    (heap[a].at, heap[a].order) < (heap[b].at, heap[b].order)
  }
}
