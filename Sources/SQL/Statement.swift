internal import CSQLite

/// A prepared statement: bind values by their numbers from 1, step through the rows, reset.
@safe public final class Statement {
  private let handle: OpaquePointer
  /// Open as long as its statements.
  private let database: Database

  init(_ handle: OpaquePointer, of database: Database) {
    unsafe self.handle = handle
    self.database = database
  }

  deinit { unsafe sqlite3_finalize(handle) }

  public func bind(_ place: Int32, _ value: Int64) throws(SQLError) {
    try check(unsafe sqlite3_bind_int64(handle, place, value))
  }

  public func bind(_ place: Int32, _ value: Int) throws(SQLError) {
    try bind(place, Int64(value))
  }

  public func bind(_ place: Int32, _ value: Double) throws(SQLError) {
    try check(unsafe sqlite3_bind_double(handle, place, value))
  }

  public func bind(_ place: Int32, _ value: String) throws(SQLError) {
    var copy = value
    let code = copy.withUTF8 { bytes in
      unsafe liaison_bind_text(handle, place, bytes.baseAddress, UInt64(bytes.count))
    }
    try check(code)
  }

  public func bind(_ place: Int32, _ value: String?) throws(SQLError) {
    if let value { try bind(place, value) } else { try bindNull(place) }
  }

  public func bind(_ place: Int32, _ value: [UInt8]) throws(SQLError) {
    let code = unsafe value.withUnsafeBufferPointer { bytes in
      unsafe liaison_bind_blob(handle, place, bytes.baseAddress, UInt64(bytes.count))
    }
    try check(code)
  }

  public func bindNull(_ place: Int32) throws(SQLError) {
    try check(unsafe sqlite3_bind_null(handle, place))
  }

  /// - Returns: whether there is a row.
  public func step() throws(SQLError) -> Bool {
    let code = unsafe sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    if code == SQLITE_DONE { return false }
    throw database.failure()
  }

  /// Runs it to its end, and makes it ready for other values.
  public func run() throws(SQLError) {
    defer { reset() }
    while try step() {}
  }

  /// Calls `row` for each row, and makes it ready for other values.
  /// - Parameter row: returns whether it wants more.
  public func each(_ row: (Statement) throws(SQLError) -> Bool) throws(SQLError) {
    defer { reset() }
    while try step() {
      guard try row(self) else { return }
    }
  }

  public func reset() {
    unsafe sqlite3_reset(handle)
    unsafe sqlite3_clear_bindings(handle)
  }

  // Columns of the present row, from 0.

  public func isNull(_ column: Int32) -> Bool {
    unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
  }

  public func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

  public func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(handle, column) }

  public func text(_ column: Int32) -> String { String(decoding: blob(column), as: UTF8.self) }

  public func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  public func blob(_ column: Int32) -> [UInt8] {
    guard let bytes = unsafe sqlite3_column_blob(handle, column) else { return [] }
    let count = unsafe Int(sqlite3_column_bytes(handle, column))
    return unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
  }

  private func check(_ code: Int32) throws(SQLError) {
    if code != SQLITE_OK { throw database.failure() }
  }
}
