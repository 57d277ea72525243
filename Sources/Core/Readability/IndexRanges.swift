/// Indices of one log as ranges that ascend and do not touch.
package struct IndexRanges: Hashable, Sendable {
  /// How many ranges there may be, and how one more is met.
  package enum Room: Hashable, Sendable { case joining(Int), leavingOut(Int) }

  package private(set) var ranges: [Range<UInt64>] = []
  let room: Room

  package init(_ room: Room) { self.room = room }

  package var isEmpty: Bool { ranges.isEmpty }

  package func contains(_ wanted: Range<UInt64>) -> Bool {
    guard !wanted.isEmpty else { return true }
    let place = firstRange(endingAbove: wanted.lowerBound)
    return place < ranges.count && ranges[place].lowerBound <= wanted.lowerBound
      && ranges[place].upperBound >= wanted.upperBound
  }

  /// The parts of `wanted` that are in it.
  func overlaps(with wanted: Range<UInt64>) -> [Range<UInt64>] {
    var parts: [Range<UInt64>] = []
    for place in firstRange(endingAbove: wanted.lowerBound)..<ranges.count {
      guard ranges[place].lowerBound < wanted.upperBound else { break }
      parts.append(ranges[place].clamped(to: wanted))
    }
    return parts
  }

  package mutating func insert(_ new: Range<UInt64>) {
    guard !new.isEmpty else { return }
    let start = firstRange(endingAbove: new.lowerBound == 0 ? 0 : new.lowerBound - 1)
    var end = start
    var joined = new
    while end < ranges.count, ranges[end].lowerBound <= new.upperBound {
      joined =
        min(
          joined.lowerBound, ranges[end].lowerBound)..<max(
          joined.upperBound, ranges[end].upperBound)
      end += 1
    }
    if end == start, case .leavingOut(let most) = room, ranges.count >= most { return }
    ranges.replaceSubrange(start..<end, with: [joined])
    if case .joining(let most) = room { while ranges.count > most { joinNearest() } }
  }

  mutating func remove(_ old: Range<UInt64>) {
    guard !old.isEmpty else { return }
    let start = firstRange(endingAbove: old.lowerBound)
    var end = start
    var rest: [Range<UInt64>] = []
    while end < ranges.count, ranges[end].lowerBound < old.upperBound {
      let range = ranges[end]
      if range.lowerBound < old.lowerBound { rest.append(range.lowerBound..<old.lowerBound) }
      if old.upperBound < range.upperBound { rest.append(old.upperBound..<range.upperBound) }
      end += 1
    }
    if start < end { ranges.replaceSubrange(start..<end, with: rest) }
    if case .joining(let most) = room { while ranges.count > most { joinNearest() } }
  }

  mutating func joinAll() {
    guard let first = ranges.first, let last = ranges.last else { return }
    ranges = [first.lowerBound..<last.upperBound]
  }

  /// Two neighbours become one, with what lies between them: those with the least between them.
  private mutating func joinNearest() {
    var best = 0
    for place in 0..<(ranges.count - 1) where gap(after: place) < gap(after: best) { best = place }
    let joined = ranges[best].lowerBound..<ranges[best + 1].upperBound
    ranges.replaceSubrange(best...(best + 1), with: [joined])
  }

  private func gap(after place: Int) -> UInt64 {
    ranges[place + 1].lowerBound - ranges[place].upperBound
  }

  private func firstRange(endingAbove index: UInt64) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= index { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
