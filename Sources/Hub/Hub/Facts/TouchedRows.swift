internal import SQL

/// The statements on `touched`: records of which another version is shown than before, or none, for
/// whoever acts on that (Protocols/hub.md, HUB-70).
final class TouchedRows {
  private let insert: Statement
  private let removeThrough: Statement
  private let meta: MetaRows
  let numbers: RowNumbers
  /// The last row that was added; 0: none by this writer.
  private(set) var last: Int64 = 0
  private var removed: Int64 = 0

  init(_ database: Database) throws(SQLError) {
    meta = try MetaRows(database)
    numbers = try RowNumbers("touched", meta)
    insert = try database.prepare("INSERT INTO touched (number, name) VALUES (?1, ?2)")
    removeThrough = try database.prepare("DELETE FROM touched WHERE number <= ?1")
  }

  func add(_ entry: EntryRow) throws(SQLError) {
    last = numbers.next()
    try insert.bind(1, last)
    try insert.bind(2, entry.name)
    try insert.run()
  }

  func remove(through number: Int64) throws(SQLError) {
    guard number > removed else { return }
    try removeThrough.bind(1, number)
    try removeThrough.run()
    try meta.set("forgotten", number)
    removed = number
  }
}
