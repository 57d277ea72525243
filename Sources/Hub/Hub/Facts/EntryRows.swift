internal import Crypto
internal import Log
internal import Records
internal import SQL

/// A row of `entry`, without its record.
struct EntryRow: Hashable, Sendable {
  var number: Int64
  /// The log's id.
  var log: [UInt8]
  var node: String
  var epoch: Int64
  var place: Int64
  var id: String?
  var type: String
  var state: EntryState
  var isCurrent: Bool
  /// The reshare whose key opens it, `be/1/9`; nil: the node's own keys do.
  var via: String?
  /// Unix milliseconds, its author's claim.
  var time: Int64
  /// Days since 1970; 0: never.
  var expiryDay: Int64
  /// A number of `audience`.
  var audience: Int64
  /// Its node's keys for it were destroyed: it is here alone.
  var isKept = false

  /// Its name where a reference is wanted: `nl:case-7`, or `nl/1/17` without an id.
  var name: String { id.map { "\(node):\($0)" } ?? "\(node)/\(epoch)/\(place)" }

  /// The type by which the entry is counted.
  var typeName: String { RecordType(rawValue: type)?.rawValue ?? RecordSummary.otherType }

  /// Which of two versions is rather the current one: one that stands, then the later
  /// (Protocols/records.md, 7). Two logs of one origin, by different keys, are told apart by their
  /// ids: never by which came first.
  static func isLess(_ a: EntryRow, _ b: EntryRow) -> Bool {
    if a.state.stands != b.state.stands { return b.state.stands }
    if (a.epoch, a.place) != (b.epoch, b.place) { return (a.epoch, a.place) < (b.epoch, b.place) }
    return a.log.lexicographicallyPrecedes(b.log)
  }
}

/// The statements on `entry`.
final class EntryRows {
  private let findRange: Statement
  private let findVersions: Statement
  private let findShown: Statement
  private let findUntold: Statement
  private let compare: Statement
  private let readRecord: Statement
  private let insert: Statement
  private let removeOne: Statement
  private let markCurrent: Statement
  private let markTold: Statement
  private let markKept: Statement
  let numbers: RowNumbers

  private static let columns =
    "SELECT e.number, l.id, e.node, e.epoch, e.place, e.id, e.type, e.state, e.current, e.via, e.time, e.expiry, e.audience, e.kept FROM entry e JOIN log l ON l.number = e.log "

  /// Versions of one record, those that stand first, then the later (HUB-21).
  static let versions =
    "e.node = ?1 AND e.id = ?2 ORDER BY (e.state = 0) DESC, e.epoch DESC, e.place DESC"

  /// Rows that are held at once where entries go: a partner may withdraw a million of them in one
  /// word.
  static let batch = 4_096

  init(_ database: Database) throws(SQLError) {
    findRange = try database.prepare(
      EntryRows.columns
        + "WHERE e.log = ?1 AND e.place >= ?2 AND e.place < ?3 ORDER BY e.place LIMIT ?4")
    // Rows come in the order of the index `entry_name`: the first is read, however many versions
    // somebody wrote.
    findVersions = try database.prepare(EntryRows.columns + "WHERE \(EntryRows.versions)")
    findShown = try database.prepare(
      EntryRows.columns + "WHERE e.current = 1 AND \(EntryRows.versions) LIMIT 1")
    findUntold = try database.prepare(
      EntryRows.columns + "WHERE e.told <> ?1 AND e.number > ?2 ORDER BY e.number LIMIT ?3")
    compare = try database.prepare(
      "SELECT 1 FROM entry WHERE number = ?1 AND time = ?2 AND expiry = ?3 AND state = ?4 AND record = ?5 AND audience = ?6"
    )
    readRecord = try database.prepare("SELECT record FROM entry WHERE number = ?1")
    numbers = try RowNumbers("entries", MetaRows(database))
    insert = try database.prepare(
      "INSERT INTO entry (number, log, place, node, epoch, id, type, time, expiry, state, purposes, problems, current, told, record, via, leave, audience, kept) "
        + "VALUES (?14, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, ?12, ?13, ?15, ?16, ?17, 0)"
    )
    removeOne = try database.prepare("DELETE FROM entry WHERE number = ?1")
    markCurrent = try database.prepare("UPDATE entry SET current = ?2 WHERE number = ?1")
    markTold = try database.prepare("UPDATE entry SET told = ?2 WHERE number = ?1")
    markKept = try database.prepare("UPDATE entry SET kept = ?2 WHERE number = ?1")
  }

  /// - Returns: at most `batch` of them.
  func find(_ log: Int64, from place: UInt64, count: UInt64) throws(SQLError) -> [EntryRow] {
    let end = place.addingReportingOverflow(count)
    try findRange.bind(1, log)
    try findRange.bind(2, Int64(clamping: place))
    try findRange.bind(3, end.overflow ? Int64.max : Int64(clamping: end.partialValue))
    try findRange.bind(4, EntryRows.batch)
    return try EntryRows.all(findRange)
  }

