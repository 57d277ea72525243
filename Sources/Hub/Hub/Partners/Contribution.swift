internal import SQL

/// A row of `contribution`: entries of one log that count alike for whoever they were sealed to
/// (Protocols/hub.md, HUB-117).
struct Contribution: Hashable, Sendable {
  /// A number of `audience`.
  var audience: Int64
  /// A number of `log`.
  var log: Int64
  var quarter: Quarter
  /// Days since 1970; 0: never.
  var expiryDay: Int64
  /// A type of record, `other`, or a word of these.
  var what: String
  var isCorrection = false

  /// It opens, and is no record.
  static let malformed = "malformed"
  static let withdrawn = "withdrawn"
  static let expired = "expired"

  /// - Returns: nil for an entry that counts for nobody.
  init?(_ entry: EntryRow, log: Int64, _ summary: RecordSummary) {
    self.init(
      audience: entry.audience, log: log, time: entry.time, expiryDay: entry.expiryDay, entry.state,
      what: entry.state.contains(.malformed) ? Contribution.malformed : summary.typeName)
    isCorrection = summary.isCorrection
  }

  /// - Returns: nil for an entry that counts for nobody.
  init?(_ gone: GoneRow, log: Int64) {
    self.init(
      audience: gone.audience, log: log, time: gone.time, expiryDay: gone.expiryDay, gone.state,
      what: gone.isExpired ? Contribution.expired : Contribution.withdrawn)
  }

  private init?(
    audience: Int64, log: Int64, time: Int64, expiryDay: Int64, _ state: EntryState, what: String
  ) {
    guard audience != AudienceRows.none, state.isDisjoint(with: [.disputed, .late]) else {
      return nil
    }
    self.audience = audience
    self.log = log
    quarter = Quarter(milliseconds: time)
    self.expiryDay = expiryDay
    self.what = what
  }
}

/// The statements on `contribution`, and the counts that one transaction adds and takes: a question
/// asks for them, and must not walk a million entries.
final class ContributionRows {
  private let change: Statement
  private let removeEmpty: Statement
  private var deltas: [Contribution: Int64] = [:]

  init(_ database: Database) throws(SQLError) {
    change = try database.prepare(
      "INSERT INTO contribution VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
        + "ON CONFLICT (audience, log, quarter, expiry, what, correction) DO UPDATE SET count = contribution.count + ?7"
    )
    removeEmpty = try database.prepare("DELETE FROM contribution WHERE count = 0")
  }

  func begin() { deltas = [:] }

  /// - Parameter contribution: nil: it counts for nobody.
  func add(_ contribution: Contribution?, _ delta: Int64) {
    if let contribution { deltas[contribution, default: 0] += delta }
  }

  /// - Returns: whether something was taken away.
  func apply() throws(SQLError) -> Bool {
    var hasLess = false
    for (row, delta) in deltas where delta != 0 {
      try change.bind(1, row.audience)
      try change.bind(2, row.log)
      try change.bind(3, Int64(row.quarter.number))
      try change.bind(4, row.expiryDay)
      try change.bind(5, row.what)
      try change.bind(6, row.isCorrection ? 1 : 0)
      try change.bind(7, delta)
      try change.run()
      hasLess = hasLess || delta < 0
    }
    if hasLess { try removeEmpty.run() }
    deltas = [:]
    return hasLess
  }
}
