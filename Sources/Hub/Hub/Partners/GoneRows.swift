internal import Log
internal import SQL

/// A row of `gone`: a record that was withdrawn or has expired, and was for this node. Nothing of
/// it but its header (Protocols/hub.md, HUB-118).
struct GoneRow: Hashable, Sendable {
  var place: Int64
  /// Unix milliseconds, its author's claim.
  var time: Int64
  /// Days since 1970; 0: never.
  var expiryDay: Int64
  var state: EntryState
  var isExpired: Bool
  /// A number of `audience`.
  var audience: Int64
}

/// The statements on `gone`.
final class GoneRows {
  private let findRange: Statement
  private let insert: Statement
  private let removeOne: Statement
  private let markTold: Statement
  private let findUntold: Statement

  private static let columns = "SELECT place, time, expiry, state, expired, audience FROM gone "

  init(_ database: Database) throws(SQLError) {
    findRange = try database.prepare(
      GoneRows.columns + "WHERE log = ?1 AND place >= ?2 AND place < ?3 ORDER BY place LIMIT ?4")
    insert = try database.prepare(
      "INSERT INTO gone (log, place, time, expiry, state, expired, audience, told) "
        + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
    removeOne = try database.prepare("DELETE FROM gone WHERE log = ?1 AND place = ?2")
    markTold = try database.prepare("UPDATE gone SET told = ?3 WHERE log = ?1 AND place = ?2")
    findUntold = try database.prepare(
      GoneRows.columns + "WHERE told <> ?1 AND log = ?2 ORDER BY place LIMIT ?3")
  }

  /// - Returns: at most `EntryRows.batch` of them.
  func find(_ log: Int64, from place: UInt64, count: UInt64) throws(SQLError) -> [GoneRow] {
    let end = place.addingReportingOverflow(count)
    try findRange.bind(1, log)
    try findRange.bind(2, Int64(clamping: place))
    try findRange.bind(3, end.overflow ? Int64.max : Int64(clamping: end.partialValue))
    try findRange.bind(4, EntryRows.batch)
    return try GoneRows.all(findRange)
  }

  /// - Returns: at most `EntryRows.batch` of one log.
  func untold(since round: Int64, _ log: Int64) throws(SQLError) -> [GoneRow] {
    try findUntold.bind(1, round)
    try findUntold.bind(2, log)
    try findUntold.bind(3, EntryRows.batch)
    return try GoneRows.all(findUntold)
  }

  func insert(_ log: Int64, _ row: GoneRow, round: Int64) throws(SQLError) {
    try insert.bind(1, log)
    try insert.bind(2, row.place)
    try insert.bind(3, row.time)
    try insert.bind(4, row.expiryDay)
    try insert.bind(5, row.state.rawValue)
    try insert.bind(6, row.isExpired ? 1 : 0)
    try insert.bind(7, row.audience)
    try insert.bind(8, round)
    try insert.run()
  }

  func remove(_ log: Int64, _ place: Int64) throws(SQLError) {
    try removeOne.bind(1, log)
    try removeOne.bind(2, place)
    try removeOne.run()
  }

  func setTold(_ log: Int64, _ place: Int64, _ round: Int64) throws(SQLError) {
    try markTold.bind(1, log)
    try markTold.bind(2, place)
    try markTold.bind(3, round)
    try markTold.run()
  }

  private static func all(_ statement: Statement) throws(SQLError) -> [GoneRow] {
    var found: [GoneRow] = []
    try statement.each { row throws(SQLError) in
      found.append(
        GoneRow(
          place: row.integer(0), time: row.integer(1), expiryDay: row.integer(2),
          state: EntryState(rawValue: row.integer(3)), isExpired: row.integer(4) != 0,
          audience: row.integer(5)))
      return true
    }
    return found
  }
}
