internal import SQL

/// The statements on `alert`.
final class AlertRows {
  private let insert: Statement
  private let update: Statement
  private let delete: Statement
  private let byNumber: Statement
  private let bySubject: Statement
  private let byWatch: Statement
  private let byOwn: Statement
  private let overdue: Statement
  private let allSubjects: Statement

  static let columns =
    "SELECT number, watch, own, revision, subject, key, band, state, purposes, points, explanation, sentence, entry, "
    + "instruction, why, raised, changed, escalated, taken, closed, outcome, closing, matcher FROM alert "

  init(_ database: Database) throws(SQLError) {
    insert = try database.prepare(
      "INSERT INTO alert (watch, own, revision, subject, key, band, state, purposes, points, explanation, sentence, entry, "
        + "instruction, why, raised, changed, escalated, taken, closed, outcome, closing, matcher) "
        + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22) RETURNING number"
    )
    update = try database.prepare(
      "UPDATE alert SET watch = ?1, own = ?2, revision = ?3, subject = ?4, key = ?5, band = ?6, state = ?7, purposes = ?8, points = ?9, "
        + "explanation = ?10, sentence = ?11, entry = ?12, instruction = ?13, why = ?14, raised = ?15, changed = ?16, escalated = ?17, "
        + "taken = ?18, closed = ?19, outcome = ?20, closing = ?21, matcher = ?22 WHERE number = ?23"
    )
    delete = try database.prepare("DELETE FROM alert WHERE number = ?1")
    byNumber = try database.prepare(AlertRows.columns + "WHERE number = ?1")
    bySubject = try database.prepare(AlertRows.columns + "WHERE subject = ?1 ORDER BY number")
    byWatch = try database.prepare(
      AlertRows.columns + "WHERE watch = ?1 AND own = '' ORDER BY number")
    byOwn = try database.prepare(AlertRows.columns + "WHERE own = ?1 ORDER BY number")
    allSubjects = try database.prepare(
      "SELECT DISTINCT subject FROM alert WHERE state <> 5 ORDER BY subject")
    overdue = try database.prepare(
      AlertRows.columns + "WHERE state = 1 AND escalated = 0 AND raised <= ?1 ORDER BY number")
  }

  func add(_ row: AlertRow) throws(SQLError) -> Int64 {
    try bind(insert, row)
    return try insert.returned()
  }

  func set(_ row: AlertRow) throws(SQLError) {
    try bind(update, row)
    try update.bind(23, row.number)
    try update.run()
  }

  func remove(_ number: Int64) throws(SQLError) {
    try delete.bind(1, number)
    try delete.run()
  }

  func find(_ number: Int64) throws(SQLError) -> AlertRow? {
    try byNumber.bind(1, number)
    return try AlertRows.all(byNumber).first
  }

  func of(subject: String) throws(SQLError) -> [AlertRow] {
    try bySubject.bind(1, subject)
    return try AlertRows.all(bySubject)
  }

  func of(_ watch: WatchID) throws(SQLError) -> [AlertRow] {
    switch watch {
    case .watch(let number):
      try byWatch.bind(1, number)
      return try AlertRows.all(byWatch)
    case .own(let ref):
      try byOwn.bind(1, ref)
      return try AlertRows.all(byOwn)
    }
  }

  /// Alerts that nobody took, raised at or before this moment, and not escalated yet.
  func untaken(since moment: Int64) throws(SQLError) -> [AlertRow] {
    try overdue.bind(1, moment)
    return try AlertRows.all(overdue)
  }

  /// Every record that an alert is of, but for what was retracted.
  func subjects() throws(SQLError) -> [String] {
    var found: [String] = []
    try allSubjects.each { row throws(SQLError) in
      found.append(row.text(0))
      return true
    }
    return found
  }

  private func bind(_ statement: Statement, _ row: AlertRow) throws(SQLError) {
    try statement.bind(1, row.watch.number)
    try statement.bind(2, row.watch.ref)
    try statement.bind(3, row.revision)
    try statement.bind(4, row.subject)
    try statement.bind(5, row.key)
    try statement.bind(6, row.band.rawValue)
    try statement.bind(7, row.state.rawValue)
    try statement.bind(8, row.purposes)
    try statement.bind(9, row.points)
    try statement.bind(10, row.explanation)
    try statement.bind(11, row.sentence)
    try statement.bind(12, row.entry)
    try statement.bind(13, row.instruction)
    try statement.bind(14, row.why)
    try statement.bind(15, row.raised)
    try statement.bind(16, row.changed)
    try statement.bind(17, row.isEscalated ? 1 : 0)
    try statement.bind(18, row.taken)
    try statement.bind(19, row.closed)
    if let outcome = row.outcome {
      try statement.bind(20, outcome ? 1 : 0)
    } else {
      try statement.bindNull(20)
    }
    try statement.bind(21, row.closing)
    try statement.bind(22, row.matcher)
  }

  static func all(_ statement: Statement) throws(SQLError) -> [AlertRow] {
    var found: [AlertRow] = []
    try statement.each { row throws(SQLError) in
      found.append(AlertRow(row))
      return true
    }
    return found
  }
}

extension AlertRow {
  /// - Parameter row: of `AlertRows.columns`.
  init(_ row: Statement) {
    number = row.integer(0)
    watch = WatchID(number: row.integer(1), ref: row.text(2))
    revision = row.integer(3)
    subject = row.text(4)
    key = row.blob(5)
    band = Band(rawValue: row.integer(6)) ?? .review
    state = AlertCondition(rawValue: row.integer(7)) ?? .retracted
    purposes = row.integer(8)
    points = row.integer(9)
    explanation = row.text(10)
    sentence = row.text(11)
    entry = row.text(12)
    instruction = row.blob(13)
    why = row.optionalText(14)
    raised = row.integer(15)
    changed = row.integer(16)
    isEscalated = row.integer(17) != 0
    taken = row.optionalText(18)
    closed = row.optionalText(19)
    outcome = row.isNull(20) ? nil : row.integer(20) != 0
    closing = row.optionalText(21)
    matcher = row.integer(22)
  }
}
