internal import HubInterface
internal import SQL

/// A hit of a list, without the traveller's name.
struct HitRow: Hashable, Sendable {
  var number: Int64 = 0
  var screening: Int64
  /// A keyed hash of document and date of birth, or of name and date.
  var traveller: [UInt8]
  /// `nl:x`, or an entry.
  var subject: String
  var band: Band
  /// True for a hit by name, and not by a document: an exclusion may stop it.
  var isNamed: Bool
  /// The traveller has a document and a date of birth: he can be told from others.
  var isDocumented: Bool
}

/// The statements on `screening` and `hit`.
final class ScreeningRows {
  private let insert: Statement
  private let count: Statement
  private let finishRow: Statement
  private let byNumber: Statement
  private let list: Statement
  private let byDigest: Statement
  private let addHit: Statement
  private let findHit: Statement
  private let earlier: Statement
  private let lastOfFlight: Statement
  private let goneHits: Statement

  private static let columns =
    "SELECT number, flight, username, purpose, time, lines, unreadable, alerts, reviews FROM screening "

  init(_ database: Database) throws(SQLError) {
    insert = try database.prepare(
      "INSERT INTO screening (flight, username, purpose, time, lines, unreadable, alerts, reviews) VALUES (?1, ?2, ?3, ?4, 0, 0, 0, 0) RETURNING number"
    )
    count = try database.prepare(
      "UPDATE screening SET lines = lines + ?2, alerts = alerts + ?3, reviews = reviews + ?4 WHERE number = ?1"
    )
    finishRow = try database.prepare(
      "UPDATE screening SET digest = ?2, unreadable = ?3 WHERE number = ?1")
    byNumber = try database.prepare(ScreeningRows.columns + "WHERE number = ?1")
    list = try database.prepare(ScreeningRows.columns + "ORDER BY number DESC LIMIT ?1")
    byDigest = try database.prepare(
      "SELECT number FROM screening WHERE digest = ?1 AND number < ?2 ORDER BY number DESC LIMIT 1")
    addHit = try database.prepare(
      "INSERT INTO hit (screening, traveller, subject, band, named, documented) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING number"
    )
    findHit = try database.prepare(
      "SELECT number, screening, traveller, subject, band, named, documented FROM hit WHERE number = ?1"
    )
    earlier = try database.prepare(
      "SELECT 1 FROM hit h JOIN screening s ON s.number = h.screening "
        + "WHERE s.flight = ?1 AND s.number < ?2 AND s.digest IS NOT NULL AND h.traveller = ?3 AND h.subject = ?4 LIMIT 1"
    )
    lastOfFlight = try database.prepare(
      "SELECT max(number) FROM screening WHERE flight = ?1 AND number < ?2 AND digest IS NOT NULL")
    goneHits = try database.prepare(
      "SELECT count(*) FROM hit h WHERE h.screening = ?1 AND NOT EXISTS "
        + "(SELECT 1 FROM hit n WHERE n.screening = ?2 AND n.traveller = h.traveller AND n.subject = h.subject)"
    )
  }

  func begin(_ flight: String?, user: String, purpose: String, time: Int64) throws(SQLError)
    -> Int64
  {
    try insert.bind(1, flight)
    try insert.bind(2, user)
    try insert.bind(3, purpose)
    try insert.bind(4, time)
    return try insert.returned()
  }

  func add(to number: Int64, lines: Int, alerts: Int, reviews: Int) throws(SQLError) {
    try count.bind(1, number)
    try count.bind(2, lines)
    try count.bind(3, alerts)
    try count.bind(4, reviews)
    try count.run()
  }

  func finish(_ number: Int64, digest: [UInt8], unreadable: Int) throws(SQLError) {
    try finishRow.bind(1, number)
    try finishRow.bind(2, digest)
    try finishRow.bind(3, unreadable)
    try finishRow.run()
  }

  func find(_ number: Int64) throws(SQLError) -> Screening? {
    try byNumber.bind(1, number)
    return try ScreeningRows.all(byNumber).first
  }

  /// The newest first.
  func all() throws(SQLError) -> [Screening] {
    try list.bind(1, HubLimits.listed)
    return try ScreeningRows.all(list)
  }

  /// An earlier list with the same bytes.
  func same(as digest: [UInt8], before number: Int64) throws(SQLError) -> Int64? {
    try byDigest.bind(1, digest)
    try byDigest.bind(2, number)
    defer { byDigest.reset() }
    return try byDigest.step() ? byDigest.integer(0) : nil
  }

  func add(_ hit: HitRow) throws(SQLError) -> Int64 {
    try addHit.bind(1, hit.screening)
    try addHit.bind(2, hit.traveller)
    try addHit.bind(3, hit.subject)
    try addHit.bind(4, hit.band.rawValue)
    try addHit.bind(5, hit.isNamed ? 1 : 0)
    try addHit.bind(6, hit.isDocumented ? 1 : 0)
    return try addHit.returned()
  }

  func hit(_ number: Int64) throws(SQLError) -> HitRow? {
    try findHit.bind(1, number)
    defer { findHit.reset() }
    guard try findHit.step() else { return nil }
    return HitRow(
      number: findHit.integer(0), screening: findHit.integer(1), traveller: findHit.blob(2),
      subject: findHit.text(3), band: Band(rawValue: findHit.integer(4)) ?? .review,
      isNamed: findHit.integer(5) != 0, isDocumented: findHit.integer(6) != 0)
  }

  /// An earlier list of this flight had it.
  func isKnown(_ hit: HitRow, flight: String) throws(SQLError) -> Bool {
    try earlier.bind(1, flight)
    try earlier.bind(2, hit.screening)
    try earlier.bind(3, hit.traveller)
    try earlier.bind(4, hit.subject)
    defer { earlier.reset() }
    return try earlier.step()
  }

  /// Hits of the last whole list of this flight that this one lacks.
  func gone(from number: Int64, flight: String) throws(SQLError) -> Int {
    try lastOfFlight.bind(1, flight)
    try lastOfFlight.bind(2, number)
    defer { lastOfFlight.reset() }
    guard try lastOfFlight.step(), !lastOfFlight.isNull(0) else { return 0 }
    try goneHits.bind(1, lastOfFlight.integer(0))
    try goneHits.bind(2, number)
    defer { goneHits.reset() }
    return try goneHits.step() ? Int(goneHits.integer(0)) : 0
  }

  private static func all(_ statement: Statement) throws(SQLError) -> [Screening] {
    var found: [Screening] = []
    try statement.each { row throws(SQLError) in
      found.append(
        Screening(
          number: Int(row.integer(0)), flight: row.optionalText(1), user: row.text(2),
          purpose: row.text(3), time: Int(row.integer(4)), lines: Int(row.integer(5)),
          unreadable: Int(row.integer(6)), alerts: Int(row.integer(7)),
          reviews: Int(row.integer(8))))
      return true
    }
    return found
  }
}
