import Log
import Sealing
import Store

/// The history entries of one log. They are read ahead of its grants, since each opens what stands
/// below it, and in pieces, each as large as a budget allows.
final class HistoryFeed {
  private let identity: LogIdentity
  /// The keys that they gave this node.
  let keys = HistoryKeys()
  /// Every entry below was read, or is missing.
  private var searched: UInt64 = 0
  private var found: ArraySlice<UInt64> = []
  /// Entries whose bodies are not here, or damaged: they are looked at again.
  private var missing: [UInt64] = []
  private var nextMissing = 0

  init(_ identity: LogIdentity) { self.identity = identity }

  /// Goes on until every history entry was read, or the budget is spent.
  ///
  /// - Parameter gave: called with each entry that gave a new key.
  /// - Returns: whether all were read that can be.
  func advance(
    _ store: Store, _ grantKeys: GrantKeys, _ budget: inout WorkBudget,
    gave: (HistoryHead) -> Void
  ) throws(StoreError) -> Bool {
    readMissing(store, grantKeys, &budget, gave: gave)
    let size = store.state(identity.id)?.size ?? 0
    while true {
      guard missing.count < NodeLimits.historyMissing else { return true }
      if let index = found.first {
        guard !budget.isSpent else { return false }
        found.removeFirst()
        if !read(index, store, grantKeys, &budget, gave: gave) { missing.append(index) }
      } else {
        guard searched < size else { return true }
        guard !budget.isSpent else { return false }
        try search(store, size, &budget)
      }
    }
  }

  private func search(
    _ store: Store, _ size: UInt64, _ budget: inout WorkBudget
  ) throws(StoreError) {
    let entries = try store.controlEntries(
      identity.id, from: searched, limit: NodeLimits.controlEntriesAtOnce)
    budget.spend(entries: 1 + entries.count / NodeLimits.controlEntriesOfUnit)
    let isEnd = entries.count < NodeLimits.controlEntriesAtOnce
    searched = isEnd ? size : (entries.last?.index ?? size) + 1
    found = entries.filter { $0.kind == EntryKind.history.rawValue }.map(\.index)[...]
  }

  private func readMissing(
    _ store: Store, _ grantKeys: GrantKeys, _ budget: inout WorkBudget,
    gave: (HistoryHead) -> Void
  ) {
    for _ in 0..<min(NodeLimits.missingGrantsAtOnce, missing.count) {
      guard !budget.isSpent else { return }
      if nextMissing >= missing.count { nextMissing = 0 }
      if read(missing[nextMissing], store, grantKeys, &budget, gave: gave) {
        missing.remove(at: nextMissing)
      } else {
        nextMissing += 1
      }
    }
  }

  /// - Returns: false if its body is not here, or damaged.
  private func read(
    _ index: UInt64, _ store: Store, _ grantKeys: GrantKeys, _ budget: inout WorkBudget,
    gave: (HistoryHead) -> Void
  ) -> Bool {
    budget.spend(entries: 1)
    guard
      let batch = try? store.read(
        identity.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2),
      batch.bodyState(at: 0) == .present
    else { return false }
    budget.spend(entries: 0, bytes: batch.leaves.count + batch.bodies.count)
    if let news = take(batch, 0, grantKeys), news.isNew { gave(news.head) }
    return true
  }

  /// Takes the entry at `position`, which is here; its own signature decides whether it counts.
  func take(
    _ batch: EntryBatch, _ position: Int, _ grantKeys: GrantKeys
  ) -> (head: HistoryHead, isNew: Bool)? {
    guard
      identity.verifySignature(
        leaves: batch.leaves.span, at: position * EntryLayout.leafBytes),
      let body = batch.body(at: position)
    else { return nil }
    return keys.handleHistory(
      header: batch.header(at: position), body: Array(body), author: identity.origin.name,
      keys: grantKeys)
  }
}
