/// Entries of one log that follow one another: `17-30`, or `17` alone (Protocols/records.md,
/// REC-100).
public struct EntryRange: Hashable, Sendable {
  /// From 1: the entry at 0 is the genesis.
  public let first: UInt64
  /// Not below `first`, at most 2^40.
  public private(set) var last: UInt64

  /// - Returns: nil for another form.
  public init?(_ text: String) {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count <= 2, let first = EntryRange.index(ends[0]) else { return nil }
    self.first = first
    last = first
    guard ends.count == 2 else { return }
    guard let last = EntryRange.index(ends[1]), last > first else { return nil }
    self.last = last
  }

  /// - Precondition: `entries` is not empty, and within 1 to 2^40.
  public init(_ entries: ClosedRange<UInt64>) {
    precondition(entries.lowerBound >= 1 && entries.upperBound <= RecordLimits.lastIndex)
    first = entries.lowerBound
    last = entries.upperBound
  }

  private static func index(_ digits: Substring) -> UInt64? {
    guard let first = digits.utf8.first, (0x31...0x39).contains(first),
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let index = UInt64(digits),
      index <= RecordLimits.lastIndex
    else { return nil }
    return index
  }

  /// Entries in it.
  public var count: UInt64 { last - first + 1 }

  /// Its entries, in order.
  public var indices: ClosedRange<UInt64> { first...last }

  /// As a record has it.
  public var text: String { first == last ? "\(first)" : "\(first)-\(last)" }

  /// Entries in ascending order as the fewest ranges.
  public static func joining(_ entries: [UInt64]) -> [EntryRange] {
    var ranges: [EntryRange] = []
    for entry in entries {
      if let last = ranges.last?.last, last + 1 == entry {
        ranges[ranges.count - 1].last = entry
      } else {
        ranges.append(EntryRange(entry...entry))
      }
    }
    return ranges
  }
}
