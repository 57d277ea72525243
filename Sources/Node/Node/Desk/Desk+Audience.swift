import Log
import Sealing
import Store

/// The grant of a record's audience, whether the record's body is here or not.
enum AudienceGrant {
  /// At this index of the same log.
  case grant(UInt64)
  /// This node opens none that the record was sealed to.
  case unknown
}

extension Desk {
  /// The audience of a record by its tag: also of one whose body was withdrawn.
  /// - Returns: nil when the budget was spent on the way to the answer: ask again in a later turn.
  func audience(
    of index: UInt64, in identity: LogIdentity, _ budget: inout WorkBudget
  ) throws(StoreError) -> AudienceGrant? {
    let batch = try store.read(identity.id, index..<(index + 1), maxBytes: 1)
    budget.spend(entries: 1)
    guard try advance(log(identity).feed, to: index, &budget) else { return nil }
    return try audience(batch, 0, of: identity, &budget)
  }

  /// As the other `audience`, of the entry at `position` of `batch`. The log's book was fed with
  /// every grant below it.
  func audience(
    _ batch: EntryBatch, _ position: Int, of identity: LogIdentity, _ budget: inout WorkBudget
  ) throws(StoreError) -> AudienceGrant? {
    let header = batch.header(at: position)
    let index = header.index
    let data = header.associatedData()
    let feed = log(identity).feed
    if let audience = feed.book.audience(index: index, associatedData: data.span) {
      return .grant(audience.grantIndex)
    }
    guard index < feed.book.reach else { return .unknown }
    let past = pastBook(of: identity, at: index)
    guard try advance(past, to: index, &budget) else { return nil }
    let audience = past.book.audience(index: index, associatedData: data.span)
    return audience.map { .grant($0.grantIndex) } ?? .unknown
  }
}
