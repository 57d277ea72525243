/// A statement of PostgreSQL: its rows are fetched whole, so that whoever walks them may ask other
/// things meanwhile. Every one of the program has a limit, or few rows.
final class PostgresStatement: PreparedStatement {
  private let sql: String
  private let connection: PostgresConnection
  private var parameters = PostgresParameters()
  private var result: PostgresResult?
  private var row = -1

  init(_ sql: String, of connection: PostgresConnection) {
    self.sql = sql
    self.connection = connection
  }

  func bind(_ place: Int, _ value: Int64) { parameters.set(place, value) }
  func bind(_ place: Int, text: String) { parameters.set(place, text.utf8) }
  func bind(_ place: Int, _ value: [UInt8]) { parameters.set(place, value) }
  func bindNull(_ place: Int) { parameters.setNull(place) }

  func step() throws(SQLError) -> Bool {
    if result == nil {
      result = try connection.rows(sql, parameters)
      row = -1
    }
    row += 1
    return row < result?.rows ?? 0
  }

  func run() throws(SQLError) { try connection.run(sql, parameters) }

  func reset() {
    parameters.removeAll()
    result = nil
  }

  func columns() throws(SQLError) -> [String] {
    try connection.rows(sql, parameters)?.columns ?? []
  }

  var values: [SQLValue] { result?.values(row) ?? [] }
  func isNull(_ column: Int) -> Bool { result?.isNull(row, column) ?? true }
  func integer(_ column: Int) -> Int64 { result?.integer(row, column) ?? 0 }
  func blob(_ column: Int) -> [UInt8] { result?.blob(row, column) ?? [] }
}
