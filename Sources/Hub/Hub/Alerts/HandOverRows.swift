internal import HubInterface
internal import SQL

/// The statements on `handover`: a shift's alerts, offered by one and accepted by another.
final class HandOverRows {
  private let insert: Statement
  private let accept: Statement
  private let byNumber: Statement
  private let list: Statement

  private static let columns =
    "SELECT number, giver, taker, alerts, reason, offered, accepted FROM handover "

  init(_ database: Database) throws(SQLError) {
    insert = try database.prepare(
      "INSERT INTO handover (giver, taker, alerts, reason, offered) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING number"
    )
    accept = try database.prepare("UPDATE handover SET accepted = ?2 WHERE number = ?1")
    byNumber = try database.prepare(HandOverRows.columns + "WHERE number = ?1")
    list = try database.prepare(
      HandOverRows.columns + "WHERE giver = ?1 OR taker = ?1 ORDER BY number DESC LIMIT ?2")
  }

  func add(_ handOver: HandOver) throws(SQLError) -> Int64 {
    try insert.bind(1, handOver.from)
    try insert.bind(2, handOver.to)
    try insert.bind(3, handOver.alerts.map { "\($0)" }.joined(separator: " "))
    try insert.bind(4, handOver.reason)
    try insert.bind(5, handOver.offeredAt)
    return try insert.returned()
  }

  func setAccepted(_ number: Int64, _ time: Int64) throws(SQLError) {
    try accept.bind(1, number)
    try accept.bind(2, time)
    try accept.run()
  }

  func find(_ number: Int64) throws(SQLError) -> HandOver? {
    try byNumber.bind(1, number)
    return try HandOverRows.all(byNumber).first
  }

  /// Hand-overs that this user gave or took, the newest first.
  func of(_ user: String) throws(SQLError) -> [HandOver] {
    try list.bind(1, user)
    try list.bind(2, HubLimits.listed)
    return try HandOverRows.all(list)
  }

  private static func all(_ statement: Statement) throws(SQLError) -> [HandOver] {
    var found: [HandOver] = []
    try statement.each { row throws(SQLError) in
      found.append(
        HandOver(
          number: Int(row.integer(0)), from: row.text(1), to: row.text(2),
          alerts: row.text(3).split(separator: " ").compactMap { Int($0) }, reason: row.text(4),
          offeredAt: Int(row.integer(5)), acceptedAt: row.isNull(6) ? nil : Int(row.integer(6))))
      return true
    }
    return found
  }
}
