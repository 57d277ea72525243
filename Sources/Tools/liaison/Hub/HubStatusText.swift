import HubInterface

enum HubStatusText {
  static func text(_ reply: StatusReply, now: UInt64) -> String {
    let since = Int64(clamping: reply.startedAt)
    // Before it met its daemon it does not know whose it is.
    var text = reply.node.isEmpty ? "hub" : "hub of \(reply.node)"
    text += ", up \(StatusVerb.duration(from: since, to: now)), "
    text += reply.complete ? "complete" : "NOT COMPLETE"
    text += reply.connected ? "" : ", NOT CONNECTED to its node"
    text = text.wrapped(indent: 0)
    if let why = reply.why { text += why.wrapped(indent: 4) }
    for warning in reply.warnings { text += "WARNING \(warning)".wrapped(indent: 0) }
    if reply.untaken > 0 {
      let alerts = reply.untaken == 1 ? "1 ALERT" : "\(reply.untaken) ALERTS"
      text += "\(alerts) THAT NOBODY TOOK: liaison alerts".wrapped(indent: 0)
    }
    if let database = reply.database { text += self.database(database).wrapped(indent: 0) }
    text += "\n" + progress(reply.progress)
    text += "\n" + rows(reply)
    if let anchor = reply.anchor { text += self.anchor(anchor, now).wrapped(indent: 0) }
    return text
  }

  /// Nothing for files that one hub has alone.
  private static func database(_ report: DatabaseReport) -> String {
    guard report.engine != "sqlite" else { return "" }
    let role =
      report.role == "writes"
      ? "this hub writes" : "this hub READS, and \(report.writer ?? "another") writes"
    return "PostgreSQL: \(role)" + (report.trouble.map { "; TROUBLE: \($0)" } ?? "")
  }

  private static func anchor(_ anchor: AnchorProgress, _ now: UInt64) -> String {
    guard let entry = anchor.entry else { return "NO ANCHOR: \(anchor.why ?? "unknown")" }
    let since = Int64(clamping: anchor.time ?? 0)
    return "looks anchored up to \(anchor.consultations ?? 0) in \(entry), "
      + "\(StatusVerb.duration(from: since, to: now)) ago"
      + (anchor.why.map { "; NO NEWER ONE: \($0)" } ?? "")
  }

  private static func progress(_ logs: [LogProgress]) -> String {
    guard !logs.isEmpty else { return "no logs yet\n" }
    var table = TextTable(["LOG", "GATHERED", "OF", ""], numbers: [1, 2, 3])
    for log in logs { table.add([log.origin, "\(log.told)", "\(log.total)", part(log)]) }
    return table.text
  }

  /// Rounded down: 100 % is when all is there.
  static func part(_ log: LogProgress) -> String {
    guard log.told < log.total else { return "100.0 %" }
    let permille = min(Int(Double(max(log.told, 0)) / Double(log.total) * 1_000), 999)
    return "\(permille / 10).\(permille % 10) %"
  }

  private static func rows(_ reply: StatusReply) -> String {
    var table = TextTable(["", ""], numbers: [1])
    table.add(["records", "\(reply.entries)"])
    table.add(["current versions", "\(reply.current)"])
    table.add(["marked", "\(reply.marked)"])
    table.add(["found by name", "\(reply.indexed)"])
    table.add(["index", UInt64(clamping: reply.indexBytes).asBytes])
    table.add(["database", UInt64(clamping: reply.databaseBytes).asBytes])
    table.add(["looks recorded", "\(reply.consultations)"])
    table.add(["watches", "\(reply.watches)"])
    table.add(["alerts that stand", "\(reply.alerts)"])
    table.add(["nobody took", "\(reply.untaken)"])
    table.add(["changes not looked at for alerts", "\(reply.alertsBehind)"])
    let versions = "schema \(reply.schema), keys \(reply.keys), matcher \(reply.matcher)"
    // Its header is empty.
    return table.text.drop { $0 == "\n" }
      + "version \(reply.version): \(versions)".wrapped(indent: 0)
  }

  static func text(_ reply: StatsReply) -> String {
    let tables = [
      ("TYPE", reply.types), ("AUTHOR", reply.authors), ("GRADE", reply.grades),
      ("PROBLEM", reply.problems),
    ]
    let text = tables.filter { !$0.1.isEmpty }.map { header, counts in
      var table = TextTable([header, "RECORDS"], numbers: [1])
      for (name, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
        table.add([name.cut(to: 60), "\(count)"])
      }
      return table.text
    }.joined(separator: "\n")
    return text.isEmpty ? "no records yet\n" : text
  }
}
