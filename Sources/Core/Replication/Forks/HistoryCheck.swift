/// The comparison of one log with the peer's, where they seem to differ: Protocols/sync.md, 12.
struct HistoryCheck {
  /// The peer shows another history.
  private(set) var isDisputed = false
  /// Up to which size the histories seemed to differ.
  private var disputedAt: UInt64 = 0
  /// Both sides have the same headers below this: one says so of all before it.
  private(set) var sameBelow: UInt64 = 0
  /// Our search for the lowest fork, and the probes that were asked in all.
  var search: ForkSearch?
  private var probesAsked = 0
  /// The entry that the other side asked about last, and that is another here.
  var lastProbed: UInt64?
  /// Entries whose leaf was sent as an answer to a rewrite, and how many were received.
  private(set) var leavesShown: [UInt64] = []
  private var leavesSeen = 0
  private var exhibitsSeen = 0

  // MARK: The dispute

  /// - Returns: whether it is news.
  mutating func dispute(size: UInt64) -> Bool {
    guard !isDisputed else { return false }
    isDisputed = true
    disputedAt = size
    return true
  }

  /// Both sides have the same headers below `end`.
  mutating func isSame(below end: UInt64) { sameBelow = max(sameBelow, end) }

  /// - Returns: false when something above that was disputed.
  mutating func settle(below end: UInt64) -> Bool {
    guard end >= disputedAt else { return false }
    isDisputed = false
    disputedAt = 0
    return true
  }

  // MARK: Leaves and exhibits

  func mayShow(_ index: UInt64) -> Bool {
    !leavesShown.contains(index) && leavesShown.count < Limits.leavesShownOfLog
  }

  mutating func shown(_ index: UInt64) { leavesShown.append(index) }

  /// - Returns: whether one more leaf may come.
  mutating func seeLeaf() -> Bool {
    leavesSeen += 1
    return leavesSeen <= Limits.leavesShownOfLog
  }

  /// - Returns: whether one more exhibit may come.
  mutating func seeExhibit() -> Bool {
    exhibitsSeen += 1
    return exhibitsSeen <= Limits.exhibitsOfLog
  }

  // MARK: The search

  /// The answer to who wants a search.
  enum Seek {
    /// This side or the other is at it.
    case underWay
    /// All headers below are the same.
    case isSame(below: UInt64)
    case refused
    case begin(ForkSearch)
  }

  /// - Parameters:
  ///   - index: where to look first: an entry that seems to differ.
  ///   - isShown: it does; both headers were compared.
  ///   - proven: the index of the lowest fork proof: a fork that it shows need not be found again.
  ///   - size: the entries that are durable here.
  func seek(from index: UInt64, isShown: Bool, proven: UInt64?, size: UInt64) -> Seek {
    if search != nil { return .underWay }
    if !isShown, index < sameBelow { return .isSame(below: sameBelow) }
    let proven = proven ?? .max
    guard probesAsked <= (Limits.searchesOfLog - 1) * Limits.probesOfSearch, proven > 0 else {
      return .refused
    }
    let first = min(index, proven - 1)
    guard first < size else { return .refused }
    if lastProbed == first { return .underWay }
    return .begin(ForkSearch(first: first, differsAt: isShown ? index : nil))
  }

  mutating func asked() { probesAsked += 1 }

  /// The first probe showed that signatures alone differ: no fork was searched for.
  mutating func takeBack() { probesAsked -= 1 }
}

/// The fork proofs of one log on a session: SYNC-80.
struct ProofExchange {
  /// The index of the lowest proof that both sides hold.
  private(set) var known: UInt64 = .max
  private var sent = 0
  private var seen = 0

  /// - Parameter allowed: so many may travel since the session began.
  mutating func see(allowed: Int) -> Bool {
    seen += 1
    return seen <= allowed + Limits.proofsSlack
  }

  func maySend(allowed: Int) -> Bool { sent < allowed }

  mutating func sent(_ frozenAt: UInt64) {
    known = frozenAt
    sent += 1
  }

  mutating func received(_ frozenAt: UInt64) { known = min(known, frozenAt) }
}
