internal import SQL

/// Something that happened to an alert or to a watch.
struct EventRow: Hashable, Sendable {
  var number: Int64
  var kind: AlertNews
  var alert: Int64?
  var watch: Int64?
  var user: String?
  var time: Int64
}

/// The statements on `event`.
final class EventRows {
  private let insert: Statement
  private let after: Statement
  private let newest: Statement

  init(_ database: Database) throws(SQLError) {
    insert = try database.prepare(
      "INSERT INTO event (kind, alert, watch, username, time) VALUES (?1, ?2, ?3, ?4, ?5)")
    after = try database.prepare(
      "SELECT number, kind, alert, watch, username, time FROM event WHERE number > ?1 ORDER BY number LIMIT ?2"
    )
    newest = try database.prepare("SELECT coalesce(max(number), 0) FROM event")
  }

  func add(
    _ kind: AlertNews, alert: Int64? = nil, watch: Int64? = nil, user: String? = nil, _ time: Int64
  ) throws(SQLError) {
    try insert.bind(1, kind.rawValue)
    if let alert { try insert.bind(2, alert) } else { try insert.bindNull(2) }
    if let watch { try insert.bind(3, watch) } else { try insert.bindNull(3) }
    try insert.bind(4, user)
    try insert.bind(5, time)
    try insert.run()
  }

  func events(after number: Int64, limit: Int) throws(SQLError) -> [EventRow] {
    try after.bind(1, number)
    try after.bind(2, limit)
    var found: [EventRow] = []
    try after.each { row throws(SQLError) in
      guard let kind = AlertNews(rawValue: row.text(1)) else { return true }
      found.append(
        EventRow(
          number: row.integer(0), kind: kind, alert: row.isNull(2) ? nil : row.integer(2),
          watch: row.isNull(3) ? nil : row.integer(3), user: row.optionalText(4),
          time: row.integer(5)))
      return true
    }
    return found
  }

  func last() throws(SQLError) -> Int64 {
    defer { newest.reset() }
    return try newest.step() ? newest.integer(0) : 0
  }
}
