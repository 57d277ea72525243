/// Entries of one log by their indices: ranges that ascend and do not touch, and never more of them
/// than there is room for. A range that does not fit is left out: whoever finds it again tries
/// again.
struct EntryRanges: Hashable, Sendable {
  private(set) var ranges: [Range<UInt64>] = []
  let most: Int

  init(most: Int = Limits.damagedRangesKept) { self.most = most }

  var isEmpty: Bool { ranges.isEmpty }

  func contains(_ entry: UInt64) -> Bool {
    let place = firstRange(endingAbove: entry)
    return place < ranges.count && ranges[place].lowerBound <= entry
  }

  /// The range that holds `entry`.
  func range(at entry: UInt64) -> Range<UInt64>? {
    let place = firstRange(endingAbove: entry)
    guard place < ranges.count, ranges[place].contains(entry) else { return nil }
    return ranges[place]
  }

  mutating func insert(_ entry: UInt64) { insert(entry..<(entry + 1)) }

  mutating func insert(_ new: Range<UInt64>) {
    guard !new.isEmpty else { return }
    // Ranges that touch the new one become part of it.
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
    guard end > start || ranges.count < most else { return }
    ranges.replaceSubrange(start..<end, with: [joined])
  }

  mutating func remove(_ entry: UInt64) { remove(entry..<(entry + 1)) }

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
  }

  private func firstRange(endingAbove entry: UInt64) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= entry { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
