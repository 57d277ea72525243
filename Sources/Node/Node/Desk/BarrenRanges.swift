/// Entries of one log that were looked at and hold nothing for this node for ever: they are not
/// read again. Sorted and apart; what finds no room is looked at again.
struct BarrenRanges {
  private var ranges: [Range<UInt64>] = []

  /// Where the entries end that need not be read, if `index` is one of them.
  func end(at index: UInt64) -> UInt64? {
    let place = place(of: index)
    guard place > 0, ranges[place - 1].contains(index) else { return nil }
    return ranges[place - 1].upperBound
  }

  mutating func add(_ range: Range<UInt64>) {
    guard !range.isEmpty else { return }
    var merged = range
    var low = place(of: range.lowerBound)
    if low > 0, ranges[low - 1].upperBound >= range.lowerBound { low -= 1 }
    var high = low
    while high < ranges.count, ranges[high].lowerBound <= range.upperBound {
      merged =
        min(
          merged.lowerBound, ranges[high].lowerBound)..<max(
          merged.upperBound, ranges[high].upperBound)
      high += 1
    }
    ranges.replaceSubrange(low..<high, with: [merged])
    guard ranges.count > NodeLimits.barrenRanges else { return }
    if let shortest = ranges.indices.min(by: { ranges[$0].count < ranges[$1].count }) {
      ranges.remove(at: shortest)
    }
  }

  /// The place of the first range that begins above `index`.
  private func place(of index: UInt64) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].lowerBound <= index { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
