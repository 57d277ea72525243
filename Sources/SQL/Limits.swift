enum SQLLimits {
  /// A writer holds the lock for one transaction of at most some hundred records.
  static let busyMilliseconds: Int32 = 10_000
  /// One value: a record has 64 KiB, an explanation a few.
  static let valueBytes: Int32 = 4 << 20
  /// The write-ahead log is cut to this when a checkpoint is done with it.
  static let logBytes = 64 << 20
}
