import Log
package import Sealing
import Store

/// An audience book of one log that is fed from the store in pieces, each as large as a budget
/// allows: an author may have signed a million grants.
package final class GrantFeed {
  let identity: LogIdentity
  package let book: AudienceBook
  /// Grants that were found and not fed yet, in order.
  private var found: ArraySlice<UInt64> = []
  /// Every grant below was found.
  private var searched: UInt64 = 0
  /// The lowest grant that was passed over as lost, or with a signature that is not its author's:
  /// it may still take effect, and open what stands above.
  private(set) var uncertainFrom = UInt64.max
  /// Which of the missing grants is looked at next.
  private var nextMissing = 0

  init(_ identity: LogIdentity, _ history: HistoryKeys, closedAudiences: Int) {
    self.identity = identity
    book = AudienceBook(
      identity: identity, history: history, closedAudiences: closedAudiences)
  }

  /// Goes on until every grant below `end` was fed, or the budget is spent.
  /// - Parameter isLost: whether a damaged entry is passed over.
  /// - Returns: whether all were fed.
  /// - Throws: `.damaged` at a grant that is damaged here and may still come: the book is right up
  ///   to it.
  func advance(
    to end: UInt64, _ store: Store, _ keys: GrantKeys, isLost: (UInt64) -> Bool,
    _ budget: inout WorkBudget
  ) throws(StoreError) -> Bool {
    guard feedReopened(store, keys, &budget) else { return false }
    feedMissing(store, keys, &budget)
    while book.size < end {
      while let next = found.first, next < book.size { found.removeFirst() }
      guard let next = found.first else {
        guard !budget.isSpent else { return false }
        let before = book.size
        try search(store, &budget)
        guard !found.isEmpty || book.size > before else { break }
        continue
      }
      guard next < end else {
        book.advance(to: end)
        break
      }
      guard !budget.isSpent else { return false }
      do throws(StoreError) {
        try feed(next, store, keys, &budget)
      } catch {
        // The grant may still come: passed over too early, its records would seem to be for others.
        guard case .damaged = error, isLost(next) else { throw error }
        uncertainFrom = min(uncertainFrom, next)
        book.advance(to: next + 1)
      }
    }
    return true
  }

  /// Finds the next grants.
  private func search(_ store: Store, _ budget: inout WorkBudget) throws(StoreError) {
    let size = store.state(identity.id)?.size ?? 0
    let from = max(searched, book.size)
    let entries = try store.controlEntries(
      identity.id, from: from, limit: NodeLimits.controlEntriesAtOnce)
    budget.spend(entries: 1 + entries.count / NodeLimits.controlEntriesOfUnit)
    let isEnd = entries.count < NodeLimits.controlEntriesAtOnce
    searched = isEnd ? max(size, from) : (entries.last?.index ?? from) + 1
    found =
      entries.filter { $0.kind == EntryKind.grant.rawValue && $0.index >= book.size }
      .map(\.index)[...]
    if found.isEmpty { book.advance(to: searched) }
  }

  /// A grant takes effect only after its own signature was verified, however it was accepted.
  private func feed(
    _ index: UInt64, _ store: Store, _ keys: GrantKeys, _ budget: inout WorkBudget
  ) throws(StoreError) {
    let batch = try store.read(
      identity.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
    budget.spend(entries: 1, bytes: batch.leaves.count + batch.bodies.count)
    guard identity.verifySignature(leaves: batch.leaves.span, at: 0) else {
      uncertainFrom = min(uncertainFrom, index)
      return book.advance(to: index + 1)
    }
    book.handleGrant(
      header: batch.header(at: 0), body: batch.body(at: 0).map { Array($0) }, keys: keys)
  }

  /// Grants that were fed before their keys came by history.
  /// - Returns: whether all were fed once more.
  func feedReopened(_ store: Store, _ keys: GrantKeys, _ budget: inout WorkBudget) -> Bool {
    while let index = book.nextReopened {
      guard !budget.isSpent else { return false }
      if !feedLate(index, store, keys, &budget) { book.postponeReopened() }
    }
    return true
  }

  /// - Returns: false if its body is not here, or damaged.
  private func feedLate(
    _ index: UInt64, _ store: Store, _ keys: GrantKeys, _ budget: inout WorkBudget
  ) -> Bool {
    budget.spend(entries: 1)
    guard (try? store.bodyState(identity.id, index)) == .present,
      let batch = try? store.read(
        identity.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2),
      let body = batch.body(at: 0)
    else { return false }
    budget.spend(entries: 0, bytes: batch.leaves.count + batch.bodies.count)
    book.handleGrant(header: batch.header(at: 0), body: Array(body), keys: keys)
    return true
  }

  /// Grants whose bodies came after they were passed (SEAL-16): a few are looked at each time.
  private func feedMissing(
    _ store: Store, _ keys: GrantKeys, _ budget: inout WorkBudget
  ) {
    for _ in 0..<min(NodeLimits.missingGrantsAtOnce, book.missingGrants.count) {
      guard !budget.isSpent else { return }
      if nextMissing >= book.missingGrants.count { nextMissing = 0 }
      if !feedLate(book.missingGrants[nextMissing], store, keys, &budget) { nextMissing += 1 }
    }
  }
}
