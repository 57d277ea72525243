/// When the newest checkpoint of a log is told to others without entries: SYNC-50.
struct CheckpointRelay {
  /// When the last one was passed on along the tree, and when the next is.
  private var passedAt: UInt64?
  private(set) var dueAt: UInt64?
  /// When the newest is told to all who hold its entries, and since when that waits.
  private(set) var restDueAt: UInt64?
  private var restSince: UInt64 = 0

  /// - Returns: whether a checkpoint is passed on now; else the newest is, when its time has come.
  mutating func pass(at now: UInt64) -> Bool {
    if let passedAt, now < passedAt + Limits.checkpointEveryMilliseconds {
      dueAt = passedAt + Limits.checkpointEveryMilliseconds
      return false
    }
    passedAt = now
    dueAt = nil
    return true
  }

  func isDue(at now: UInt64) -> Bool { dueAt.map { $0 <= now } ?? false }

  /// There is a newest one: it is told to all once none followed it for a while, or when that has
  /// waited for long.
  mutating func rest(at now: UInt64) {
    if restDueAt == nil { restSince = now }
    restDueAt = min(
      now + Limits.checkpointRestsMilliseconds, restSince + Limits.checkpointToldMilliseconds)
  }

  /// - Returns: whether the newest rested: it is told to all now.
  mutating func takeRest(at now: UInt64) -> Bool {
    guard let due = restDueAt, due <= now else { return false }
    restDueAt = nil
    return true
  }
}
