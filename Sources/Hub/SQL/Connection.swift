/// An engine, as one `Database` uses it.
protocol Connection: AnyObject {
  /// Statements that give no rows, or whose rows nobody needs.
  func execute(_ sql: String) throws(SQLError)
  /// Tables as `Database.create` takes them.
  func create(_ tables: String) throws(SQLError)
  func tables() throws(SQLError) -> [String]
  /// After rows came with their numbers: the next one gets a higher one.
  func continueNumbers() throws(SQLError)
  func exists(table: String) throws(SQLError) -> Bool
  func prepare(_ sql: String) throws(SQLError) -> any PreparedStatement
  func begin(_ bracket: Bracket) throws(SQLError)
  func end(_ bracket: Bracket) throws(SQLError)
  /// After a failure: what is undone already stays so.
  func undo(_ bracket: Bracket)
  /// - Returns: false when somebody still needs what was deleted; try again.
  func empty() throws(SQLError) -> Bool
  func bytes() throws(SQLError) -> Int
  func setCache(kibibytes: Int) throws(SQLError)
  func setCheckpoint(pages: Int) throws(SQLError)
}

/// Statements that stand or fall together, or see one moment.
enum Bracket {
  /// The one that writes.
  case transaction
  case snapshot
  case savepoint
}

protocol PreparedStatement: AnyObject {
  func bind(_ place: Int, _ value: Int64) throws(SQLError)
  func bind(_ place: Int, text: String) throws(SQLError)
  func bind(_ place: Int, _ value: [UInt8]) throws(SQLError)
  func bindNull(_ place: Int) throws(SQLError)
  /// - Returns: whether there is a row.
  func step() throws(SQLError) -> Bool
  /// Runs to the end. In a transaction an error may show only at the next row that is asked for, or
  /// at the end.
  func run() throws(SQLError)
  func reset()
  func isNull(_ column: Int) -> Bool
  func integer(_ column: Int) -> Int64
  func blob(_ column: Int) -> [UInt8]
  /// Names of the columns that it gives.
  func columns() throws(SQLError) -> [String]
  /// Values of the present row.
  var values: [SQLValue] { get }
}
