internal import SQL

/// The statements on `meta`: single values.
final class MetaRows {
  private let find: Statement
  private let put: Statement
  private let delete: Statement

  init(_ database: Database) throws(SQLError) {
    find = try database.prepare("SELECT value FROM meta WHERE name = ?1")
    put = try database.prepare(
      "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2")
    delete = try database.prepare("DELETE FROM meta WHERE name = ?1")
  }

  func text(_ name: String) throws(SQLError) -> String? {
    try find.bind(1, name)
    defer { find.reset() }
    return try find.step() ? find.optionalText(0) : nil
  }

  func integer(_ name: String) throws(SQLError) -> Int64? {
    try text(name).flatMap { Int64($0) }
  }

  func set(_ name: String, _ value: Int64) throws(SQLError) {
    try set(name, "\(value)")
  }

  func set(_ name: String, _ value: String) throws(SQLError) {
    try put.bind(1, name)
    try put.bind(2, value)
    try put.run()
  }

  func remove(_ name: String) throws(SQLError) {
    try delete.bind(1, name)
    try delete.run()
  }
}
