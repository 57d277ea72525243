enum SQLLimits {
  /// A writer holds the lock for one transaction of at most some hundred records.
  static let busyMilliseconds: Int32 = 10_000
  /// One value: a record has 64 KiB, an explanation a few.
  static let valueBytes: Int32 = 4 << 20
  /// SQLite's write-ahead log is cut to this when a checkpoint is done with it.
  static let logBytes = 64 << 20

  /// Statements that were sent to a server and not answered yet: their answers, some 20 bytes each,
  /// fit into the socket's buffer.
  static let sent = 512
  /// Until a server that does not answer is given up.
  static let connectSeconds = 5
  static let unansweredMilliseconds = 15_000
  /// Rows that are copied at once.
  static let copied = 4_096
  /// A server that is away is not asked again sooner.
  static let reconnect = Duration.milliseconds(500)
  /// One statement of a writer, and one of whoever answers questions: the loop waits for it.
  static let statementSeconds = 60
  static let readSeconds = 10
  /// Between two passes over the tables for what was deleted: within the day that HUB-25 gives, and
  /// rarely enough for their indexes.
  static let vacuum = Duration.seconds(1_800)
  /// A writer that stops in the midst of a transaction loses it, and with it what it locked.
  static let idleInTransactionSeconds = 20
  /// Without a word from the writer for so long, another takes over though its session stands.
  static let leaseSeconds = 15
  /// The session of the writer may be cut, or the server be restarted: it has so long to say so on
  /// another.
  static let leaseGraceSeconds = 3
  static let holderBytes = 128
}
