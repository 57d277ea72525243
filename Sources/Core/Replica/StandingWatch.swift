import Log

/// The index below which withdrawals of each log counted when that was looked at last.
struct StandingWatch {
  var below: [LogID: UInt64] = [:]
  /// `Replicator.standingChanges` then.
  var changes: UInt64 = 0
}
