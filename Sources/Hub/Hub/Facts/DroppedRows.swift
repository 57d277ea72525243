internal import SQL

/// The statements on `dropped`: numbers of keys that are gone, for hubs that read the same facts
/// and have an index of their own in memory.
final class DroppedRows {
  private let insert: Statement
  private let removeThrough: Statement
  private let meta: MetaRows
  let numbers: RowNumbers
  private var forgotten: Int64

  init(_ database: Database) throws(SQLError) {
    insert = try database.prepare("INSERT INTO dropped (number, keys) VALUES (?1, ?2)")
    removeThrough = try database.prepare("DELETE FROM dropped WHERE number <= ?1")
    meta = try MetaRows(database)
    numbers = try RowNumbers("dropped", meta)
    forgotten = try meta.integer("droppedForgotten") ?? 0
  }

  func add(_ keys: UInt32) throws(SQLError) {
    let number = numbers.next()
    try insert.bind(1, number)
    try insert.bind(2, Int64(keys))
    try insert.run()
    guard number - forgotten > 2 * HubLimits.dropped else { return }
    // Whoever reads, and is further behind, loads its index anew.
    try removeThrough.bind(1, number - HubLimits.dropped)
    try removeThrough.run()
    try meta.set("droppedForgotten", number - HubLimits.dropped)
    forgotten = number - HubLimits.dropped
  }
}
