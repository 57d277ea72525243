import Store

/// Decides which answers of a failing disk become lines of the log. A full disk is tried again
/// every second, and says the same each time: one line when it begins, one when there is room again
/// (both are the store's state), and a reminder an hour.
struct DiskErrorLog {
  /// The time of the last reminder, by the monotonic clock.
  private var remindedAt: UInt64?

  /// - Returns: the line, if there is to be one.
  mutating func line(for error: DiskError, at now: UInt64) -> String? {
    guard error == .noSpace else { return "disk: \(error)" }
    guard let last = remindedAt else {
      remindedAt = now
      // The store's state, which changes with it, is said anyway.
      return nil
    }
    guard now >= last, now - last >= NodeLimits.fullDiskReminderMilliseconds else { return nil }
    remindedAt = now
    return "disk: still full: nothing new is taken; make room"
  }

  /// Something was written.
  mutating func worked() { remindedAt = nil }
}
