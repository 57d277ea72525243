internal import HubInterface
internal import Log
internal import Matching
internal import Records
internal import SQL

/// Turns changes of the facts into alerts: exactly once, over kills (Protocols/hub.md, 10). All of
/// it runs on one thread, the one writer of `alerts.db`.
final class AlertEngine {
  let facts: Facts
  private let place: SQLPlace
  let database: Database
  let index: SharedIndex
  let key: AlertKey
  let alerts: AlertRows
  let events: EventRows
  let watchRows: WatchRows
  let handOvers: HandOverRows
  let screenings: ScreeningRows
  let exclusions: ExclusionRows
  let hooks: HookRows
  let judgements: JudgementReader
  private let meta: MetaRows
  var watches = WatchIndex()
  var duty = Duty()
  /// Unix milliseconds; set before each piece of work.
  var now: Int64 = 0
  /// Values were taken out of rows: they are to leave the write-ahead log.
  private(set) var mustEmptyLog = true
  private var made: String
  private var cursor: Int64 = 0
  /// These are other facts than those that were gone through before.
  private var isOther = false
  private let ownWatches: OwnWatchRows
  private var judged: Int64
  /// Records that could not be compared, for the operator.
  private var poisoned: [String] = []
  /// Fits of the records that are gone through now.
  private var fits = NameFits()
  /// The facts were made anew: every record that has an alert is looked at again once `touched` was
  /// gone through.
  private var mustRecheck = false
  /// Rows of `touched` up to this one were there when this file was new: what they give persons of
  /// this node's own is listed. nil: not known yet.
  private var baseline: Int64?
  /// Asked between records: a step that took long ends there.
  var mustPause: () -> Bool = { false }
  /// Rows of the next step: as many as fit into one lately.
  private var rowsAtOnce = HubLimits.touchedAtOnce

  init(_ storage: HubStorage, index: SharedIndex, key: AlertKey) throws {
    place = storage.facts
    facts = try Facts(storage.facts, cacheKibibytes: HubLimits.alertCacheKibibytes)
    database = try AlertSchema.open(storage.alerts, key)
    self.index = index
    self.key = key
    alerts = try AlertRows(database)
    events = try EventRows(database)
    watchRows = try WatchRows(database)
    handOvers = try HandOverRows(database)
    screenings = try ScreeningRows(database)
    exclusions = try ExclusionRows(database)
    hooks = try HookRows(database)
    judgements = try JudgementReader(storage.desk)
    meta = try MetaRows(database)
    ownWatches = try OwnWatchRows(database)
    judged = try meta.integer("judged") ?? 0
    made = try facts.made()
    if try meta.text("made") == made {
      cursor = try meta.integer("cursor") ?? 0
      mustRecheck = try meta.integer("recheck") == 1
    } else {
      isOther = true
      mustRecheck = true
    }
    baseline = try meta.integer("baseline")
    // Numbers of other facts say nothing of these: all that there was at first was listed then.
    if isOther, baseline != nil { baseline = 0 }
    for row in try watchRows.all() { if let watcher = row.watcher { watches.add(watcher) } }
  }

  /// Rows of `touched` up to this one were gone through.
  var done: Int64 { cursor }

  /// All is being compared: what changed waits (HUB-71).
  private(set) var isHeld = false
  private var lastTold: Int64 = -1

  /// Messages about records that could not be compared since this was asked before.
  func takePoisoned() -> [String] {
    defer { poisoned = [] }
    return poisoned
  }

  /// True when there are events that were not there when this was asked before.
  func hasNews() throws(SQLError) -> Bool {
    let last = try events.last()
    defer { lastTold = last }
    return last > lastTold
  }

  // MARK: - What changed

