internal import CSQLite

/// One connection to a SQLite file: used by one thread at a time.
///
/// What is deleted is overwritten with zeros (`secure_delete`); what was committed survives the machine (`synchronous=FULL`,
/// write-ahead log), but for a `Durability` that says otherwise.
@safe public final class Database {
  public enum Access: Sendable {
    /// Makes the file if it is not there.
    case writing
    /// Of a file that a writer made.
    case reading
  }

  private let handle: OpaquePointer
  public let path: String

  public init(_ path: String, _ access: Access) throws(SQLError) {
    self.path = path
    var opened: OpaquePointer?
    let flags =
      access == .writing
      ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
      : SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
    let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
    guard code == SQLITE_OK, let made = unsafe opened else {
      let message = unsafe String(cString: sqlite3_errstr(code))
      unsafe sqlite3_close_v2(opened)
      throw SQLError(code: code, message: "\(path): \(message)")
    }
    unsafe handle = made
    unsafe sqlite3_extended_result_codes(made, 1)
    unsafe sqlite3_busy_timeout(made, SQLLimits.busyMilliseconds)
    unsafe sqlite3_limit(made, SQLITE_LIMIT_LENGTH, SQLLimits.valueBytes)
    try execute("PRAGMA secure_delete=ON")
    try execute("PRAGMA temp_store=MEMORY")
    switch access {
    case .reading: try execute("PRAGMA query_only=ON")
    case .writing: try beginWriting()
    }
  }

  private func beginWriting() throws(SQLError) {
    try execute("PRAGMA journal_mode=WAL")
    try execute("PRAGMA synchronous=FULL")
    try execute("PRAGMA journal_size_limit=\(SQLLimits.logBytes)")
  }

  deinit { unsafe sqlite3_close_v2(handle) }

  /// KiB of pages that this connection keeps.
  public func setCache(kibibytes: Int) throws(SQLError) {
    try execute("PRAGMA cache_size=-\(kibibytes)")
  }

  /// Pages of the write-ahead log after which a commit writes them into the file. More of them make bulk writing cheaper: a page
  /// that changes often is written once.
  public func setCheckpoint(pages: Int) throws(SQLError) {
    try execute("PRAGMA wal_autocheckpoint=\(pages)")
  }

  /// Runs statements that give no rows, or whose rows nobody needs.
  public func execute(_ sql: String) throws(SQLError) {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    if code != SQLITE_OK { throw failure() }
  }

  /// - Parameter sql: one statement, which the program wrote: values are bound, never pasted in.
  public func prepare(_ sql: String) throws(SQLError) -> Statement {
    var made: OpaquePointer?
    let code = unsafe sqlite3_prepare_v3(
      handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
    guard code == SQLITE_OK, let statement = unsafe made else { throw failure() }
    return unsafe Statement(statement, of: self)
  }

  /// Commits what `body` did, or nothing of it.
  public func transaction<Result>(
    _ body: () throws(SQLError) -> Result
  ) throws(SQLError) -> Result {
    try bracket("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", body)
  }

  /// One view of the database for several questions, whatever a writer commits meanwhile.
  public func snapshot<Result>(_ body: () throws(SQLError) -> Result) throws(SQLError) -> Result {
    try bracket("BEGIN DEFERRED", "COMMIT", "ROLLBACK", body)
  }

  /// Undoes what `body` did if it throws; the transaction around it goes on.
  public func savepoint<Result>(_ body: () throws(SQLError) -> Result) throws(SQLError) -> Result {
    try bracket("SAVEPOINT one", "RELEASE one", "ROLLBACK TO one; RELEASE one", body)
  }

  private func bracket<Result>(
    _ begin: String, _ end: String, _ undo: String, _ body: () throws(SQLError) -> Result
  ) throws(SQLError) -> Result {
    try execute(begin)
    do throws(SQLError) {
      let result = try body()
      try execute(end)
      return result
    } catch {
      // SQLite may have undone it already (a full disk): then there is nothing to undo.
      try? execute(undo)
      throw error
    }
  }

  /// Empties the write-ahead log: nothing deleted stands in it any more.
  /// - Returns: false when a reader still needs it; try again.
  public func emptyLog() throws(SQLError) -> Bool {
    let code = unsafe sqlite3_wal_checkpoint_v2(
      handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    if code == SQLITE_OK { return true }
    let error = failure()
    if error.isBusy { return false }
    throw error
  }

  /// Copies the whole database, as it is at one moment, into a new file.
  public func copy(to path: String) throws(SQLError) {
    let statement = try prepare("VACUUM INTO ?1")
    try statement.bind(1, path)
    _ = try statement.step()
  }

  /// Rows that the last statement changed.
  public var changes: Int { unsafe Int(sqlite3_changes64(handle)) }
  public var lastRowID: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

  func failure() -> SQLError {
    unsafe SQLError(
      code: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)))
  }
}
