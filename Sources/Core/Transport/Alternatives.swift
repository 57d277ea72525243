/// Several ways to the same thing, of which one may be bad: each has its turn, and the one after
/// the last that failed comes first next time.
struct Alternatives<Element: Hashable & Sendable>: Sendable {
  /// All elements as they were found last.
  private(set) var all: [Element] = []
  /// Elements of this round that were not tried yet, last first.
  private var left: [Element] = []
  /// The element that the next round begins with.
  private var preferred: Element?
  /// The element that is being tried, or was last.
  private(set) var current: Element?

  var isRoundOver: Bool { left.isEmpty }

  /// Begins a round over `found`, or over what was found before when that is nil.
  mutating func begin(_ found: [Element]? = nil) {
    if let found { all = found }
    let start = preferred.flatMap { all.firstIndex(of: $0) } ?? 0
    left = Array((all[start...] + all[..<start]).reversed())
  }

  /// The next one of this round; nil when all had their turn. Until `succeeded` it counts as one
  /// that failed.
  mutating func next() -> Element? {
    guard let next = left.popLast() else { return nil }
    current = next
    let place = all.firstIndex(of: next).map { ($0 + 1) % all.count } ?? 0
    preferred = all.isEmpty ? nil : all[place]
    return next
  }

  /// The one that was tried is good: the next round begins with it.
  mutating func succeeded() {
    preferred = current
    left = []
  }
}
