internal import Log
internal import SQL

/// Keeps whom entries were sealed to, what they count as, and what is left of those that are gone
/// (Protocols/hub.md, 17). Part of the one writer of the facts.
final class SealedEntries {
  private let audiences: AudienceRows
  private let contributions: ContributionRows
  private let gone: GoneRows
  /// The numbers of audiences by their grants, as the page that is being applied tells them.
  private var grants: [GrantPlace: Int64] = [:]
  private var mayHaveUnused = false

  init(_ database: Database) throws(SQLError) {
    audiences = try AudienceRows(database)
    contributions = try ContributionRows(database)
    gone = try GoneRows(database)
  }

  // MARK: - The transaction

  func begin() {
    contributions.begin()
    grants = [:]
    mayHaveUnused = false
  }

  /// Before the transaction ends.
  func finish() throws(SQLError) {
    let hasLess = try contributions.apply()
    if hasLess || mayHaveUnused { try audiences.forgetUnused() }
  }

  func undone() { audiences.forgetNumbers() }

  /// Takes the grants of a page, before its entries.
  func take(_ told: [SealedGrant]) throws(SQLError) {
    grants = [:]
    for grant in told {
      grants[grant.place] = try audiences.number(of: grant.members)
      mayHaveUnused = true
    }
  }

  func audience(_ grant: UInt64?, of log: LogID) -> Int64 {
    grant.flatMap { grants[GrantPlace(log: log, index: $0)] } ?? AudienceRows.none
  }

  // MARK: - Entries

  func count(_ entry: EntryRow, log: Int64, _ summary: RecordSummary, _ delta: Int64) {
    if delta < 0, entry.audience != AudienceRows.none { mayHaveUnused = true }
    contributions.add(Contribution(entry, log: log, summary), delta)
  }

  /// An entry that is told gone takes the place of what stood there.
  func takeGone(
    _ change: EntryChange, _ entry: GoneEntry, _ log: Int64, round: Int64
  ) throws(SQLError) {
    let row = GoneRow(
      place: Int64(clamping: change.index), time: Int64(clamping: entry.time),
      expiryDay: Int64(entry.expiryDay), state: entry.state, isExpired: entry.isExpired,
      audience: audience(entry.grant, of: change.log))
    let old = try gone.find(log, from: change.index, count: 1).first
    if old == row { return try gone.setTold(log, row.place, round) }
    if let old { try forget(old, log) }
    guard row.audience != AudienceRows.none else { return }
    try gone.insert(log, row, round: round)
    contributions.add(Contribution(row, log: log), 1)
  }

  /// They are not gone any more, or nothing is told of them.
  func forgetGone(_ log: Int64, from place: UInt64, count: UInt64) throws(SQLError) {
    while true {
      let batch = try gone.find(log, from: place, count: count)
      for row in batch { try forget(row, log) }
      guard batch.count == EntryRows.batch else { return }
    }
  }

  func forgetUntold(_ round: Int64, _ log: Int64) throws(SQLError) {
    while true {
      let batch = try gone.untold(since: round, log)
      for row in batch { try forget(row, log) }
      guard batch.count == EntryRows.batch else { return }
    }
  }

  private func forget(_ row: GoneRow, _ log: Int64) throws(SQLError) {
    mayHaveUnused = true
    try gone.remove(log, row.place)
    contributions.add(Contribution(row, log: log), -1)
  }
}
