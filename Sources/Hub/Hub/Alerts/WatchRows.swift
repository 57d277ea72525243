internal import HubInterface
internal import Matching
internal import Records
internal import SQL

/// A row of `watch`.
struct WatchRow: Hashable, Sendable {
  enum Condition: Int64, Hashable, Sendable {
    case active = 0
    case paused = 1
    case ended = 2
    case removed = 3

    var word: String {
      switch self {
      case .active: "active"
      case .paused: "paused"
      case .ended: "ended"
      case .removed: "removed"
      }
    }
  }

  var number: Int64 = 0
  var revision: Int64 = 1
  var name: String?
  var birth: String?
  /// ISO 3166, two small letters.
  var nationality: String?
  var document: String?
  var phone: String?
  var threshold: Band
  /// Its last day, since 1970.
  var until: Int64
  var purpose: Purpose
  var reason: String
  var user: String
  /// Unix milliseconds.
  var time: Int64
  var state = Condition.active
  /// The least of the days before its end of which its owner was warned; 0: not yet.
  var warned: Int64 = 0

  var id: WatchID { .watch(number) }

  /// nil: it is not compared now.
  var watcher: Watcher? {
    guard state == .active else { return nil }
    return Watcher(
      id: id, revision: revision, purposes: purpose.bit, least: threshold, fields: fields,
      documents: [document.flatMap { DocumentNumber(folding: $0)?.text }].compactMap { $0 },
      phones: [phone.flatMap { PhoneNumber(folding: $0)?.text }].compactMap { $0 })
  }

  /// The person, and the organisation where no date of birth is asked for: an organisation is not
  /// born.
  private var fields: [ComparedFields] {
    guard let name else { return [] }
    let born = birth.flatMap { try? PartialDate(parsing: $0) }
    let kinds: [Matching.NameKind] = born == nil ? [.person, .organization] : [.person]
    return kinds.compactMap {
      ComparedFields(name: name, as: $0, born: born, country: nationality)
    }
  }

  var model: Watch {
    Watch(
      number: Int(number), revision: Int(revision), name: name, birth: birth,
      nationality: nationality, document: document, phone: phone, threshold: threshold.word,
      until: CivilDay(number: Int(until))?.text ?? "", purpose: purpose.rawValue, reason: reason,
      user: user, time: Int(time), state: state.word)
  }
}

/// The statements on `watch`.
final class WatchRows {
  private let insert: Statement
  private let update: Statement
  private let byNumber: Statement
  private let list: Statement
  private let wipe: Statement
  private let ending: Statement

  private static let columns =
    "SELECT number, revision, name, birth, nationality, document, phone, threshold, until, purpose, reason, username, time, state, warned "
    + "FROM watch "

  init(_ database: Database) throws(SQLError) {
    insert = try database.prepare(
      "INSERT INTO watch (revision, name, birth, nationality, document, phone, threshold, until, purpose, reason, username, time, state, warned) "
        + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) RETURNING number")
    update = try database.prepare(
      "UPDATE watch SET revision = ?1, state = ?2, warned = ?3 WHERE number = ?4")
    byNumber = try database.prepare(WatchRows.columns + "WHERE number = ?1")
    ending = try database.prepare(
      WatchRows.columns + "WHERE state < 2 AND until <= ?1 ORDER BY until, number")
    wipe = try database.prepare(
      "UPDATE watch SET name = NULL, birth = NULL, nationality = NULL, document = NULL, phone = NULL WHERE number = ?1"
    )
    list = try database.prepare(WatchRows.columns + "WHERE state < 3 ORDER BY number")
  }

  func add(_ row: WatchRow) throws(SQLError) -> Int64 {
    try insert.bind(1, row.revision)
    try insert.bind(2, row.name)
    try insert.bind(3, row.birth)
    try insert.bind(4, row.nationality)
    try insert.bind(5, row.document)
    try insert.bind(6, row.phone)
    try insert.bind(7, row.threshold.rawValue)
    try insert.bind(8, row.until)
    try insert.bind(9, row.purpose.rawValue)
    try insert.bind(10, row.reason)
    try insert.bind(11, row.user)
    try insert.bind(12, row.time)
    try insert.bind(13, row.state.rawValue)
    try insert.bind(14, row.warned)
    return try insert.returned()
  }

  /// Its state, revision and warnings: what it asks for never changes.
  func set(_ row: WatchRow) throws(SQLError) {
    try update.bind(1, row.revision)
    try update.bind(2, row.state.rawValue)
    try update.bind(3, row.warned)
    try update.bind(4, row.number)
    try update.run()
  }

  /// A removed one asks for nothing any more.
  func forget(_ number: Int64) throws(SQLError) {
    try wipe.bind(1, number)
    try wipe.run()
  }

  func find(_ number: Int64) throws(SQLError) -> WatchRow? {
    try byNumber.bind(1, number)
    return try WatchRows.all(byNumber).first
  }

  /// Active and paused ones whose last day is this one, or earlier.
  func ending(by day: Int64) throws(SQLError) -> [WatchRow] {
    try ending.bind(1, day)
    return try WatchRows.all(ending)
  }

  /// All that were not removed.
  func all() throws(SQLError) -> [WatchRow] { try WatchRows.all(list) }

  private static func all(_ statement: Statement) throws(SQLError) -> [WatchRow] {
    var found: [WatchRow] = []
    try statement.each { row throws(SQLError) in
      found.append(
        WatchRow(
          number: row.integer(0), revision: row.integer(1), name: row.optionalText(2),
          birth: row.optionalText(3), nationality: row.optionalText(4),
          document: row.optionalText(5), phone: row.optionalText(6),
          threshold: Band(rawValue: row.integer(7)) ?? .review, until: row.integer(8),
          purpose: Purpose(rawValue: row.text(9)) ?? .ct, reason: row.text(10),
          user: row.text(11), time: row.integer(12),
          state: WatchRow.Condition(rawValue: row.integer(13)) ?? .removed,
          warned: row.integer(14)))
      return true
    }
    return found
  }
}
