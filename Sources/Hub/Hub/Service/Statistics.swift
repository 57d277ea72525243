internal import HubInterface
internal import Matching
internal import SQL

/// Counts over all that the hub holds; of nobody.
struct Statistics {
  private let database: Database

  init(_ facts: Facts) { database = facts.database }

  func reply() throws(SQLError) -> StatsReply {
    StatsReply(
      types: try counts(.type), authors: try counts(.author), grades: try counts(.grade),
      problems: try counts(.problem))
  }

  func counts(_ kind: TallyKind) throws(SQLError) -> [String: Int] {
    let rows = try database.prepare("SELECT name, count FROM tally WHERE kind = ?1")
    try rows.bind(1, kind.rawValue)
    var found: [String: Int] = [:]
    try rows.each { row throws(SQLError) in
      found[row.text(0)] = Int(row.integer(1))
      return true
    }
    return found
  }

  func databaseBytes() throws(SQLError) -> Int { try database.bytes() }
}

extension HubService {
  func status() throws -> StatusReply {
    let tables = try database.isShared ? (try? tableCounts()) ?? TableCounts() : tableCounts()
    let counts = tables.facts
    return StatusReply(
      node: progress.node, version: HubService.version, schema: FactsSchema.version,
      keys: NameKey.version, matcher: Matcher.version, connected: progress.isConnected,
      complete: progress.isComplete, why: progress.why, progress: progress.logs,
      entries: counts["entries"] ?? 0, current: counts["current"] ?? 0,
      marked: counts["marked"] ?? 0, indexed: index.count, indexBytes: index.bytes,
      databaseBytes: tables.bytes,
      database: database.report(trouble: progress.databaseTrouble ?? alerts?.trouble),
      consultations: Int(clamping: recorder.map { max($0.size, 1) - 1 } ?? 0), anchor: anchor,
      watches: tables.watches, alerts: tables.alerts, untaken: tables.untaken,
      alertsBehind: self.alerts?.behind ?? 0, startedAt: Int(clamping: startedAt),
      warnings: allWarnings(tables.hooks))
  }

  /// Counts over the tables; none while a shared database is away, which the status says.
  private struct TableCounts {
    var facts: [String: Int] = [:]
    var bytes = 0
    var watches = 0
    var alerts = 0
    var untaken = 0
    var hooks: [HookRow] = []
  }

  private func tableCounts() throws(SQLError) -> TableCounts {
    let statistics = Statistics(facts)
    var found = TableCounts(
      facts: try statistics.counts(.all), bytes: try statistics.databaseBytes())
    guard let reader = alerts?.reader else { return found }
    (found.watches, found.alerts, found.untaken) = try reader.count()
    found.hooks = try reader.hooks.all()
    return found
  }

  private func allWarnings(_ hooks: [HookRow]) -> [String] {
    var all = recorderProblem.map { [$0] } ?? []
    if let trouble = alerts?.trouble { all.append(trouble) }
    for hook in hooks where hook.failed != nil {
      all.append(
        "the hook \(hook.name) fails at event \(hook.failed ?? 0): \(hook.reason ?? "")")
    }
    if users.isOpen {
      all.append(
        "there is no users.conf: only the hub's own user and root may look")
    }
    if case .diskFailed(let reason) = recorder?.failure { all.append(reason) }
    if let kept = try? KeptRecords.count(facts.database), kept > 0 {
      all.append(
        "\(kept) records are here alone: the node's keys for them were destroyed (liaison keys forget)"
      )
    }
    return all
  }
}
