import CSQLite
import Crypto
import Log

/// SQLite with a write-ahead log, synced at every commit. The key is the rowid, log and index in
/// one number: an append to one log goes to the last page of the tree, the fastest way that SQLite
/// has.
@safe final class SQLiteContender: RowStore {
  static let settings = "WAL, synchronous=FULL, otherwise as it comes"
  static var version: String { unsafe String(cString: sqlite3_libversion()) }
  private static let logBits = 40

  private var database: OpaquePointer?
  private var insertion: OpaquePointer?
  private var one: OpaquePointer?
  private var all: OpaquePointer?

  /// Opens it, or makes it.
  init(_ path: String) throws {
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    try unsafe check(sqlite3_open_v2(path, &database, flags, nil))
    try execute("PRAGMA journal_mode=WAL")
    try execute("PRAGMA synchronous=FULL")
    try execute(
      "CREATE TABLE IF NOT EXISTS entries"
        + "(place INTEGER PRIMARY KEY, leaf BLOB NOT NULL, body BLOB NOT NULL)")
    unsafe insertion = try prepare("INSERT INTO entries(place, leaf, body) VALUES(?1, ?2, ?3)")
    unsafe one = try prepare("SELECT leaf, body FROM entries WHERE place = ?1")
    unsafe all = try prepare("SELECT leaf, body FROM entries ORDER BY place")
  }

  deinit {
    unsafe sqlite3_finalize(insertion)
    unsafe sqlite3_finalize(one)
    unsafe sqlite3_finalize(all)
    unsafe sqlite3_close(database)
  }

  func commit(_ rows: [Rows]) throws {
    try execute("BEGIN")
    for rows in rows {
      for position in 0..<rows.count { try insert(rows, position) }
    }
    try execute("COMMIT")
  }

  private func insert(_ rows: Rows, _ position: Int) throws {
    unsafe sqlite3_bind_int64(
      insertion, 1, SQLiteContender.key(rows.log, rows.first + UInt64(position)))
    let code = unsafe rows.leaves.withUnsafeBytes { leaves in
      unsafe rows.bodies.withUnsafeBytes { bodies in
        unsafe sqlite3_bind_blob(
          insertion, 2, leaves.baseAddress! + position * EntryLayout.leafBytes,
          Int32(EntryLayout.leafBytes), nil)
        unsafe sqlite3_bind_blob(
          insertion, 3, bodies.baseAddress! + position * SignedLog.bodyBytes,
          Int32(SignedLog.bodyBytes), nil)
        return unsafe sqlite3_step(insertion)
      }
    }
    unsafe sqlite3_reset(insertion)
    guard code == SQLITE_DONE else { throw failure(code) }
  }

  /// Everything from the write-ahead log into the database.
  func settle() throws {
    try unsafe check(
      sqlite3_wal_checkpoint_v2(database, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil))
  }

  func scan(_ body: (Span<UInt8>, Span<UInt8>) -> Void) throws {
    defer { unsafe sqlite3_reset(all) }
    while true {
      let code = unsafe sqlite3_step(all)
      guard code == SQLITE_ROW else {
        if code == SQLITE_DONE { return }
        throw failure(code)
      }
      unsafe hand(all, to: body)
    }
  }

  func read(log: Int, index: UInt64, _ body: (Span<UInt8>, Span<UInt8>) -> Void) throws {
    defer { unsafe sqlite3_reset(one) }
    unsafe sqlite3_bind_int64(one, 1, SQLiteContender.key(log, index))
    let code = unsafe sqlite3_step(one)
    guard code == SQLITE_ROW else { throw failure(code) }
    unsafe hand(one, to: body)
  }

  private func hand(_ statement: OpaquePointer?, to body: (Span<UInt8>, Span<UInt8>) -> Void) {
    let leaf = unsafe UnsafeRawBufferPointer(
      start: sqlite3_column_blob(statement, 0), count: Int(sqlite3_column_bytes(statement, 0)))
    let record = unsafe UnsafeRawBufferPointer(
      start: sqlite3_column_blob(statement, 1), count: Int(sqlite3_column_bytes(statement, 1)))
    let copied = unsafe (Array(leaf), Array(record))
    body(copied.0.span, copied.1.span)
  }

  private static func key(_ log: Int, _ index: UInt64) -> Int64 {
    Int64(log) << Int64(logBits) | Int64(index)
  }

  private func prepare(_ text: String) throws -> OpaquePointer? {
    var statement: OpaquePointer?
    try unsafe check(sqlite3_prepare_v2(database, text, -1, &statement, nil))
    return unsafe statement
  }

  private func execute(_ text: String) throws {
    try unsafe check(sqlite3_exec(database, text, nil, nil, nil))
  }

  private func check(_ code: Int32) throws {
    guard code == SQLITE_OK else { throw failure(code) }
  }

  private func failure(_ code: Int32) -> BenchError {
    BenchError("SQLite: \(unsafe String(cString: sqlite3_errmsg(database))) (\(code))")
  }
}
