/// Inserts many rows of one table, several with each statement: a row costs a statement less, and a
/// round trip.
public final class RowInserter {
  private let many: Statement
  private let one: Statement
  private let columns: Int

  /// Rows of one statement; with six columns still far from what SQLite takes as values of one.
  private static let rows = 32

  /// - Parameters:
  ///   - table: and its columns, as behind `INSERT INTO`.
  ///   - columns: how many they are.
  ///   - conflict: as behind the values.
  public init(
    _ database: Database, into table: String, columns: Int, _ conflict: String
  ) throws(SQLError) {
    self.columns = columns
    func statement(_ rows: Int) throws(SQLError) -> Statement {
      let values = (0..<rows).map { row in
        "(" + (1...columns).map { "?\(row * columns + $0)" }.joined(separator: ", ") + ")"
      }
      return try database.prepare(
        "INSERT INTO \(table) VALUES \(values.joined(separator: ", ")) \(conflict)")
    }
    many = try statement(RowInserter.rows)
    one = try statement(1)
  }

  /// - Parameter bind: the values of a row, to places behind `before`.
  public func insert<Row>(
    _ rows: [Row], _ bind: (Statement, _ before: Int, Row) throws(SQLError) -> Void
  ) throws(SQLError) {
    var next = 0
    while next + RowInserter.rows <= rows.count {
      for place in 0..<RowInserter.rows {
        try bind(many, place * columns, rows[next + place])
      }
      try many.run()
      next += RowInserter.rows
    }
    for row in rows[next...] {
      try bind(one, 0, row)
      try one.run()
    }
  }
}