  /// The version that is to be shown.
  func best(_ node: String, _ id: String) throws(SQLError) -> EntryRow? {
    try findVersions.bind(1, node)
    try findVersions.bind(2, id)
    var best: EntryRow?
    try findVersions.each { row throws(SQLError) in
      let version = EntryRow(row)
      guard let found = best else {
        best = version
        return true
      }
      // The only versions beside it are those of other logs of this origin, at the same place.
      guard !EntryRow.isLess(version, found) else {
        return (version.epoch, version.place) == (found.epoch, found.place)
          && version.state.stands == found.state.stands
      }
      best = version
      return true
    }
    return best
  }

  /// The version that was shown before another came: among those that came since, so that it is
  /// found soon. To be asked only where there is one.
  func shown(_ node: String, _ id: String) throws(SQLError) -> EntryRow? {
    try findShown.bind(1, node)
    try findShown.bind(2, id)
    return try EntryRows.all(findShown).first
  }

  /// - Returns: at most `batch` of them, behind the row of this number.
  func untold(since round: Int64, after number: Int64) throws(SQLError) -> [EntryRow] {
    try findUntold.bind(1, round)
    try findUntold.bind(2, number)
    try findUntold.bind(3, EntryRows.batch)
    return try EntryRows.all(findUntold)
  }

  private static func all(_ statement: Statement) throws(SQLError) -> [EntryRow] {
    var found: [EntryRow] = []
    try statement.each { row throws(SQLError) in
      found.append(EntryRow(row))
      return true
    }
    return found
  }

  func isEqual(
    _ row: EntryRow, _ entry: ReadableEntry, audience: Int64
  ) throws(SQLError) -> Bool {
    try compare.bind(1, row.number)
    try compare.bind(2, Int64(clamping: entry.time))
    try compare.bind(3, entry.expiryDay)
    try compare.bind(4, entry.state.rawValue)
    try compare.bind(5, entry.record)
    try compare.bind(6, audience)
    defer { compare.reset() }
    return try compare.step()
  }

  func record(_ number: Int64) throws(SQLError) -> [UInt8] {
    try readRecord.bind(1, number)
    defer { readRecord.reset() }
    return try readRecord.step() ? readRecord.blob(0) : []
  }

  func insert(
    _ log: Int64, _ change: EntryChange, _ entry: ReadableEntry, _ summary: RecordSummary,
    audience: Int64, round: Int64, via: PassedOn? = nil
  ) throws(SQLError) -> EntryRow {
    let node = change.origin.name.text
    let epoch = Int64(change.origin.epoch)
    let place = Int64(clamping: change.index)
    try insert.bind(1, log)
    try insert.bind(2, place)
    try insert.bind(3, node)
    try insert.bind(4, epoch)
    try insert.bind(5, summary.id)
    try insert.bind(6, summary.type)
    try insert.bind(7, Int64(clamping: entry.time))
    try insert.bind(8, entry.expiryDay)
    try insert.bind(9, entry.state.rawValue)
    try insert.bind(10, summary.purposes & (via?.purposes ?? -1))
    try insert.bind(11, summary.problems)
    try insert.bind(12, round)
    try insert.bind(13, entry.record)
    let number = numbers.next()
    try insert.bind(14, number)
    try insert.bind(15, via?.entry)
    try insert.bind(16, via?.problem)
    try insert.bind(17, audience)
    try insert.run()
    return EntryRow(
      number: number, log: change.log.array, node: node, epoch: epoch, place: place,
      id: summary.id, type: summary.type, state: entry.state, isCurrent: false, via: via?.entry,
      time: Int64(clamping: entry.time), expiryDay: Int64(entry.expiryDay), audience: audience)
  }

  func remove(_ number: Int64) throws(SQLError) {
    try removeOne.bind(1, number)
    try removeOne.run()
  }

  func setCurrent(_ number: Int64, _ isCurrent: Bool) throws(SQLError) {
    try markCurrent.bind(1, number)
    try markCurrent.bind(2, isCurrent ? 1 : 0)
    try markCurrent.run()
  }

  func setKept(_ number: Int64, _ isKept: Bool) throws(SQLError) {
    try markKept.bind(1, number)
    try markKept.bind(2, isKept ? 1 : 0)
    try markKept.run()
  }

  func setTold(_ number: Int64, _ round: Int64) throws(SQLError) {
    try markTold.bind(1, number)
    try markTold.bind(2, round)
    try markTold.run()
  }
}

extension EntryRow {
  /// - Parameter row: of `EntryRows.columns`.
  fileprivate init(_ row: Statement) {
    self.init(
      number: row.integer(0), log: row.blob(1), node: row.text(2), epoch: row.integer(3),
      place: row.integer(4), id: row.optionalText(5), type: row.text(6),
      state: EntryState(rawValue: row.integer(7)), isCurrent: row.integer(8) != 0,
      via: row.optionalText(9), time: row.integer(10), expiryDay: row.integer(11),
      audience: row.integer(12), isKept: row.integer(13) != 0)
  }
}
