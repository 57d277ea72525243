internal import HubInterface
internal import Records
internal import SQL

// The effects of time: alerts that nobody took, watches that end.
extension AlertEngine {
  /// Days before its end on which the owner of a watch is warned.
  private static let warnings: [Int64] = [30, 7]

  /// - Returns: whether anything happened.
  func tick() throws(SQLError) -> Bool {
    let before = try events.last()
    let late = try alerts.untaken(since: now - Int64(duty.escalateMinutes) * 60_000)
    let today = now / 86_400_000
    let ending = try watchRows.ending(by: today + (AlertEngine.warnings.max() ?? 0))
      .filter { $0.until < today || AlertEngine.isToWarn($0, today) }
    guard !late.isEmpty || !ending.isEmpty else { return false }
    try database.transaction { () throws(SQLError) in
      for var alert in late {
        alert.isEscalated = true
        try alerts.set(alert)
        try events.add(.escalated, alert: alert.number, now)
      }
      for row in ending { try warnOrEnd(row, today) }
    }
    return try events.last() > before
  }

  private static func isToWarn(_ row: WatchRow, _ today: Int64) -> Bool {
    let left = row.until - today
    return warnings.contains { left <= $0 && (row.warned == 0 || row.warned > $0) }
  }

  private func warnOrEnd(_ row: WatchRow, _ today: Int64) throws(SQLError) {
    var row = row
    if row.until < today {
      row.state = .ended
      try watchRows.set(row)
      try end(row, "its watch has ended")
    } else {
      row.warned = AlertEngine.warnings.filter { row.until - today <= $0 }.min() ?? 0
      try watchRows.set(row)
    }
    try events.add(.watchEnds, watch: row.number, user: row.user, now)
  }
}
