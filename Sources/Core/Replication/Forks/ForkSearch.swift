/// The search for the lowest entry of a log in which two nodes differ, on one session
/// (Protocols/sync.md, 12).
///
/// Each header has the hash of the one before in it: below an entry whose header both have, all
/// headers are equal.
struct ForkSearch {
  /// Entries below this have the same header on both sides.
  private(set) var low: UInt64 = 0
  /// An entry whose header differs.
  private(set) var high: UInt64?
  /// The entry that was asked about.
  private(set) var asked: UInt64
  private(set) var steps = 1

  /// - Parameter first: where to look first.
  init(first: UInt64, differsAt high: UInt64? = nil) {
    asked = first
    self.high = high
  }

  mutating func learn(isSame: Bool) {
    if isSame { low = max(low, asked + 1) } else { high = min(asked, high ?? .max) }
  }

  enum Next: Equatable {
    case ask(UInt64)
    /// The lowest entry that differs.
    case found(UInt64)
    /// Nothing differs that was not proven.
    case over
  }

  /// - Parameter proven: the index of the lowest proof at hand: what is not below it is known.
  mutating func next(proven: UInt64?) -> Next {
    guard let high, low < proven ?? .max else { return .over }
    if low == high { return .found(high) }
    guard steps < Limits.probesOfSearch else { return .over }
    steps += 1
    asked = low + (high - low) / 2
    return .ask(asked)
  }
}
