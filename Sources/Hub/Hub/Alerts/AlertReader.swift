internal import SQL

/// Reads `alerts.db` on the loop's thread, with a connection of its own.
final class AlertReader {
  let database: Database
  let alerts: AlertRows
  let events: EventRows
  let watches: WatchRows
  let handOvers: HandOverRows
  let screenings: ScreeningRows
  let exclusions: ExclusionRows
  let hooks: HookRows
  private let open: Statement
  private let all: Statement
  private let counts: Statement

  init(_ place: SQLPlace) throws(SQLError) {
    database = try Database(place, .reading)
    try database.setCache(kibibytes: HubLimits.deskCacheKibibytes)
    alerts = try AlertRows(database)
    events = try EventRows(database)
    watches = try WatchRows(database)
    handOvers = try HandOverRows(database)
    screenings = try ScreeningRows(database)
    exclusions = try ExclusionRows(database)
    hooks = try HookRows(database)
    open = try database.prepare(
      AlertRows.columns
        + "WHERE number IN (SELECT number FROM alert WHERE state IN (1, 2, 3) AND purposes & ?1 <> 0 "
        + "ORDER BY state = 1 DESC, band DESC, number DESC LIMIT ?2) ORDER BY state = 1 DESC, band DESC, number DESC"
    )
    all = try database.prepare(
      AlertRows.columns + "WHERE purposes & ?1 <> 0 ORDER BY number DESC LIMIT ?2")
    counts = try database.prepare(
      "SELECT (SELECT count(*) FROM watch WHERE state = 0), (SELECT count(*) FROM alert WHERE state IN (1, 2, 3)), "
        + "(SELECT count(*) FROM alert WHERE state = 1)")
  }

  /// Alerts that stand, those that nobody took first.
  /// - Parameter purposes: `Purpose` bits of whoever asks.
  func standing(_ purposes: Int64, limit: Int, all isAll: Bool) throws(SQLError) -> [AlertRow] {
    let statement = isAll ? all : open
    try statement.bind(1, purposes)
    try statement.bind(2, limit)
    return try AlertRows.all(statement)
  }

  func count() throws(SQLError) -> (watches: Int, alerts: Int, untaken: Int) {
    defer { counts.reset() }
    guard try counts.step() else { return (0, 0, 0) }
    return (
      Int(counts.integer(0)), Int(counts.integer(1)), Int(counts.integer(2))
    )
  }
}
