internal import Records
internal import SQL

/// Reads what counts for pairs of nodes from the facts, in the snapshot of one question.
struct PartnerFacts {
  private let database: Database
  /// Days since 1970: what expires up to this one has expired, whatever the daemon says.
  private let today: Int64

  /// - Parameter now: Unix milliseconds.
  init(_ facts: Facts, now: Int64) {
    database = facts.database
    today = now / 86_400_000
  }

  /// Members of the audiences that this node is in, by number.
  func audiences(of own: String) throws(SQLError) -> [Int64: Set<String>] {
    var found: [Int64: Set<String>] = [:]
    try database.prepare("SELECT number, members FROM audience").each { row throws(SQLError) in
      let members = Set(row.text(1).split(separator: ",").map(String.init))
      if members.contains(own) { found[row.integer(0)] = members }
      return true
    }
    return found
  }

  /// - Parameter quarters: those that are asked for.
  func groups(
    _ audiences: [Int64: Set<String>], _ quarters: ClosedRange<Int>
  ) throws(SQLError) -> [CountedGroup] {
    let statement = try database.prepare(
      "SELECT c.audience, l.origin, c.quarter, \(PartnerFacts.counted("c.what", "c.expiry")), "
        + "CASE WHEN c.expiry > 0 AND c.expiry <= ?1 THEN 0 ELSE c.correction END, CAST(sum(c.count) AS BIGINT) "
        + "FROM contribution c JOIN log l ON l.number = c.log WHERE c.quarter >= ?2 AND c.quarter <= ?3 GROUP BY 1, 2, 3, 4, 5"
    )
    try statement.bind(1, today)
    try statement.bind(2, Int64(quarters.lowerBound))
    try statement.bind(3, Int64(quarters.upperBound))
    var found: [CountedGroup] = []
    try statement.each { row throws(SQLError) in
      guard let members = audiences[row.integer(0)] else { return true }
      found.append(
        CountedGroup(
          author: PartnerFacts.node(row.text(1)), members: members,
          quarter: Quarter(number: Int(row.integer(2))), what: row.text(3),
          isCorrection: row.integer(4) != 0, count: Int(row.integer(5))))
      return true
    }
    return found
  }

  /// Versions of a node's requests or answers, the newest first.
  /// - Parameters:
  ///   - type: `rfi` or `answer`.
  ///   - isTaken: whether one more may be looked at.
  func versions(
    of node: String, _ type: RecordType, _ audiences: [Int64: Set<String>], _ isTaken: () -> Bool
  ) throws(SQLError) -> [ExchangedVersion] {
    // The index `entry_exchange` has rows of these types alone.
    let statement = try database.prepare(
      "SELECT audience, epoch, place, time, id, record FROM entry WHERE node = ?1 AND type = ?2 AND type IN ('rfi', 'answer') "
        + "AND audience >= 0 AND state = 0 AND id IS NOT NULL AND (expiry = 0 OR expiry > ?3) ORDER BY time DESC"
    )
    try statement.bind(1, node)
    try statement.bind(2, type.rawValue)
    try statement.bind(3, today)
    var found: [ExchangedVersion] = []
    try statement.each { row throws(SQLError) in
      guard isTaken() else { return false }
      guard let members = audiences[row.integer(0)] else { return true }
      found.append(
        ExchangedVersion(
          author: node, order: EntryOrder(epoch: row.integer(1), place: row.integer(2)),
          time: row.integer(3), id: row.text(4), members: members,
          body: SharedRecord.read(row.blob(5)).body))
      return true
    }
    return found
  }

  /// The column that says what an entry counts as.
  private static func counted(_ what: String, _ expiry: String) -> String {
    "CASE WHEN \(expiry) > 0 AND \(expiry) <= ?1 THEN '\(Contribution.expired)' ELSE \(what) END"
  }

  static func node(_ origin: String) -> String {
    origin.split(separator: "/").first.map(String.init) ?? ""
  }

  // MARK: - Entries

  struct LogRow {
    let number: Int64
    let id: [UInt8]
    /// `nl/1`
    let origin: String
  }

  func logs(of nodes: [String]) throws(SQLError) -> [LogRow] {
    var found: [LogRow] = []
    try database.prepare("SELECT number, id, origin FROM log ORDER BY origin, id").each {
      row throws(SQLError) in
      let log = LogRow(number: row.integer(0), id: row.blob(1), origin: row.text(2))
      if nodes.contains(PartnerFacts.node(log.origin)) { found.append(log) }
      return true
    }
    return found
  }

  /// Entries of one log and audience that count, from a place on, by time: at most `limit`, and as
  /// many that are gone.
  /// - Parameter isTaken: whether one more may be looked at.
  func entries(
    _ audience: Int64, _ log: LogRow, _ place: PairEntry.Place, before end: Int64, limit: Int,
    _ isTaken: () -> Bool
  ) throws(SQLError) -> [PairEntry] {
    var found: [PairEntry] = []
    let standing = try entries(
      "SELECT e.time, e.place, e.expiry, e.state, e.number, e.purposes FROM entry e WHERE e.audience >= 0",
      audience, log, place, before: end, limit: limit)
    try standing.each { row throws(SQLError) in
      guard isTaken() else { return false }
      found.append(PairEntry(standing: row, log, today: today))
      return true
    }
    let gone = try entries(
      "SELECT e.time, e.place, e.expiry, e.state, e.expired FROM gone e WHERE e.audience >= 0",
      audience, log, place, before: end, limit: limit)
    try gone.each { row throws(SQLError) in
      guard isTaken() else { return false }
      found.append(PairEntry(gone: row, log, today: today))
      return true
    }
    return found
  }

  private func entries(
    _ query: String, _ audience: Int64, _ log: LogRow, _ place: PairEntry.Place,
    before end: Int64, limit: Int
  ) throws(SQLError) -> Statement {
    // Disputed and late ones count for nobody.
    let statement = try database.prepare(
      query + " AND e.audience = ?1 AND e.log = ?6 "
        + "AND (e.state = 0 OR e.state = \(EntryState.malformed.rawValue)) AND e.time >= ?2 AND e.time < ?3 "
        + "AND (e.time, e.place) >= (?2, ?4) ORDER BY e.time, e.place LIMIT ?5")
    try statement.bind(1, audience)
    try statement.bind(2, place.time)
    try statement.bind(3, end)
    try statement.bind(4, place.index)
    try statement.bind(5, limit)
    try statement.bind(6, log.number)
    return statement
  }
}
