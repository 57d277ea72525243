import Log

/// The limits as far as they are known: each log's day, and which logs are at one.
struct LimitWatch {
  var names = LogNames()
  /// Bytes that a log may have where the operator said nothing; nil: the disk does not say what is
  /// free.
  var defaultBytes: UInt64?
  var budgets = DayBudgets()
  /// Bytes were taken since the budgets were written.
  var isSaveDue = false
  /// The logs at their limit: one alert each way.
  var limited: [LogID: LogLimit] = [:]
}
