internal import HubInterface
internal import Records
internal import SQL

/// A row of `exclusion`: this traveller is not this record's person (Protocols/hub.md, HUB-94).
struct ExclusionRow: Hashable, Sendable {
  var number: Int64 = 0
  var traveller: [UInt8]
  var subject: String
  /// Its last day, since 1970.
  var until: Int64
  /// It counts in lists that are screened for this purpose.
  var purpose: Purpose
  var basis: String
  var reason: String
  var proposed: String
  var confirmed: String?
  /// Unix milliseconds.
  var time: Int64
  var ended: Int64?

  func counts(today: Int64) -> Bool { confirmed != nil && ended == nil && until >= today }

  func model(today: Int64) -> Exclusion {
    let state =
      ended != nil || until < today ? "ended" : confirmed == nil ? "proposed" : "counts"
    return Exclusion(
      number: Int(number), ref: subject, until: CivilDay(number: Int(until))?.text ?? "",
      basis: basis, reason: reason, proposedBy: proposed,
      confirmedBy: confirmed == proposed ? nil : confirmed,
      time: Int(time), state: state)
  }
}

/// The statements on `exclusion`.
final class ExclusionRows {
  private let insert: Statement
  private let update: Statement
  private let byNumber: Statement
  private let byTraveller: Statement
  private let list: Statement

  private static let columns =
    "SELECT number, traveller, subject, until, purpose, basis, reason, proposed, confirmed, time, ended FROM exclusion "

  init(_ database: Database) throws(SQLError) {
    insert = try database.prepare(
      "INSERT INTO exclusion (traveller, subject, until, basis, reason, proposed, confirmed, time, purpose) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING number"
    )
    update = try database.prepare(
      "UPDATE exclusion SET confirmed = ?2, ended = ?3 WHERE number = ?1")
    byNumber = try database.prepare(ExclusionRows.columns + "WHERE number = ?1")
    byTraveller = try database.prepare(
      ExclusionRows.columns + "WHERE traveller = ?1 AND ended IS NULL ORDER BY number")
    list = try database.prepare(ExclusionRows.columns + "ORDER BY number DESC LIMIT ?1")
  }

  func add(_ row: ExclusionRow) throws(SQLError) -> Int64 {
    try insert.bind(1, row.traveller)
    try insert.bind(2, row.subject)
    try insert.bind(3, row.until)
    try insert.bind(4, row.basis)
    try insert.bind(5, row.reason)
    try insert.bind(6, row.proposed)
    try insert.bind(7, row.confirmed)
    try insert.bind(8, row.time)
    try insert.bind(9, row.purpose.rawValue)
    return try insert.returned()
  }

  func set(_ row: ExclusionRow) throws(SQLError) {
    try update.bind(1, row.number)
    try update.bind(2, row.confirmed)
    if let ended = row.ended { try update.bind(3, ended) } else { try update.bindNull(3) }
    try update.run()
  }

  func find(_ number: Int64) throws(SQLError) -> ExclusionRow? {
    try byNumber.bind(1, number)
    return try ExclusionRows.all(byNumber).first
  }

  func of(_ traveller: [UInt8]) throws(SQLError) -> [ExclusionRow] {
    try byTraveller.bind(1, traveller)
    return try ExclusionRows.all(byTraveller)
  }

  /// The newest first.
  func all() throws(SQLError) -> [ExclusionRow] {
    try list.bind(1, HubLimits.exclusions)
    return try ExclusionRows.all(list)
  }

  private static func all(_ statement: Statement) throws(SQLError) -> [ExclusionRow] {
    var found: [ExclusionRow] = []
    try statement.each { row throws(SQLError) in
      found.append(
        ExclusionRow(
          number: row.integer(0), traveller: row.blob(1), subject: row.text(2),
          until: row.integer(3), purpose: Purpose(rawValue: row.text(4)) ?? .ct,
          basis: row.text(5), reason: row.text(6), proposed: row.text(7),
          confirmed: row.optionalText(8), time: row.integer(9),
          ended: row.isNull(10) ? nil : row.integer(10)))
      return true
    }
    return found
  }
}
