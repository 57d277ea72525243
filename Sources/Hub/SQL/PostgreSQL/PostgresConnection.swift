internal import Synchronization

/// A schema of a PostgreSQL database. A session that was lost is begun again before the next
/// transaction, never within one.
final class PostgresConnection: Connection {
  private let server: Server
  private let schema: String
  private let access: Database.Access
  private var session: PostgresSession?
  /// Brackets that have begun and not ended.
  private var open: [Bracket] = []
  private var failure: (error: SQLError, at: ContinuousClock.Instant)?
  /// The lease under which it was opened: what is in memory beside it is of no other.
  private let token: Int64

  init(_ server: Server, schema: String, _ access: Database.Access) throws(SQLError) {
    self.server = server
    self.schema = schema
    self.access = access
    token = server.token.load(ordering: .acquiring)
    _ = try ready()
  }

  /// A session that stands, as far as is known.
  private func ready() throws(SQLError) -> PostgresSession {
    if let session, !session.isLost, !session.isGivenUp { return session }
    guard open.isEmpty else {
      throw SQLError(.lost, "the server ended the connection within a transaction")
    }
    session = nil
    if let failure, ContinuousClock.now - failure.at < SQLLimits.reconnect { throw failure.error }
    do throws(SQLError) {
      let made = try PostgresSession(server, schema: schema, access)
      session = made
      failure = nil
      return made
    } catch {
      failure = (error, ContinuousClock.now)
      throw error
    }
  }

  /// Does what has no effect, and does it again where the session had been lost unnoticed. The
  /// writer is told: the server may be another one now, which lacks what the first had committed
  /// last.
  private func retrying<Result>(
    _ body: (PostgresSession) throws(SQLError) -> Result
  ) throws(SQLError) -> Result {
    do throws(SQLError) { return try body(ready()) } catch {
      guard error.kind == .lost, open.isEmpty, access != .writing else { throw error }
      session = nil
      return try body(ready())
    }
  }

  // MARK: - Brackets

