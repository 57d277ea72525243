internal import SQL

/// The statements on `ownwatch`: since which entry a person of this node's own is watched for. What
/// came before is listed (HUB-76).
final class OwnWatchRows {
  private let find: Statement
  private let insert: Statement
  private let remove: Statement
  private let reset: Statement

  init(_ database: Database) throws(SQLError) {
    find = try database.prepare("SELECT since FROM ownwatch WHERE ref = ?1")
    insert = try database.prepare("INSERT INTO ownwatch (ref, since) VALUES (?1, ?2)")
    remove = try database.prepare("DELETE FROM ownwatch WHERE ref = ?1")
    reset = try database.prepare("UPDATE ownwatch SET since = 0")
  }

  /// - Parameter entry: its number, if it was not watched for before.
  func since(_ ref: String, _ entry: Int64) throws(SQLError) -> Int64 {
    try find.bind(1, ref)
    let known = try find.step() ? find.integer(0) : nil
    find.reset()
    if let known { return known }
    try insert.bind(1, ref)
    try insert.bind(2, entry)
    try insert.run()
    return entry
  }

  func forget(_ ref: String) throws(SQLError) {
    try remove.bind(1, ref)
    try remove.run()
  }

  /// Facts that were made anew have other numbers: all of these were there before.
  func beginAnew() throws(SQLError) { try reset.run() }
}
