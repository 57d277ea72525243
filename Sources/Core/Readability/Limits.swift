/// Every limit of the journal of readability (Protocols/readability.md, READ-15 and 16).
public struct ReadabilityLimits: Sendable {
  /// One of the two areas of the file. A state has at most 32,768 runs of 50 bytes, 8,192 doubts of
  /// 49 (one for each log beyond that), 1,024 sessions of 25, and at most 211 bytes for each log
  /// whose standing or keys are kept. With the 16,000 logs that a store takes that makes 6.3 MB.
  public var areaBytes = 8 << 20
  /// Runs that are kept: a reader that is behind more of them compares in full.
  public var runs = 32_768
  /// Runs that are dropped at once: moving the rest costs once for so many.
  public var runsDropped = 1_024
  /// Starts whose numbers are known.
  public var sessions = 1_024
  /// Ranges in doubt of one log, and of all of them before those of a log are joined to one.
  public var doubtsOfLog = 64
  /// Ranges of all logs; beyond it those of one log are joined to one.
  public var doubts = 8_192

  /// The figures of the specification; tests take smaller ones.
  public init() {}
}

/// Sizes that the format fixes.
enum Layout {
  static let page = 4_096
  static let frameHeaderBytes = 48
  static let magic = Array("liaisonr".utf8)
  static let identityBytes = 16
  static let keyIDBytes = 8
  static let keysMost = 255
  /// More than are tried (Protocols/sealing.md, SEAL-11).
  static let keysOfLogMost = 16
  /// No log has more entries (Protocols/store.md, 9): sums of an index and a count stay far below
  /// 2^64.
  static let entriesMost: UInt64 = 1 << 40
  /// Numbers of a journal: some 8 million runs over whole logs of that size.
  static let numbersMost: UInt64 = 1 << 63
}
