internal import SQL

/// A program that is told of events: how far, and whether it fails.
struct HookRow: Hashable, Sendable {
  var name: String
  /// The owner: another user's program gets nothing of it.
  var user: String
  /// The event that it confirmed last.
  var done: Int64
  /// The event that it failed at again and again.
  var failed: Int64?
  var reason: String?
}

/// The statements on `hook`.
final class HookRows {
  private let put: Statement
  private let byName: Statement
  private let list: Statement

  init(_ database: Database) throws(SQLError) {
    put = try database.prepare(
      "INSERT INTO hook (name, username, done, failed, reason) VALUES (?1, ?2, ?3, ?4, ?5) "
        + "ON CONFLICT (name) DO UPDATE SET done = ?3, failed = ?4, reason = ?5")
    byName = try database.prepare(
      "SELECT name, username, done, failed, reason FROM hook WHERE name = ?1")
    list = try database.prepare(
      "SELECT name, username, done, failed, reason FROM hook ORDER BY name")
  }

  func set(_ hook: HookRow) throws(SQLError) {
    try put.bind(1, hook.name)
    try put.bind(2, hook.user)
    try put.bind(3, hook.done)
    if let failed = hook.failed { try put.bind(4, failed) } else { try put.bindNull(4) }
    try put.bind(5, hook.reason)
    try put.run()
  }

  func find(_ name: String) throws(SQLError) -> HookRow? {
    try byName.bind(1, name)
    return try HookRows.all(byName).first
  }

  func all() throws(SQLError) -> [HookRow] { try HookRows.all(list) }

  private static func all(_ statement: Statement) throws(SQLError) -> [HookRow] {
    var found: [HookRow] = []
    try statement.each { row throws(SQLError) in
      found.append(
        HookRow(
          name: row.text(0), user: row.text(1), done: row.integer(2),
          failed: row.isNull(3) ? nil : row.integer(3), reason: row.optionalText(4)))
      return true
    }
    return found
  }
}
