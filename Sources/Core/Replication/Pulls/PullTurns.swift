import Log

/// The logs of which something is asked for, and whose turn is next.
struct PullTurns {
  /// Logs of which something is missing, in the order in which they are asked for next.
  private(set) var wanting: [LogID] = []
  private var isWanting: Set<LogID> = []
  /// Those of which pieces are on their way.
  private(set) var fetching: [LogID] = []
  /// Those of which something is to be fetched again.
  private(set) var damaged: Set<LogID> = []
  /// Those of which other signatures are asked for.
  private(set) var twins: [LogID] = []
  /// The log whose repair is next, as a place in the order in which logs became known.
  private var repairTurn = 0
  private var request: UInt32 = 1

  /// The number of the next request: 1 and up, on all sessions together.
  mutating func takeRequest() -> UInt32 {
    defer { request = request == .max ? 1 : request + 1 }
    return request
  }

  // MARK: Gaps

  func isWanting(_ log: LogID) -> Bool { isWanting.contains(log) }

  /// - Parameter isFirst: it goes before all others.
  mutating func want(_ log: LogID, isFirst: Bool) {
    guard isWanting.insert(log).inserted else { return }
    wanting.insert(log, at: isFirst ? 0 : wanting.count)
  }

  mutating func unwant(_ log: LogID) {
    isWanting.remove(log)
    wanting.removeAll { $0 == log }
  }

  /// It had its turn: the others are asked for before it.
  mutating func hadTurn(_ log: LogID) {
    wanting.removeAll { $0 == log }
    wanting.append(log)
  }

  mutating func fetch(_ log: LogID) { if !fetching.contains(log) { fetching.append(log) } }
  mutating func fetched(_ log: LogID) { fetching.removeAll { $0 == log } }

  // MARK: Repairs

  mutating func setDamaged(_ log: LogID, _ isDamaged: Bool) {
    if isDamaged { damaged.insert(log) } else { damaged.remove(log) }
  }

  /// The damaged logs in turns: places are few, and a log that never ends would keep others
  /// waiting.
  /// - Parameter order: all logs, as they became known.
  func repairs(in order: [LogID]) -> [LogID] {
    let start = min(repairTurn, order.count)
    return (order[start...] + order[..<start]).filter(damaged.contains)
  }

  /// - Parameter place: of the log that had its turn.
  mutating func repaired(at place: Int) { repairTurn = place + 1 }

  // MARK: Twins

  mutating func seekTwins(_ log: LogID) { twins.append(log) }
  mutating func endTwins(_ log: LogID) { twins.removeAll { $0 == log } }
}
