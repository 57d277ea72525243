/// A prepared statement: bind values by their numbers from 1, step through the rows, reset.
public final class Statement {
  private let prepared: any PreparedStatement
  /// Open as long as its statements.
  private let database: Database

  init(_ prepared: any PreparedStatement, of database: Database) {
    self.prepared = prepared
    self.database = database
  }

  /// - Parameter place: from 1, the number behind `?`.
  public func bind(_ place: Int, _ value: Int64) throws(SQLError) {
    try prepared.bind(place, value)
  }

  /// The same for a count or an index.
  public func bind(_ place: Int, _ value: Int) throws(SQLError) {
    try prepared.bind(place, Int64(value))
  }

  /// Nil is NULL.
  public func bind(_ place: Int, _ value: Int64?) throws(SQLError) {
    if let value { try prepared.bind(place, value) } else { try prepared.bindNull(place) }
  }

  /// PostgreSQL's text holds no NUL, so that none is stored anywhere: U+2400 stands for it.
  public func bind(_ place: Int, _ value: String) throws(SQLError) {
    guard value.utf8.contains(0) else { return try prepared.bind(place, text: value) }
    try prepared.bind(place, text: value.replacing("\0", with: "\u{2400}"))
  }

  /// Nil is NULL.
  public func bind(_ place: Int, _ value: String?) throws(SQLError) {
    if let value { try bind(place, value) } else { try prepared.bindNull(place) }
  }

  /// Bytes as they are, NUL too.
  public func bind(_ place: Int, _ value: [UInt8]) throws(SQLError) {
    try prepared.bind(place, value)
  }

  /// NULL, which equals nothing.
  public func bindNull(_ place: Int) throws(SQLError) { try prepared.bindNull(place) }

  /// - Returns: whether there is a row.
  public func step() throws(SQLError) -> Bool { try prepared.step() }

  /// Runs it to its end, and makes it ready for other values.
  public func run() throws(SQLError) {
    defer { reset() }
    try prepared.run()
  }

  /// Runs what ends in `RETURNING`.
  /// - Returns: the first column of its first row; 0 where there is none.
  public func returned() throws(SQLError) -> Int64 {
    defer { reset() }
    return try step() ? integer(0) : 0
  }

  /// Calls `row` for each row, and makes it ready for other values.
  /// - Parameter row: returns whether it wants more.
  public func each(_ row: (Statement) throws(SQLError) -> Bool) throws(SQLError) {
    defer { reset() }
    while try step() {
      guard try row(self) else { return }
    }
  }

  /// Ready for other values; those that are bound stay until then.
  public func reset() { prepared.reset() }

  func bind(_ place: Int, _ value: SQLValue) throws(SQLError) {
    switch value {
    case .null: try prepared.bindNull(place)
    case .integer(let number): try prepared.bind(place, number)
    case .text(let text): try prepared.bind(place, text: text)
    case .blob(let bytes): try prepared.bind(place, bytes)
    }
  }

  // Columns of the present row, from 0.

  var columns: [String] { get throws(SQLError) { try prepared.columns() } }
  var values: [SQLValue] { prepared.values }

  /// - Parameter column: of the present row, from 0, as in all that follow.
  public func isNull(_ column: Int) -> Bool { prepared.isNull(column) }
  /// 0 for NULL.
  public func integer(_ column: Int) -> Int64 { prepared.integer(column) }
  /// Empty for NULL; bytes that are no UTF-8 are replaced.
  public func text(_ column: Int) -> String { String(decoding: blob(column), as: UTF8.self) }
  /// Nil for NULL.
  public func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
  /// A copy; empty for NULL.
  public func blob(_ column: Int) -> [UInt8] { prepared.blob(column) }
}