  /// Goes through some of what changed.
  /// - Parameter last: rows of `touched` up to this one are in the index in memory.
  /// - Returns: whether something was done, and more may be left.
  func step(through last: Int64) throws(SQLError) -> Bool {
    let isKnown = try facts.node() != nil
    let isComparing = try facts.isComparing()
    isHeld = isComparing || !isKnown
    if isHeld { return false }
    return try facts.database.snapshot { () throws(SQLError) in
      // The index must hold all that is shown at first, and after a rebuild: else alerts on records
      // that are not there yet would be taken back.
      if mustRecheck || baseline == nil, try last < facts.lastTouched() {
        isHeld = true
        return false
      }
      let rows = try facts.touched(after: cursor, through: last, limit: rowsAtOnce)
      let judgement = try judgements.last()
      if rows.isEmpty, !mustRecheck, judgement == judged { return false }
      fits = try NameFits(of: rows.map(\.name), watches, facts, place)
      defer { fits = NameFits() }
      var end = cursor
      try database.transaction { () throws(SQLError) in
        try setBaseline(last)
        if isOther { try ownWatches.beginAnew() }
        end = try look(at: rows)
        if rows.isEmpty, mustRecheck { try recheck() }
        for name in try judgements.names(after: judged) { try bring(name, .none) }
        try meta.set("judged", judgement)
        try meta.set("made", made)
        try meta.set("cursor", end)
        try meta.set("recheck", mustRecheck && !rows.isEmpty ? 1 : 0)
      }
      if rows.isEmpty { mustRecheck = false }
      isOther = false
      judged = judgement
      cursor = end
      return true
    }
  }

  /// Goes through rows until it has to pause; through one of them at least.
  /// - Returns: the cursor after that.
  private func look(at rows: [(number: Int64, name: String)]) throws(SQLError) -> Int64 {
    var known: Set<String> = []
    var end = cursor
    var count = 0
    for row in rows {
      if count > 0, mustPause() {
        rowsAtOnce = count
        return end
      }
      if known.insert(row.name).inserted {
        try lookSafely(row.name, row.number <= (baseline ?? 0) ? .ownWatches : .none)
      }
      end = row.number
      count += 1
    }
    rowsAtOnce = min(rowsAtOnce * 2, HubLimits.touchedAtOnce)
    return end
  }

  /// One record that no row can be made of stops no other.
  private func lookSafely(_ name: String, _ listing: Listing) throws(SQLError) {
    do throws(SQLError) {
      try database.savepoint { () throws(SQLError) in try look(name, listing) }
    } catch {
      guard error.kind == .value else { throw error }
      poisoned.append("no alert can be made of \(name): \(error)")
    }
  }

  private func setBaseline(_ last: Int64) throws(SQLError) {
    if baseline == nil { baseline = last }
    try meta.set("baseline", baseline ?? 0)
  }

  private func recheck() throws(SQLError) {
    for subject in try alerts.subjects() { try look(subject, .none) }
  }

  /// The watches whose new reasons are listed, and raise nothing (HUB-76).
  enum Listing: Hashable {
    case none
    case of(WatchID)
    case ownWatches

    func holds(_ watch: WatchID) -> Bool {
      switch self {
      case .none: false
      case .of(let listed): listed == watch
      case .ownWatches: !watch.ref.isEmpty
      }
    }
  }

  /// Brings the alerts of one record to what it is now, and those of what it is named in.
  func look(_ name: String, _ listing: Listing) throws(SQLError) {
    // Nobody watches for anything, and nobody was told of this one.
    if watches.isEmpty, !index.hasOwnWatches, try alerts.of(subject: name).isEmpty { return }
    let stored = try shown(name)
    let read = stored?.read()
    try bring(name, stored, read, listing)
    if try isOwn(name) { try lookAround(name, stored, read) }
  }

  func bring(_ name: String, _ listing: Listing) throws(SQLError) {
    let stored = try shown(name)
    try bring(name, stored, stored?.read(), listing)
  }

  private func bring(
    _ name: String, _ stored: StoredRecord?, _ read: SharedRecord?, _ listing: Listing
  ) throws(SQLError) {
    guard try settle(name, stored, read, listing), stored?.type != RecordType.trip.rawValue else {
      return
    }
    try settleTrips(of: name, listing)
  }

  /// The alerts of a person's trips follow from his own.
  func settleTrips(of name: String, _ listing: Listing) throws(SQLError) {
    for trip in try tripsOf(name) {
      let stored = try shown(trip)
      _ = try settle(trip, stored, stored?.read(), listing)
    }
  }

