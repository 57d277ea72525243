internal import HubInterface
internal import Records
internal import SQL

// Watches: made, paused, gone on with, ended.
extension AlertEngine {
  /// The alerts that fit a watch already, the best first, and how many more there are.
  struct Fits: Sendable {
    var watch: WatchRow
    var alerts: [AlertRow]
  }

  /// Adds a watch. Records that are there are compared with it once; from here on, records that
  /// change.
  func add(_ row: WatchRow) throws -> Fits {
    var row = row
    try whole { () throws(SQLError) in
      row.number = try watchRows.add(row)
      try begin(row)
    }
    return try fits(row)
  }

  /// Many at once, which are compared with nothing that is there: for a benchmark's beginning.
  func addUnasked(_ rows: [WatchRow]) throws(SQLError) {
    try whole { () throws(SQLError) in
      for var row in rows {
        row.number = try watchRows.add(row)
        if let watcher = row.watcher { watches.add(watcher) }
      }
    }
  }

  /// - Parameter user: who asks; `isOperator` may change those of others.
  func change(
    _ number: Int64, _ change: String, by user: String, isOperator: Bool
  ) throws -> Fits {
    guard var row = try watchRows.find(number), row.state != .removed else {
      throw HubError.unknown(what: "watch", number: Int(number))
    }
    guard row.user == user || isOperator else {
      throw HubError.notAllowed(
        reason: "watch \(number) is \(row.user)'s", hint: "ask \(row.user), or who runs the hub")
    }
    switch (change, row.state) {
    case ("remove", _): row.state = .removed
    case ("pause", .active): row.state = .paused
    case ("resume", .paused):
      row.state = .active
      row.revision += 1
    default:
      throw HubError.refused(
        reason: "watch \(number) is \(row.state.word)",
        hint: "an active watch is paused, a paused one resumed, and any removed")
    }
    try whole { () throws(SQLError) in
      try watchRows.set(row)
      if row.state == .removed { try watchRows.forget(row.number) }
      if row.state == .active {
        try begin(row)
      } else {
        try end(row, "its watch was \(row.state.word)")
      }
    }
    return try fits(row)
  }

  /// Runs a transaction over one moment of the facts. A failure is undone in memory as well.
  func whole(_ body: () throws(SQLError) -> Void) throws(SQLError) {
    let before = watches
    do throws(SQLError) {
      try facts.database.snapshot { () throws(SQLError) in
        try database.transaction(body)
      }
    } catch {
      watches = before
      throw error
    }
  }

  private func begin(_ row: WatchRow) throws(SQLError) {
    guard let watcher = row.watcher else { return }
    watches.add(watcher)
    var known: Set<String> = []
    for name in try matters(of: row, watcher) where known.insert(name).inserted {
      try bring(name, .of(row.id))
    }
  }

  func end(_ row: WatchRow, _ why: String) throws(SQLError) {
    watches.remove(row.id)
    for var alert in try alerts.of(row.id) where alert.stands {
      noteForgotten()
      if alert.state == .listed {
        try alerts.remove(alert.number)
        continue
      }
      // Nobody waits for word of a closed alert: its record is as it was.
      let isTold = alert.state != .closed
      try AlertSettling.retract(&alert, why: why, isTold ? events : nil, now)
      try alerts.set(alert)
    }
  }

  private func fits(_ row: WatchRow) throws(SQLError) -> Fits {
    guard row.state == .active else { return Fits(watch: row, alerts: []) }
    let all = try alerts.of(row.id).filter { $0.stands && $0.revision == row.revision }
    return Fits(
      watch: row,
      alerts: all.sorted { ($1.band, $1.points, $0.number) < ($0.band, $0.points, $1.number) })
  }

  /// Records that may fit a new watch: by name, by number, and those that say its words.
  private func matters(of row: WatchRow, _ watcher: Watcher) throws(SQLError) -> [String] {
    var numbers: [Int64] = []
    for fields in watcher.fields {
      numbers += try candidates(fields.evidence).map(\.number)
    }
    for number in watcher.documents {
      numbers += try facts.entries(.document, number) + facts.entries(.personalNumber, number)
    }
    for phone in watcher.phones { numbers += try facts.entries(.phone, phone) }
    if let name = row.name { numbers += try named(name) }
    var found: [String] = []
    for number in numbers {
      if let stored = try facts.record(number) { found.append(stored.name) }
    }
    return found
  }

  /// Records that name somebody who has no record: as he is spelt.
  private func named(_ name: String) throws(SQLError) -> [Int64] {
    var rarest: [Int64]?
    for word in WordFolding.words([name]).prefix(HubLimits.words) {
      let entries = try facts.entries(word: word)
      if entries.count < rarest?.count ?? .max, !entries.isEmpty { rarest = entries }
    }
    return rarest ?? []
  }
}
