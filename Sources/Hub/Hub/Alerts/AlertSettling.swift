internal import HubInterface
internal import Matching
internal import Records
internal import SQL
internal import Varlink

/// Brings the alerts of one record to a set of reasons: what is new is raised, what is gone
/// retracted (Protocols/hub.md, HUB-72).
struct AlertSettling {
  let alerts: AlertRows
  let events: EventRows
  let key: AlertKey
  let now: Int64
  let subject: String
  /// The version that is shown; nil: none.
  let stored: StoredRecord?
  let read: SharedRecord?
  let listing: AlertEngine.Listing
  /// Trips of this person have other reasons now.
  private(set) var isChanged = false
  /// Values went out of rows.
  private(set) var hasForgotten = false
  private var known: [AlertRow] = []

  init(
    alerts: AlertRows, events: EventRows, key: AlertKey, now: Int64, subject: String,
    stored: StoredRecord?, read: SharedRecord?, listing: AlertEngine.Listing
  ) {
    self.alerts = alerts
    self.events = events
    self.key = key
    self.now = now
    self.subject = subject
    self.stored = stored
    self.read = read
    self.listing = listing
  }

  mutating func run(_ wanted: [Reason]) throws(SQLError) {
    known = try alerts.of(subject: subject)
    if known.isEmpty, wanted.isEmpty { return }
    var kept: Set<Int64> = []
    var successors: [WatchID: Int64] = [:]
    for reason in wanted {
      let number = try keep(reason)
      kept.insert(number)
      successors[reason.watch] = number
    }
    for row in known where row.stands && !kept.contains(row.number) {
      try retract(row, successor: successors[row.watch])
    }
  }

  /// - Returns: the alert's number.
  private mutating func keep(_ reason: Reason) throws(SQLError) -> Int64 {
    let key = reason.key(key)
    let same = known.first {
      $0.watch == reason.watch && $0.revision == reason.revision && $0.key == key
    }
    guard var row = same else { return try raise(reason, key) }
    let instruction = instruction
    let isBack = !row.stands
    let isOther = row.instruction != instruction
    let old = row
    fill(&row, reason, instruction)
    guard isBack || row != old else { return row.number }
    if row.explanation != old.explanation { hasForgotten = true }
    row.why = nil
    if row.state == .retracted {
      row.state = .raised
      row.raised = now
      row.isEscalated = false
      (row.taken, row.closed, row.outcome, row.closing) = (nil, nil, nil, nil)
      try events.add(.again, alert: row.number, now)
    } else if isBack, row.outcome == true {
      // The officer who acted on it was told that it was gone.
      try events.add(.again, alert: row.number, now)
    } else if isOther, row.state == .listed {
      // It was in an answer as something else: now somebody has to know.
      row.state = .raised
      row.raised = now
      try events.add(.raised, alert: row.number, now)
    } else if isOther {
      // The instruction has changed: whoever closed the alert has to know, too.
      if row.state == .closed || row.state == .closing {
        row.state = .raised
        row.raised = now
        row.isEscalated = false
        (row.taken, row.closed, row.outcome, row.closing) = (nil, nil, nil, nil)
      }
      try events.add(.changed, alert: row.number, now)
    }
    if isBack || row.isDismissed != old.isDismissed { isChanged = true }
    row.changed = now
    try alerts.set(row)
    return row.number
  }

  private mutating func raise(_ reason: Reason, _ key: [UInt8]) throws(SQLError) -> Int64 {
    isChanged = true
    // Another reason of a watch that fitted already goes on where that was.
    let before = known.last { $0.watch == reason.watch && $0.stands && $0.state != .closed }
    var row = AlertRow(
      watch: reason.watch, revision: reason.revision, subject: subject, key: key,
      band: reason.band, state: .raised, purposes: reason.purposes, points: 0, explanation: "",
      sentence: "", entry: "", instruction: [], raised: now, changed: now,
      matcher: Int64(Matcher.version))
    if listing.holds(reason.watch), before.map({ $0.state == .listed }) ?? true {
      row.state = .listed
    } else if let before, before.band >= reason.band, let taker = before.taken {
      // The taker goes on; where a review became an alert, somebody has to take that.
      row.state = .taken
      row.taken = taker
    }
    fill(&row, reason, instruction)
    row.number = try alerts.add(row)
    if row.state != .listed { try events.add(.raised, alert: row.number, now) }
    return row.number
  }

  private func fill(_ row: inout AlertRow, _ reason: Reason, _ instruction: [UInt8]) {
    row.points = Int64(reason.points)
    row.explanation = VarlinkJSON.text(reason.rows)
    row.sentence = reason.sentence
    row.entry = stored?.entry ?? row.entry
    row.instruction = instruction
    row.purposes = reason.purposes
    row.matcher = Int64(Matcher.version)
  }

  private var instruction: [UInt8] {
    let onHit = read?.common.onHit
    let contact = onHit?.contact
    return key.hash(
      .instruction,
      [onHit?.action?.text, contact?.phone, contact?.hours, contact?.reference].map { $0 ?? "" })
  }

  // MARK: - Retracting

  private mutating func retract(_ row: AlertRow, successor: Int64?) throws(SQLError) {
    isChanged = true
    hasForgotten = true
    var row = row
    // It was told once, in the answer to a new watch: there is nothing to take back.
    if row.state == .listed { return try alerts.remove(row.number) }
    try AlertSettling.retract(&row, why: why(successor), events, now)
    try alerts.set(row)
  }

  private func why(_ successor: Int64?) -> String {
    guard let stored else { return "its record is gone: withdrawn, expired, or readable no more" }
    guard stored.state.stands else { return "its record is disputed or late: ask its author" }
    if let successor { return "another version of the record: see alert \(successor)" }
    return "the record, or what was asked, is another now, and does not fit"
  }

  /// Takes a reason back; a closed alert keeps how it was closed.
  static func retract(
    _ row: inout AlertRow, why: String, _ events: EventRows?, _ now: Int64
  ) throws(SQLError) {
    row.why = why
    row.explanation = AlertSettling.withoutValues(row.explanation)
    row.sentence = ""
    row.changed = now
    // An officer who closed it as the wrong person did nothing that has to be undone.
    if row.state != .closed || row.outcome == true {
      try events?.add(.retracted, alert: row.number, now)
    }
    if row.state != .closed { row.state = .retracted }
  }

  private static func withoutValues(_ explanation: String) -> String {
    guard var rows = try? VarlinkJSON.decode([Row].self, from: Array(explanation.utf8)) else {
      return "[]"
    }
    for index in rows.indices {
      rows[index].left = ""
      rows[index].right = ""
    }
    return VarlinkJSON.text(rows)
  }
}
