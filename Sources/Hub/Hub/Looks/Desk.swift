internal import HubInterface
internal import Records
internal import SQL

/// Cases and judgements: not derived from anybody's records, so kept in a file of its own and
/// backed up with the consultation log (Protocols/hub.md, 4). They hold references, never names.
final class Desk {
  private let database: Database
  private let reading: Database
  private let insertCase: Statement
  private let closeCase: Statement
  private let findCase: Statement
  private let insertJudgement: Statement
  private let newestJudgement: Statement
  private let judgementsOf: Statement

  static let tables = """
    CREATE TABLE desk (version INTEGER NOT NULL);
    INSERT INTO desk VALUES (1);
    CREATE TABLE investigation (
      number INTEGER PRIMARY KEY AUTOINCREMENT, purpose TEXT NOT NULL, reason TEXT NOT NULL, username TEXT NOT NULL,
      opened INTEGER NOT NULL, closed INTEGER);
    CREATE TABLE judgement (
      number INTEGER PRIMARY KEY AUTOINCREMENT, first TEXT NOT NULL, second TEXT NOT NULL,
      judgement TEXT NOT NULL, reason TEXT NOT NULL, username TEXT NOT NULL, time INTEGER NOT NULL,
      matcher INTEGER NOT NULL, explanation TEXT NOT NULL, consultation INTEGER NOT NULL);
    CREATE INDEX judgement_first ON judgement (first, second);
    CREATE INDEX judgement_second ON judgement (second);
    """

  init(_ place: SQLPlace) throws(SQLError) {
    database = try Database(place, .sharing)
    try database.setCache(kibibytes: HubLimits.deskCacheKibibytes)
    try database.transaction { [database] () throws(SQLError) in
      if try !database.exists(table: "desk") { try database.create(Desk.tables) }
    }
    // A look with a case waits for nobody who writes one.
    let reading = try Database(place, .reading)
    self.reading = reading
    try reading.setCache(kibibytes: HubLimits.deskCacheKibibytes)
    insertCase = try database.prepare(
      "INSERT INTO investigation (purpose, reason, username, opened) VALUES (?1, ?2, ?3, ?4) RETURNING number"
    )
    closeCase = try database.prepare(
      "UPDATE investigation SET closed = ?2 WHERE number = ?1 AND closed IS NULL")
    findCase = try reading.prepare(
      "SELECT number, purpose, reason, username, opened, closed FROM investigation WHERE number = ?1"
    )
    insertJudgement = try database.prepare(
      "INSERT INTO judgement (first, second, judgement, reason, username, time, matcher, explanation, consultation) "
        + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
    newestJudgement = try reading.prepare(
      Desk.columns + " WHERE first = ?1 AND second = ?2 ORDER BY number DESC LIMIT 1")
    judgementsOf = try reading.prepare(
      Desk.columns
        + " WHERE number IN (SELECT max(number) FROM judgement WHERE first = ?1 OR second = ?1 GROUP BY first, second) "
        + "ORDER BY number")
  }

  private static let columns =
    "SELECT first, second, judgement, reason, username, time, matcher FROM judgement"

  // Cases

  func open(purpose: Purpose, reason: String, user: String, time: UInt64) throws(SQLError) -> Case {
    try insertCase.bind(1, purpose.rawValue)
    try insertCase.bind(2, reason)
    try insertCase.bind(3, user)
    try insertCase.bind(4, Int64(clamping: time))
    return Case(
      number: Int(try insertCase.returned()), purpose: purpose.rawValue, reason: reason, user: user,
      openedAt: Int(clamping: time))
  }

  /// - Returns: nil when there is no such case.
  func close(_ number: Int, time: UInt64) throws(SQLError) -> Case? {
    try closeCase.bind(1, number)
    try closeCase.bind(2, Int64(clamping: time))
    try closeCase.run()
    return try investigation(number)
  }

  func investigation(_ number: Int) throws(SQLError) -> Case? {
    try findCase.bind(1, number)
    var found: Case?
    try findCase.each { row throws(SQLError) in
      found = Desk.investigation(row)
      return false
    }
    return found
  }

  func investigations() throws(SQLError) -> [Case] {
    var found: [Case] = []
    let all = try reading.prepare(
      "SELECT number, purpose, reason, username, opened, closed FROM investigation ORDER BY number DESC LIMIT 1000"
    )
    try all.each { row throws(SQLError) in
      found.append(Desk.investigation(row))
      return true
    }
    return found
  }

  private static func investigation(_ row: Statement) -> Case {
    Case(
      number: Int(row.integer(0)), purpose: row.text(1), reason: row.text(2), user: row.text(3),
      openedAt: Int(row.integer(4)), closedAt: row.isNull(5) ? nil : Int(row.integer(5)))
  }

  // Judgements

  /// Keeps a judgement on two references, given in either order.
  func judge(_ judgement: Judgement, explanation: String, consultation: UInt64) throws(SQLError) {
    let (first, second) = Desk.ordered(judgement.left, judgement.right)
    try insertJudgement.bind(1, first)
    try insertJudgement.bind(2, second)
    try insertJudgement.bind(3, judgement.judgement)
    try insertJudgement.bind(4, judgement.reason)
    try insertJudgement.bind(5, judgement.user)
    try insertJudgement.bind(6, judgement.time)
    try insertJudgement.bind(7, judgement.matcher)
    try insertJudgement.bind(8, explanation)
    try insertJudgement.bind(9, Int64(clamping: consultation))
    try insertJudgement.run()
  }

  /// The judgement that holds now; nil where there is none, or it was undone.
  func judgement(_ left: String, _ right: String) throws(SQLError) -> Judgement? {
    let (first, second) = Desk.ordered(left, right)
    try newestJudgement.bind(1, first)
    try newestJudgement.bind(2, second)
    var found: Judgement?
    try newestJudgement.each { row throws(SQLError) in
      found = Desk.judgement(row)
      return false
    }
    return found?.judgement == Desk.undone ? nil : found
  }

  /// All that hold now and name `ref`.
  func judgements(of ref: String) throws(SQLError) -> [Judgement] {
    var found: [Judgement] = []
    try judgementsOf.bind(1, ref)
    try judgementsOf.each { row throws(SQLError) in
      found.append(Desk.judgement(row))
      return true
    }
    return found.filter { $0.judgement != Desk.undone }
  }

  static let undone = "undo"
  static let kinds: Set<String> = ["same", "not-same", "unsure", undone]

  private static func judgement(_ row: Statement) -> Judgement {
    Judgement(
      left: row.text(0), right: row.text(1), judgement: row.text(2), reason: row.text(3),
      user: row.text(4), time: Int(row.integer(5)), matcher: Int(row.integer(6)))
  }

  static func ordered(_ left: String, _ right: String) -> (String, String) {
    left < right ? (left, right) : (right, left)
  }
}
