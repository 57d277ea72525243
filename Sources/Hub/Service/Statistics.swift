internal import HubInterface
internal import Matching
internal import SQL

/// Counts over all that the hub holds; of nobody.
struct Statistics {
  let facts: Facts

  init(_ facts: Facts) { self.facts = facts }

  func reply() throws(SQLError) -> StatsReply {
    try facts.database.snapshot { () throws(SQLError) in
      StatsReply(
        types: try counts("SELECT type, count(*) FROM entry WHERE current = 1 GROUP BY type"),
        authors: try counts("SELECT node, count(*) FROM entry GROUP BY node"),
        grades: [:],
        problems: try counts(
          "SELECT node, count(*) FROM entry WHERE problems > 0 GROUP BY node"))
    }
  }

  func count(_ sql: String) throws(SQLError) -> Int {
    var found = 0
    try facts.database.prepare(sql).each { row throws(SQLError) in
      found = Int(row.integer(0))
      return false
    }
    return found
  }

  private func counts(_ sql: String) throws(SQLError) -> [String: Int] {
    var found: [String: Int] = [:]
    try facts.database.prepare(sql).each { row throws(SQLError) in
      found[row.text(0)] = Int(row.integer(1))
      return true
    }
    return found
  }
}

extension HubService {
  func status() throws -> StatusReply {
    let statistics = Statistics(facts)
    let databaseBytes = try statistics.count(
      "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
    return try facts.database.snapshotOfAny {
      StatusReply(
        node: progress.node, version: HubService.version, schema: FactsSchema.version,
        keys: NameKey.version, matcher: Matcher.version,
        connected: progress.isConnected, complete: progress.isComplete && progress.isConnected,
        why: progress.why, progress: progress.logs,
        entries: try statistics.count("SELECT count(*) FROM entry"),
        current: try statistics.count("SELECT count(*) FROM entry WHERE current = 1"),
        marked: try statistics.count("SELECT count(*) FROM entry WHERE problems > 0 OR state > 0"),
        indexed: index.count, indexBytes: index.bytes, databaseBytes: databaseBytes,
        consultations: Int(clamping: recorder.map { max($0.size, 1) - 1 } ?? 0),
        startedAt: Int(clamping: startedAt), warnings: allWarnings)
    }
  }

  private var allWarnings: [String] {
    var all = warnings
    if users.isOpen {
      all.append(
        "there is no users.conf: only the hub's own user and root may look")
    }
    if case .diskFailed(let reason) = recorder?.failure { all.append(reason) }
    return all
  }
}
