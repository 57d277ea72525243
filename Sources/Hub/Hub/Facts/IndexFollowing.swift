internal import Log
internal import SQL

/// How far an index in memory follows the facts.
struct IndexPosition: Hashable, Sendable {
  /// The mark of the facts.
  var made: String
  var keys: Int64 = 0
  var dropped: Int64 = 0
}

/// Reads what changed for an index in memory, where another process writes the facts.
final class IndexFollowing {
  private let keys: Statement
  private let dropped: Statement
  private let lastDropped: Statement
  private let meta: MetaRows
  private let logs: LogNumbers

  /// A part of what changed, and what the facts said of themselves at that moment.
  struct Step {
    var change: IndexChange
    var position: IndexPosition
    /// Nothing is left behind it.
    var isWhole: Bool
    var wasToldAll = false
    var told: [LogID: UInt64] = [:]
  }

  init(_ database: Database) throws(SQLError) {
    keys = try database.prepare(
      "SELECT number, keys, flags FROM keys WHERE number > ?1 ORDER BY number LIMIT ?2")
    dropped = try database.prepare(
      "SELECT number, keys FROM dropped WHERE number > ?1 ORDER BY number LIMIT ?2")
    lastDropped = try database.prepare("SELECT coalesce(max(number), 0) FROM dropped")
    meta = try MetaRows(database)
    logs = try LogNumbers(database)
  }

  /// The position to begin at; asked in one snapshot with the rows that the index is loaded from.
  func start() throws(SQLError) -> IndexPosition {
    IndexPosition(
      made: try meta.text("made") ?? "", dropped: try lastDropped.returned())
  }

  /// How far the daemon was told in each log.
  func positions() throws(SQLError) -> [LogID: UInt64] { try logs.positions() }

  /// Keys of current persons and organisations, in rising order of their numbers.
  /// - Returns: the last of them; `after` where there is none.
  func eachKeys(
    after number: Int64, limit: Int, _ body: (UInt32, [UInt8], NameFlags) -> Void
  ) throws(SQLError) -> Int64 {
    var last = number
    try keys.bind(1, number)
    try keys.bind(2, limit)
    try keys.each { row throws(SQLError) in
      last = row.integer(0)
      if let number = UInt32(exactly: last) {
        body(number, row.blob(1), NameFlags(rawValue: row.integer(2)))
      }
      return true
    }
    return last
  }

  /// Changes behind a position, some of them; to be asked in a snapshot.
  /// - Returns: nil where the index has to be loaded anew.
  func changes(
    after position: IndexPosition
  ) throws(SQLError) -> Step? {
    guard try meta.text("made") == position.made,
      try meta.integer("droppedForgotten") ?? 0 <= position.dropped
    else { return nil }
    var (change, next, count) = (IndexChange(), position, 0)
    try dropped.bind(1, position.dropped)
    try dropped.bind(2, HubLimits.keysAtOnce)
    try dropped.each { row throws(SQLError) in
      count += 1
      next.dropped = row.integer(0)
      // One that came and went since never was in this index.
      if row.integer(1) <= position.keys, let number = UInt32(exactly: row.integer(1)) {
        change.removed.append(number)
      }
      return true
    }
    // Records that went are taken out first: keys of later rows may be gone by then, too.
    guard count < HubLimits.keysAtOnce else {
      return Step(change: change, position: next, isWhole: false)
    }
    next.keys = try eachKeys(after: position.keys, limit: HubLimits.keysAtOnce) {
      change.added.append(IndexChange.Added(number: $0, keys: $1, flags: $2))
    }
    let isWhole = change.added.count < HubLimits.keysAtOnce
    return Step(change: change, position: next, isWhole: isWhole)
  }
}
