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
  /// The node destroyed its keys for them: what the hub has of them stays (HUB-15).
  var isKept = false
  /// The header of one that is to be forgotten and was for this node.
  var gone: GoneEntry?
}

struct ReadableEntry: Hashable, Sendable {
  let time: UInt64
  /// Days since 1970; 0: never.
  let expiryDay: Int
  let state: EntryState
  /// The exact text; empty when the state is malformed.
  let record: [UInt8]
  /// The grant of its audience, in its log; nil: this node cannot tell.
  var grant: UInt64?
}

/// The header of a record that was withdrawn or has expired, and was sealed to this node.
struct GoneEntry: Hashable, Sendable {
  let time: UInt64
  /// Days since 1970; 0: never.
  let expiryDay: Int
  let state: EntryState
  /// The daemon says that it expired, and not that it was withdrawn.
  let isExpired: Bool
  /// The grant of its audience, in its log.
  let grant: UInt64
}

struct GrantPlace: Hashable, Sendable {
  let log: LogID
  let index: UInt64
}

/// The nodes that a grant's entries are sealed to, its author among them.
struct SealedGrant: Hashable, Sendable {
  let place: GrantPlace
  /// Ascending.
  let members: [String]
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
  /// Those that the changes name.
  var grants: [SealedGrant] = []
}
