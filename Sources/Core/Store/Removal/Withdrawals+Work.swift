import Log

// Changes that wait for the store, given to it in order.
extension Withdrawals {
  /// Gives the store what is queued. Bodies to be hidden are veiled while the store is busy.
  mutating func doQueued(in store: Store, _ facts: Facts) -> [Outcome] {
    var outcomes: [Outcome] = []
    while let due = queue.first {
      do throws(StoreError) {
        let count = try perform(due, in: store, facts)
        if count > 0, let what = due.action.what {
          outcomes.append(
            Outcome(log: due.log, what: what, count: count, withdrawal: due.action.place))
        }
      } catch .busy {
        queue.veil(in: store)
        break
      } catch {
        // One that cannot be read does not keep the others from being hidden.
        if due.action.hides, !store.hasFailed, queue.split() { continue }
        // The store has failed, or an index record cannot be read: the next pass comes back to it.
        queue.removeFirst(in: store)
        if due.action.hides { store.veil(due.log, due.indices) }
        continue
      }
      queue.removeFirst(in: store)
    }
    return outcomes
  }

  private func perform(
    _ due: DueChange, in store: Store, _ facts: Facts
  ) throws(StoreError) -> Int {
    guard let identity = store.identity(of: due.log) else { return 0 }
    switch due.action {
    case .expire: return try store.purge(due.log, due.indices, as: .expired)
    case .hide(let place):
      guard counts(place, for: identity, in: store, facts) else { return 0 }
      return try store.hide(
        due.log, due.indices, by: place, dueMinute: facts.dueMinute,
        unless: {
          $0.dueMinute <= facts.dueMinute && !suspects.contains($0, of: due.log)
            && counts($0.withdrawal, for: identity, in: store, facts)
        })
    case .purge(let place):
      guard counts(place, for: identity, in: store, facts) else { return 0 }
      return try store.purge(
        due.log, due.indices, as: .purged, by: place,
        where: { $0.withdrawal == place && $0.dueMinute <= facts.minute })
    case .restore:
      return try store.restore(
        due.log, due.indices,
        where: { !counts($0.withdrawal, for: identity, in: store, facts) })
    case .unmark(let place):
      let word = WithdrawalReader(store: store).word(of: place, for: identity)
      guard !word.isUnreadable else { return 0 }
      return try store.restore(
        due.log, due.indices,
        where: { $0.withdrawal == place && !word.names.contains($0.index) })
    case .trust(let entries):
      store.table[due.log]?.handing.trust(entries)
      return 0
    }
  }
}

extension Withdrawals.Facts {
  /// When the bytes of what is hidden now go.
  var dueMinute: UInt32 {
    let (due, overflow) = minute.addingReportingOverflow(Limits.withdrawalStandsMinutes)
    return overflow ? .max : due
  }
}

/// A change for the store, of one log.
struct DueChange {
  enum Action {
    case expire
    case hide(Withdrawal.Place)
    case purge(Withdrawal.Place)
    case restore
    /// The entry there is no withdrawal of these.
    case unmark(Withdrawal.Place)
    /// Whatever withdraws these has hidden them; for it `indices` are none.
    case trust(EntryRanges)

    var what: Withdrawals.Outcome.What? {
      switch self {
      case .expire: .expired
      case .hide: .hidden
      case .purge: .purged
      case .restore, .unmark: .restored
      case .trust: nil
      }
    }

    var place: Withdrawal.Place? {
      switch self {
      case .hide(let place), .purge(let place), .unmark(let place): place
      case .expire, .restore, .trust: nil
      }
    }

    var hides: Bool { if case .hide = self { true } else { false } }
  }

  let log: LogID
  let action: Action
  /// Ascending, at most `Store.purgesAtOnce`.
  let indices: [UInt64]
}

/// Changes in order: what is hidden again by another withdrawal comes before what is restored.
struct WithdrawalQueue {
  private var changes: ArraySlice<DueChange> = []
  private var count = 0
  /// The first so many of `changes` were veiled, where they hide.
  private var veiled = 0

  var isEmpty: Bool { changes.isEmpty }
  var first: DueChange? { changes.first }

  /// A change that finds no room is found again by the next pass of the scrub.
  mutating func add(_ action: DueChange.Action, _ log: LogID, _ indices: [UInt64]) {
    let taken = indices.prefix(Limits.withdrawalsQueued - min(count, Limits.withdrawalsQueued))
    for start in stride(from: 0, to: taken.count, by: Store.purgesAtOnce) {
      let end = min(start + Store.purgesAtOnce, taken.count)
      changes.append(DueChange(log: log, action: action, indices: Array(taken[start..<end])))
    }
    count += taken.count
  }

  /// Adds entries to be trusted, behind what hides.
  mutating func trust(_ undecided: [LogID: EntryRanges]) {
    for (log, entries) in undecided where !entries.isEmpty {
      changes.append(DueChange(log: log, action: .trust(entries), indices: []))
    }
  }

  mutating func veil(in store: Store) {
    for change in changes.dropFirst(veiled) where change.action.hides {
      store.veil(change.log, change.indices)
    }
    veiled = changes.count
  }

  /// Halves the first one.
  /// - Returns: false if it is one body.
  mutating func split() -> Bool {
    guard let change = changes.first, change.indices.count > 1 else { return false }
    let middle = change.indices.count / 2
    changes.removeFirst()
    for indices in [change.indices[middle...], change.indices[..<middle]] {
      changes.insert(
        DueChange(log: change.log, action: change.action, indices: Array(indices)),
        at: changes.startIndex)
    }
    veiled = 0
    return true
  }

  mutating func removeFirst(in store: Store) {
    guard let change = changes.popFirst() else { return }
    count -= change.indices.count
    veiled = max(0, veiled - 1)
    switch change.action {
    case .hide, .restore, .unmark:
      store.unveil(change.log, change.indices)
      // Another one behind it may name them, too.
      veiled = 0
    case .expire, .purge, .trust: break
    }
  }
}