  func begin(_ bracket: Bracket) throws(SQLError) {
    switch bracket {
    case .transaction:
      try retrying { (session) throws(SQLError) in
        try session.send("BEGIN ISOLATION LEVEL READ COMMITTED")
        try prove(session)
      }
    case .snapshot:
      try retrying { (session) throws(SQLError) in
        try session.send("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _ = try session.answer()
      }
    case .savepoint:
      let session = try ready()
      _ = try session.answer()
      try session.send("SAVEPOINT one")
    }
    open.append(bracket)
  }

  /// Transactions of one schema come one after the other, as they do in a file; that of the writer,
  /// while it is the writer.
  private func prove(_ session: PostgresSession) throws(SQLError) {
    do throws(SQLError) {
      switch access {
      case .reading: _ = try session.answer()
      case .sharing:
        try session.send("SELECT pg_advisory_xact_lock(hashtext('liaison \(schema)'))")
        _ = try session.answer()
      case .writing:
        try session.send("SELECT token FROM hub.fence FOR SHARE", PostgresParameters())
        guard token > 0, let row = try session.answer(), row.rows == 1, row.integer(0, 0) == token
        else { throw SQLError(.fenced, "another hub writes now") }
      }
    } catch {
      try? rollBack(session)
      throw error
    }
  }

  func end(_ bracket: Bracket) throws(SQLError) {
    let session = try ready()
    switch bracket {
    case .savepoint:
      _ = try session.answer()
      try session.send("RELEASE SAVEPOINT one")
    case .transaction, .snapshot:
      try session.send("COMMIT")
      guard try session.answer()?.command == "COMMIT" else {
        throw SQLError(.other, "the server has undone the transaction")
      }
    }
    open.removeLast()
  }

  func undo(_ bracket: Bracket) {
    open.removeLast()
    guard let session, !session.isLost, !session.isGivenUp else { return }
    do throws(SQLError) {
      // Failures of what was sent have been told, or are undone with the rest.
      _ = try? session.answer()
      if bracket != .savepoint { return try rollBack(session) }
      try session.send("ROLLBACK TO SAVEPOINT one")
      try session.send("RELEASE SAVEPOINT one")
      _ = try session.answer()
    } catch {
      self.session = nil
    }
  }

  private func rollBack(_ session: PostgresSession) throws(SQLError) {
    try session.send("ROLLBACK")
    _ = try session.answer()
  }

  // MARK: - Statements

  func prepare(_ sql: String) throws(SQLError) -> any PreparedStatement {
    PostgresStatement(sql, of: self)
  }

  /// Rows of one statement; alone, it is a transaction.
  func rows(
    _ sql: String, _ parameters: borrowing PostgresParameters
  ) throws(SQLError) -> PostgresResult? {
    if open.isEmpty, access != .reading {
      try begin(.transaction)
      do throws(SQLError) {
        let session = try ready()
        try session.send(sql, parameters)
        let found = try session.answer()
        try end(.transaction)
        return found
      } catch {
        undo(.transaction)
        throw error
      }
    }
    if open.isEmpty {
      do throws(SQLError) { return try ask(sql, parameters) } catch {
        guard error.kind == .lost else { throw error }
        session = nil
      }
    }
    return try ask(sql, parameters)
  }

  private func ask(
    _ sql: String, _ parameters: borrowing PostgresParameters
  ) throws(SQLError) -> PostgresResult? {
    let session = try ready()
    try session.send(sql, parameters)
    return try session.answer()
  }

  /// Within a transaction nobody waits for the answer.
  func run(_ sql: String, _ parameters: borrowing PostgresParameters) throws(SQLError) {
    if open.isEmpty {
      _ = try rows(sql, parameters)
    } else {
      try ready().send(sql, parameters)
    }
  }

  func execute(_ sql: String) throws(SQLError) { try ready().command(sql) }

  func create(_ tables: String) throws(SQLError) {
    try execute("CREATE SCHEMA IF NOT EXISTS \(schema)")
    try execute(PostgresDialect.tables(tables))
    try execute(PostgresDialect.withoutStatistics(schema))
  }

  func tables() throws(SQLError) -> [String] {
    let found = try rows(
      "SELECT tablename::text FROM pg_tables WHERE schemaname = ?1 ORDER BY tablename", named)
    return (0..<(found?.rows ?? 0)).map { row in
      String(decoding: found?.blob(row, 0) ?? [], as: UTF8.self)
    }
  }

  func continueNumbers() throws(SQLError) {
    try execute(PostgresDialect.continueNumbers(schema))
  }

  func exists(table: String) throws(SQLError) -> Bool {
    var name = PostgresParameters()
    name.set(1, "\(schema).\(table)".utf8)
    return try rows("SELECT to_regclass(?1) IS NOT NULL", name)?.integer(0, 0) == 1
  }

  // MARK: - The disk

  func empty() throws(SQLError) -> Bool {
    let isDue = server.vacuumed.withLock { vacuumed in
      let now = ContinuousClock.now
      if let last = vacuumed[schema], now - last < SQLLimits.vacuum { return false }
      vacuumed[schema] = now
      return true
    }
    guard isDue else { return false }
    try vacuum()
    return try !hasDeadRows()
  }

  /// Somebody's old transaction, or a replica's, may have held on to rows that the pass should have
  /// taken.
  private func hasDeadRows() throws(SQLError) -> Bool {
    let dead = try rows(
      "SELECT coalesce(sum(n_dead_tup), 0)::bigint FROM pg_stat_user_tables WHERE schemaname = ?1",
      named)
    return dead?.integer(0, 0) ?? 0 > 0
  }

  /// Rows that were deleted, and what indexes have of them. No transaction may be open.
  private func vacuum() throws(SQLError) {
    let tables = try tables().map { "\(schema).\($0)" }
    guard !tables.isEmpty else { return }
    try execute("SET statement_timeout = 0")
    try execute("VACUUM (INDEX_CLEANUP ON) \(tables.joined(separator: ", "))")
    try execute("SET statement_timeout = '\(SQLLimits.statementSeconds)s'")
  }

  private var named: PostgresParameters {
    var name = PostgresParameters()
    name.set(1, schema.utf8)
    return name
  }

  func bytes() throws(SQLError) -> Int {
    let size = try rows("SELECT pg_database_size(current_database())", PostgresParameters())
    return Int(size?.integer(0, 0) ?? 0)
  }

  func setCache(kibibytes: Int) throws(SQLError) {}
  func setCheckpoint(pages: Int) throws(SQLError) {}
}
