internal import Synchronization

/// Which of several hubs writes. The one that ended its lease, whose session is gone, or who said
/// nothing for long, is followed by whoever asks first; each has a higher number than the one
/// before, and every writing transaction proves that its own is still the highest
/// (Protocols/hub.md, 13). Used by one thread.
public final class Lease {
  private let server: Server
  private let database: Database
  private let holder: String
  private let beat: Statement
  private let take: Statement
  private let release: Statement
  private let fence: Statement
  private let find: Statement
  private let cut: Statement
  private let started: Statement

  private static let schema = "hub"
  private static let now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
  private static let tables = """
    CREATE TABLE lease (
      token INTEGER NOT NULL, holder TEXT NOT NULL, session INTEGER NOT NULL, beat INTEGER NOT NULL, complete INTEGER NOT NULL);
    CREATE TABLE fence (token INTEGER NOT NULL);
    INSERT INTO lease VALUES (0, '', 0, 0, 0);
    INSERT INTO fence VALUES (0);
    """

  /// - Parameter holder: who this is, for operators: a machine and a process.
  public init(_ server: Server, holder: String) throws(SQLError) {
    self.server = server
    self.holder = String(holder.prefix(SQLLimits.holderBytes))
    let database = try Database(.schema(Lease.schema, server), .sharing)
    self.database = database
    try database.transaction { () throws(SQLError) in
      if try !database.exists(table: "lease") { try database.create(Lease.tables) }
    }
    beat = try database.prepare(
      "UPDATE lease SET session = pg_backend_pid(), beat = \(Lease.now), complete = ?2 WHERE token = ?1 RETURNING token"
    )
    take = try database.prepare(
      "UPDATE lease SET token = greatest(token + 1, \(Lease.now)), holder = ?1, session = pg_backend_pid(), beat = \(Lease.now), complete = 0 "
        + "WHERE beat < \(Lease.now) - ?2 OR beat < \(Lease.now) - ?3 "
        + "AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pid = session) RETURNING token")
    release = try database.prepare("UPDATE lease SET session = 0, beat = 0 WHERE token = ?1")
    fence = try database.prepare("UPDATE fence SET token = ?1")
    find = try database.prepare(
      "SELECT holder, CASE WHEN beat >= \(Lease.now) - ?1 THEN complete ELSE 0 END FROM lease")
    cut = try database.prepare(
      "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE relation = 'fence'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()"
    )
    started = try database.prepare(
      "SELECT (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint")
  }

  /// A lease and a start of the server: all that a hub has in memory is of one such state.
  public struct State: Hashable, Sendable {
    /// 0: another hub writes.
    public var token: Int64
    /// When the server was started: another one, or the same again, may lack what was committed
    /// last.
    public var server: Int64

    /// True while this hub may write.
    public var isHeld: Bool { token > 0 }
  }

  /// Goes on with the lease, or takes it where nobody has it.
  /// - Parameter isComplete: whether this hub, if it writes, has all that its daemon can read.
  public func hold(isComplete: Bool = false) throws(SQLError) -> State {
    let token = server.token.load(ordering: .acquiring)
    let state = try database.transaction { () throws(SQLError) in
      let next = try token > 0 ? goOn(token, isComplete) : takeOver()
      return State(token: next, server: try started.returned())
    }
    server.token.store(state.token, ordering: .releasing)
    return state
  }

  /// Reads who writes, without asking for the lease.
  public func look() throws(SQLError) -> State { State(token: 0, server: try started.returned()) }

  /// Ends the lease, if this process has it: another may take it at once.
  public func end() throws(SQLError) {
    let token = server.token.exchange(0, ordering: .acquiringAndReleasing)
    guard token > 0 else { return }
    try release.bind(1, token)
    try release.run()
  }

  /// The one that writes, or wrote last, and whether it has all that its daemon can read.
  public func writer() throws(SQLError) -> (name: String, isComplete: Bool) {
    try find.bind(1, SQLLimits.leaseGraceSeconds * 2_000)
    defer { find.reset() }
    return try find.step() ? (find.text(0), find.integer(1) == 1) : ("", false)
  }

  private func goOn(_ token: Int64, _ isComplete: Bool) throws(SQLError) -> Int64 {
    try beat.bind(1, token)
    try beat.bind(2, isComplete ? 1 : 0)
    return try beat.returned()
  }

  /// Transactions of the one before share the row of the fence: their sessions are ended, and they
  /// are undone. Who stands still in the midst of one would hold it for ever.
  private func takeOver() throws(SQLError) -> Int64 {
    try take.bind(1, holder)
    try take.bind(2, SQLLimits.leaseSeconds * 1_000)
    try take.bind(3, SQLLimits.leaseGraceSeconds * 1_000)
    let token = try take.returned()
    guard token > 0 else { return 0 }
    _ = try cut.returned()
    try fence.bind(1, token)
    try fence.run()
    return token
  }
}
