import Log

/// Records that a withdrawal of a later epoch named before they came here.
struct EarlyWithdrawals {
  private var named: [Origin: [UInt64: Withdrawal.Place]] = [:]
  private var incomplete: Set<Origin> = []
  private var count = 0

  mutating func note(_ indices: [UInt64], of origin: Origin, by place: Withdrawal.Place) {
    for index in indices {
      guard count < Limits.withdrawalsEarly,
        named[origin]?.count ?? 0 < Limits.withdrawalsEarlyOfLog
      else {
        incomplete.insert(origin)
        return
      }
      if named[origin, default: [:]].updateValue(place, forKey: index) == nil { count += 1 }
    }
  }

  /// Takes what was noted of the log below `size`; `isIncomplete`: more was named than was noted.
  mutating func take(
    of origin: Origin, below size: UInt64
  ) -> (named: [(Withdrawal.Place, [UInt64])], isIncomplete: Bool) {
    // The pass that follows notes it again, if it must.
    let isIncomplete = incomplete.remove(origin) != nil
    guard let noted = named[origin] else { return ([], isIncomplete) }
    var found: [(Withdrawal.Place, [UInt64])] = []
    let come = noted.filter { $0.key < size }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    for (index, place) in come {
      if found.last?.0 != place { found.append((place, [])) }
      found[found.count - 1].1.append(index)
    }
    named[origin] = come.count == noted.count ? nil : noted.filter { $0.key >= size }
    count -= come.count
    return (found, isIncomplete)
  }
}
