internal import CSQLite

/// A statement of SQLite.
@safe final class SQLiteStatement: PreparedStatement {
  private let handle: OpaquePointer
  private let connection: SQLiteConnection

  init(_ handle: OpaquePointer, of connection: SQLiteConnection) {
    unsafe self.handle = handle
    self.connection = connection
  }

  deinit { unsafe sqlite3_finalize(handle) }

  func bind(_ place: Int, _ value: Int64) throws(SQLError) {
    try check(unsafe sqlite3_bind_int64(handle, Int32(place), value))
  }

  func bind(_ place: Int, text: String) throws(SQLError) {
    var copy = text
    let code = copy.withUTF8 { bytes in
      unsafe liaison_bind_text(handle, Int32(place), bytes.baseAddress, UInt64(bytes.count))
    }
    try check(code)
  }

  func bind(_ place: Int, _ value: [UInt8]) throws(SQLError) {
    let code = unsafe value.withUnsafeBufferPointer { bytes in
      unsafe liaison_bind_blob(handle, Int32(place), bytes.baseAddress, UInt64(bytes.count))
    }
    try check(code)
  }

  func bindNull(_ place: Int) throws(SQLError) {
    try check(unsafe sqlite3_bind_null(handle, Int32(place)))
  }

  func step() throws(SQLError) -> Bool {
    let code = unsafe sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    if code == SQLITE_DONE { return false }
    throw connection.failure()
  }

  func run() throws(SQLError) {
    while try step() {}
  }

  func reset() {
    unsafe sqlite3_reset(handle)
    unsafe sqlite3_clear_bindings(handle)
  }

  func isNull(_ column: Int) -> Bool {
    unsafe sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
  }

  func integer(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(handle, Int32(column)) }

  func blob(_ column: Int) -> [UInt8] {
    guard let bytes = unsafe sqlite3_column_blob(handle, Int32(column)) else { return [] }
    let count = unsafe Int(sqlite3_column_bytes(handle, Int32(column)))
    return unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
  }

  func columns() -> [String] {
    unsafe (0..<sqlite3_column_count(handle)).map { column in
      unsafe sqlite3_column_name(handle, column).map { unsafe String(cString: $0) } ?? ""
    }
  }

  var values: [SQLValue] {
    unsafe (0..<sqlite3_column_count(handle)).map { column in
      switch unsafe sqlite3_column_type(handle, column) {
      case SQLITE_NULL: .null
      case SQLITE_INTEGER: .integer(integer(Int(column)))
      case SQLITE_BLOB: .blob(blob(Int(column)))
      default: .text(String(decoding: blob(Int(column)), as: UTF8.self))
      }
    }
  }

  private func check(_ code: Int32) throws(SQLError) {
    if code != SQLITE_OK { throw connection.failure() }
  }
}
