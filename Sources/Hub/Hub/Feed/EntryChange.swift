internal import Log

/// One change that the daemon told, checked.
struct EntryChange: Hashable, Sendable {
  let log: LogID
  let origin: Origin
  let index: UInt64
  /// Entries from `index` on; 1 for readable ones.
  let count: UInt64
  /// nil: they are to be forgotten, unless they are kept.
  let readable: ReadableEntry?
  /// The node destroyed its keys for them: what the hub has of them stays (HUB-12).
  var isKept = false
}

struct ReadableEntry: Hashable, Sendable {
  let time: UInt64
  /// Days since 1970; 0: never.
  let expiryDay: Int
  let state: EntryState
  /// The exact text; empty when the state is malformed.
  let record: [UInt8]
}

/// Where the hub is: the daemon's journal, its number, and how far each log was looked at.
struct FeedCursor: Hashable, Sendable {
  var journal: String
  var number: UInt64
  /// The next index by the log's id; logs that did not move are not named.
  var next: [LogID: UInt64]
}

/// The changes of one message, to be applied whole.
struct FeedPage: Sendable {
  var changes: [EntryChange]
  var cursor: FeedCursor
  /// Nothing that is durable at the daemon is left to tell.
  var isComplete: Bool
}
