internal import CSQLite

/// A SQLite file. Deleted rows are overwritten with zeros (`secure_delete`); committed ones survive
/// the machine (`synchronous=FULL`, write-ahead log).
@safe final class SQLiteConnection: Connection {
  private let handle: OpaquePointer

  /// - Parameter access: whoever writes makes the file if it is not there.
  init(_ path: String, _ access: Database.Access) throws(SQLError) {
    var opened: OpaquePointer?
    let isReader = access == .reading
    let flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (isReader ? 0 : SQLITE_OPEN_CREATE)
    let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
    guard code == SQLITE_OK, let made = unsafe opened else {
      let message = unsafe String(cString: sqlite3_errstr(code))
      unsafe sqlite3_close_v2(opened)
      throw SQLError(sqlite: code, "\(path): \(message)")
    }
    unsafe handle = made
    unsafe sqlite3_extended_result_codes(made, 1)
    unsafe sqlite3_busy_timeout(made, SQLLimits.busyMilliseconds)
    unsafe sqlite3_limit(made, SQLITE_LIMIT_LENGTH, SQLLimits.valueBytes)
    try execute("PRAGMA secure_delete=ON")
    try execute("PRAGMA temp_store=MEMORY")
    if isReader { try execute("PRAGMA query_only=ON") } else { try beginWriting() }
  }

  private func beginWriting() throws(SQLError) {
    try execute("PRAGMA journal_mode=WAL")
    try execute("PRAGMA synchronous=FULL")
    try execute("PRAGMA journal_size_limit=\(SQLLimits.logBytes)")
  }

  deinit { unsafe sqlite3_close_v2(handle) }

  func setCache(kibibytes: Int) throws(SQLError) { try execute("PRAGMA cache_size=-\(kibibytes)") }
  func setCheckpoint(pages: Int) throws(SQLError) {
    try execute("PRAGMA wal_autocheckpoint=\(pages)")
  }

  func execute(_ sql: String) throws(SQLError) {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    if code != SQLITE_OK { throw failure() }
  }

  func create(_ tables: String) throws(SQLError) { try execute(tables) }

  func tables() throws(SQLError) -> [String] {
    let rows = try prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    var found: [String] = []
    while try rows.step() { found.append(String(decoding: rows.blob(0), as: UTF8.self)) }
    return found
  }

  /// SQLite takes note of each number itself.
  func continueNumbers() {}

  func exists(table: String) throws(SQLError) -> Bool {
    let rows = try prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1")
    try rows.bind(1, text: table)
    return try rows.step()
  }

  func prepare(_ sql: String) throws(SQLError) -> any PreparedStatement {
    var made: OpaquePointer?
    let code = unsafe sqlite3_prepare_v3(
      handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
    guard code == SQLITE_OK, let statement = unsafe made else { throw failure() }
    return unsafe SQLiteStatement(statement, of: self)
  }

  func begin(_ bracket: Bracket) throws(SQLError) {
    switch bracket {
    case .transaction: try execute("BEGIN IMMEDIATE")
    case .snapshot: try execute("BEGIN DEFERRED")
    case .savepoint: try execute("SAVEPOINT one")
    }
  }

  func end(_ bracket: Bracket) throws(SQLError) {
    try execute(bracket == .savepoint ? "RELEASE one" : "COMMIT")
  }

  func undo(_ bracket: Bracket) {
    // SQLite may have undone it already (a full disk): then there is nothing to undo.
    try? execute(bracket == .savepoint ? "ROLLBACK TO one; RELEASE one" : "ROLLBACK")
  }

  func empty() throws(SQLError) -> Bool {
    let code = unsafe sqlite3_wal_checkpoint_v2(
      handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    if code == SQLITE_OK { return true }
    let error = failure()
    if error.kind == .busy { return false }
    throw error
  }

  func bytes() throws(SQLError) -> Int {
    let pages = try prepare(
      "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
    return try pages.step() ? Int(pages.integer(0)) : 0
  }

  func failure() -> SQLError {
    unsafe SQLError(
      sqlite: sqlite3_extended_errcode(handle), String(cString: sqlite3_errmsg(handle)))
  }
}

extension SQLError {
  fileprivate init(sqlite code: Int32, _ message: String) {
    let kind: Kind =
      switch code & 0xff {
      case SQLITE_BUSY, SQLITE_LOCKED: .busy
      case SQLITE_FULL: .full
      case SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN: .inputOutput
      case SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH: .value
      case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged
      case SQLITE_ERROR: .missing
      default: .other
      }
    self.init(kind, code: "SQLite \(code)", message)
  }
}
