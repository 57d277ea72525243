import Log
import Store

/// Looks for the withdrawal of its author that names a record, in pieces.
struct WithdrawalSearch {
  private let record: Withdrawal.Record
  /// The author's log with the record, and its later ones: where to go on in each.
  private var logs: ArraySlice<LogIdentity>
  private var from: UInt64
  private var found: ArraySlice<UInt64> = []
  private var isListed = false
  private var read = 0

  init(_ identity: LogIdentity, _ index: UInt64, _ store: Store) {
    record = Withdrawal.Record(origin: identity.origin, index: index)
    let later = store.logs.filter {
      $0.origin.name == identity.origin.name && $0.origin.epoch >= identity.origin.epoch
        && $0.id != identity.id
    }
    logs = ([identity] + later)[...]
    from = index
  }

  /// - Returns: `by nl/1/9`; nil while there is more to do.
  mutating func step(_ store: Store, _ budget: inout WorkBudget) throws(StoreError) -> String? {
    while let log = logs.first {
      while let index = found.first {
        guard read < NodeLimits.withdrawalsSearched else {
          return "by one of more than \(read) withdrawals"
        }
        guard !budget.isSpent else { return nil }
        found.removeFirst()
        read += 1
        if try names(index, in: log, store, &budget) { return "by \(log.origin)/\(index)" }
      }
      guard !budget.isSpent else { return nil }
      if isListed {
        logs.removeFirst()
        from = 0
        isListed = false
      } else {
        try list(log, store, &budget)
      }
    }
    return "by a withdrawal that is not here"
  }

  private mutating func list(
    _ log: LogIdentity, _ store: Store, _ budget: inout WorkBudget
  ) throws(StoreError) {
    let entries = try store.controlEntries(
      log.id, from: from, limit: NodeLimits.controlEntriesAtOnce)
    budget.spend(entries: 1 + entries.count / NodeLimits.controlEntriesOfUnit)
    found = entries.filter { $0.kind == EntryKind.withdrawal.rawValue }.map(\.index)[...]
    isListed = entries.count < NodeLimits.controlEntriesAtOnce
    if let last = entries.last { from = last.index + 1 }
  }

  private func names(
    _ index: UInt64, in log: LogIdentity, _ store: Store, _ budget: inout WorkBudget
  ) throws(StoreError) -> Bool {
    let batch = try store.read(
      log.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
    budget.spend(entries: 1, bytes: batch.leaves.count + batch.bodies.count)
    guard let body = batch.body(at: 0),
      let withdrawal = try? Withdrawal.parse(Array(body), in: log.origin)
    else { return false }
    return withdrawal.records.contains(record)
  }
}
