internal import SQL

/// The statements on `touched`: records of which another version is shown than before, or none, for whoever acts on that (Protocols/hub.md,
/// HUB-70).
final class TouchedRows {
  private let insert: Statement
  private let removeThrough: Statement
  private let meta: MetaRows
  private let database: Database
  /// The last row that was added; 0: none by this writer.
  private(set) var last: Int64 = 0
  private var removed: Int64 = 0

  init(_ database: Database) throws(SQLError) {
    self.database = database
    meta = try MetaRows(database)
    insert = try database.prepare("INSERT INTO touched (name) VALUES (?1)")
    removeThrough = try database.prepare("DELETE FROM touched WHERE number <= ?1")
  }

  func add(_ entry: EntryRow) throws(SQLError) {
    try insert.bind(1, entry.name)
    try insert.run()
    last = database.lastRowID
  }

  func remove(through number: Int64) throws(SQLError) {
    guard number > removed else { return }
    try removeThrough.bind(1, number)
    try removeThrough.run()
    try meta.set("forgotten", number)
    removed = number
  }
}
