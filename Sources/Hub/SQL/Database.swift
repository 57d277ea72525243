/// One connection to a set of tables, in a SQLite file or in a schema of PostgreSQL: used by one
/// thread at a time.
///
/// The same statements, written for both, give the same rows: text is compared byte by byte, and no
/// statement matches names or words. Committed rows survive the machine.
public final class Database {
  /// The part that a connection has beside others.
  public enum Access: Sendable {
    /// The one writer of these tables. On PostgreSQL each transaction proves that it still is
    /// (`Lease`).
    case writing
    /// One of several writers; their transactions come one after the other.
    case sharing
    /// Tables that a writer made.
    case reading
  }

  private let connection: any Connection

  /// - Throws: `.damaged` for a file that is none, `.lost` for a server that does not answer.
  public init(_ place: SQLPlace, _ access: Access) throws(SQLError) {
    switch place {
    case .file(let path): connection = try SQLiteConnection(path, access)
    case .schema(let name, let server):
      connection = try PostgresConnection(server, schema: name, access)
    }
  }

  /// KiB of pages that this connection keeps; PostgreSQL keeps its own.
  public func setCache(kibibytes: Int) throws(SQLError) {
    try connection.setCache(kibibytes: kibibytes)
  }

  /// Pages of SQLite's write-ahead log after which a commit writes them into the file. More of them
  /// make bulk writing cheaper: a page that changes often is written once.
  public func setCheckpoint(pages: Int) throws(SQLError) {
    try connection.setCheckpoint(pages: pages)
  }

  /// Runs statements that give no rows, or whose rows nobody needs.
  public func execute(_ sql: String) throws(SQLError) { try connection.execute(sql) }

  /// Makes tables.
  /// - Parameter tables: in SQLite's words, of these types alone: `INTEGER PRIMARY KEY
  ///   AUTOINCREMENT`, `INTEGER`, `TEXT`, `BLOB`.
  public func create(_ tables: String) throws(SQLError) { try connection.create(tables) }

  func tables() throws(SQLError) -> [String] { try connection.tables() }
  func continueNumbers() throws(SQLError) { try connection.continueNumbers() }

  /// Asked at an opening: no statement makes a table where there is one.
  public func exists(table: String) throws(SQLError) -> Bool {
    try connection.exists(table: table)
  }

  /// - Parameter sql: one statement, which the program wrote, with values as `?1`: they are bound,
  ///   never pasted in.
  public func prepare(_ sql: String) throws(SQLError) -> Statement {
    Statement(try connection.prepare(sql), of: self)
  }

  /// Commits what `body` did, or nothing of it.
  public func transaction<Result>(
    _ body: () throws(SQLError) -> Result
  ) throws(SQLError) -> Result {
    try within(.transaction, body)
  }

  /// One view of the database for several questions, whatever a writer commits meanwhile.
  public func snapshot<Result>(_ body: () throws(SQLError) -> Result) throws(SQLError) -> Result {
    try within(.snapshot, body)
  }

  /// Undoes what `body` did if it throws; the transaction around it goes on.
  public func savepoint<Result>(_ body: () throws(SQLError) -> Result) throws(SQLError) -> Result {
    try within(.savepoint, body)
  }

  private func within<Result>(
    _ bracket: Bracket, _ body: () throws(SQLError) -> Result
  ) throws(SQLError) -> Result {
    try connection.begin(bracket)
    do throws(SQLError) {
      let result = try body()
      try connection.end(bracket)
      return result
    } catch {
      connection.undo(bracket)
      throw error
    }
  }

  /// Takes what was deleted off the disk: empties SQLite's write-ahead log, vacuums PostgreSQL's
  /// tables.
  /// - Returns: false when a reader still needs it; try again.
  public func empty() throws(SQLError) -> Bool { try connection.empty() }

  /// Bytes of all of it on the disk.
  public func bytes() throws(SQLError) -> Int { try connection.bytes() }
}
