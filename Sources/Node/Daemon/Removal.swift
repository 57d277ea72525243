import Log
import Store

/// Bodies that are to go: on their way to the store, and named before they came.
struct Removal {
  struct Due {
    let log: LogID
    let state: BodyState
    /// Ascending, at most `Store.purgesAtOnce`.
    let indices: [UInt64]
  }

  /// Waits for the store to take it.
  private(set) var queue: [Due] = []
  private var queued = 0
  /// Withdrawn and not here yet, by origin. What finds no room is found again by the next pass of the scrub.
  private var early: [Origin: Set<UInt64>] = [:]
  private var earlyCount = 0
  /// Entries of kind withdrawal that are not durable yet.
  var arrived: [(log: LogID, index: UInt64)] = []

  /// - Returns: how many were left out for want of room.
  mutating func add(_ log: LogID, _ indices: [UInt64], as state: BodyState) -> Int {
    let taken = min(indices.count, NodeLimits.removalsKept - queued)
    for start in stride(from: 0, to: taken, by: Store.purgesAtOnce) {
      let end = min(start + Store.purgesAtOnce, taken)
      queue.append(Due(log: log, state: state, indices: Array(indices[start..<end])))
    }
    queued += taken
    return indices.count - taken
  }

  mutating func takeFirst() -> Due? {
    guard !queue.isEmpty else { return nil }
    let first = queue.removeFirst()
    queued -= first.indices.count
    return first
  }

  mutating func putBack(_ due: Due) {
    queue.insert(due, at: 0)
    queued += due.indices.count
  }

  mutating func expect(_ index: UInt64, of origin: Origin) {
    guard earlyCount < NodeLimits.removalsKept,
      early[origin, default: []].insert(index).inserted
    else { return }
    earlyCount += 1
  }

  /// What was expected of the log below `size`, ascending.
  mutating func takeExpected(of origin: Origin, below size: UInt64) -> [UInt64] {
    guard let expected = early[origin] else { return [] }
    let come = expected.filter { $0 < size }.sorted()
    guard !come.isEmpty else { return [] }
    early[origin] = expected.count == come.count ? nil : expected.subtracting(come)
    earlyCount -= come.count
    return come
  }
}
