internal import Log

/// One change with all that is derived from its record.
struct PreparedEntry: Sendable {
  let change: EntryChange
  /// nil: it is to be forgotten.
  let derived: DerivedEntry?

  init(_ change: EntryChange) {
    self.change = change
    derived = change.readable.map { DerivedEntry(of: $0) }
  }

  /// Bytes of memory that it is counted for: its record, and about as much as is derived from it.
  var weight: Int { 512 + 2 * (change.readable?.record.count ?? 0) }
}

/// A message of the daemon, ready to be written.
struct PreparedPage: Sendable {
  let entries: [PreparedEntry]
  let grants: [SealedGrant]
  let cursor: FeedCursor
  let isComplete: Bool
  let weight: Int

  init(_ page: FeedPage) {
    entries = page.changes.map { PreparedEntry($0) }
    grants = page.grants
    cursor = page.cursor
    isComplete = page.isComplete
    weight = entries.reduce(0) { $0 + $1.weight }
  }
}
