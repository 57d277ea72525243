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

  func databaseBytes() throws(SQLError) -> Int {
    var found = 0
    let pages = try database.prepare(
      "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
    try pages.each { row throws(SQLError) in
      found = Int(row.integer(0))
      return false
    }
    return found
  }
}

extension HubService {
  func status() throws -> StatusReply {
    let statistics = Statistics(facts)
    let counts = try statistics.counts(.all)
    let alerts = try self.alerts?.reader.count()
    return StatusReply(
      node: progress.node, version: HubService.version, schema: FactsSchema.version,
      keys: NameKey.version, matcher: Matcher.version, connected: progress.isConnected,
      complete: progress.isComplete, why: progress.why, progress: progress.logs,
      entries: counts["entries"] ?? 0, current: counts["current"] ?? 0,
      marked: counts["marked"] ?? 0, indexed: index.count, indexBytes: index.bytes,
      databaseBytes: try statistics.databaseBytes(),
      consultations: Int(clamping: recorder.map { max($0.size, 1) - 1 } ?? 0), anchor: anchor,
      watches: alerts?.watches ?? 0, alerts: alerts?.alerts ?? 0, untaken: alerts?.untaken ?? 0,
      alertsBehind: self.alerts?.behind ?? 0, startedAt: Int(clamping: startedAt),
      warnings: try allWarnings())
  }

  private func allWarnings() throws(SQLError) -> [String] {
    var all = recorderProblem.map { [$0] } ?? []
    if let trouble = alerts?.trouble { all.append(trouble) }
    for hook in try alerts?.reader.hooks.all() ?? [] where hook.failed != nil {
      all.append(
        "the hook \(hook.name) fails at event \(hook.failed ?? 0): \(hook.reason ?? "")")
    }
    if users.isOpen {
      all.append(
        "there is no users.conf: only the hub's own user and root may look")
    }
    if case .diskFailed(let reason) = recorder?.failure { all.append(reason) }
    return all
  }
}