  /// All that there was at first, or after a rebuild, was gone through.
  private var isSteady: Bool { !mustRecheck && cursor >= baseline ?? .max }

  private func settle(
    _ name: String, _ stored: StoredRecord?, _ read: SharedRecord?, _ listing: Listing
  ) throws(SQLError) -> Bool {
    var wanted: [Reason] = []
    if let stored, let read { wanted = try finder().reasons(stored, read) }
    var settling = AlertSettling(
      alerts: alerts, events: events, key: key, now: now, subject: name, stored: stored,
      read: read, listing: listing)
    try settling.run(wanted)
    if settling.hasForgotten { mustEmptyLog = true }
    return settling.isChanged
  }

  private func shown(_ name: String) throws(SQLError) -> StoredRecord? {
    guard let stored = try facts.shown(name), stored.isCurrent else { return nil }
    return stored
  }

  private func finder() throws(SQLError) -> ReasonFinder {
    ReasonFinder(
      facts: facts, index: index, watches: watches, alerts: alerts, judgements: judgements,
      fits: fits, node: try facts.node() ?? "")
  }

  /// Trips in which a person is named.
  private func tripsOf(_ name: String) throws(SQLError) -> [String] {
    var found: [String] = []
    var known: Set<Int64> = []
    for number in try facts.travels(of: name) where known.insert(number).inserted {
      guard let stored = try facts.record(number), stored.type == RecordType.trip.rawValue else {
        continue
      }
      found.append(stored.name)
    }
    return found
  }

  // MARK: - Persons of this node's own

  private func isOwn(_ name: String) throws(SQLError) -> Bool {
    guard let node = try facts.node() else { return false }
    return RecordReference(name)?.author.text == node
  }

  /// A person of this node's own has changed: records that it fits, and those that it fitted, are
  /// looked at again. Those from before it was watched for are listed.
  private func lookAround(
    _ name: String, _ stored: StoredRecord?, _ read: SharedRecord?
  ) throws(SQLError) {
    let watch = WatchID.own(name)
    guard let stored, let read, ReasonFinder.isWatch(stored) else {
      try ownWatches.forget(name)
      if isSteady { try bringAll(alerts.of(watch).map(\.subject), watch, since: 0) }
      return
    }
    let since = try ownWatches.since(name, isSteady ? stored.number : 0)
    // While all is gone through, every pair is seen from the other record's side.
    guard isSteady else { return }
    var names = try alerts.of(watch).map(\.subject)
    if let evidence = Evidence(of: read) {
      names += try candidates(evidence).filter { $0.node != stored.node }.map(\.name)
    }
    for selector in read.selectors where selector.kind == .personalNumber {
      let entries =
        try facts.entries(.document, selector.value)
        + facts.entries(.personalNumber, selector.value)
      for entry in entries {
        if let other = try facts.record(entry), other.node != stored.node {
          names.append(other.name)
        }
      }
    }
    try bringAll(names + tripsOf(name), watch, since: since)
  }

  private func bringAll(
    _ names: [String], _ watch: WatchID, since: Int64
  ) throws(SQLError) {
    var known: Set<String> = []
    for name in names where known.insert(name).inserted {
      let stored = try shown(name)
      let isOld = stored.map { $0.number < since } ?? true
      try bring(name, stored, stored?.read(), isOld ? .of(watch) : .none)
    }
  }

  /// Records whose names fit so that somebody has to look.
  func candidates(_ evidence: Evidence) throws(SQLError) -> [StoredRecord] {
    var found: [StoredRecord] = []
    let numbers = index.candidates(evidence, limit: HubLimits.listed).numbers
    for candidate in try facts.compared(numbers) where candidate.fields.kind == evidence.kind {
      guard points(evidence, candidate.fields.evidence) >= RecordMatch.review,
        let stored = try facts.record(candidate.entry)
      else { continue }
      found.append(stored)
    }
    return found
  }

  // MARK: - The disk

  /// Values that were taken out leave the write-ahead log, unless somebody reads just now.
  func emptyLog() throws(SQLError) {
    if mustEmptyLog, try database.empty() { mustEmptyLog = false }
  }

  func noteForgotten() { mustEmptyLog = true }
}
