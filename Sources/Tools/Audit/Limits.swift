/// Every limit of the audit, with its arithmetic.
public enum AuditLimits {
  /// Entries that one thread checks at a time: 4 blocks of 256, 221 KB of leaves. A signature takes
  /// about 50 µs, so a piece is about 50 ms of work.
  static let chunkEntries = 1024
  /// Pieces that may be done and wait for their turn, for each thread. With 32 KiB of hashes each
  /// and 64 threads: 16 MiB.
  static let chunksWaiting = 8
  /// Bytes taken from a file at once when it is read from end to end: one body record and its
  /// header fit.
  static let readBytes = (1 << 20) + 4096
  /// Findings of one kind in one file that are listed one by one; the rest is counted.
  static let findingsListed = 16
  /// Proofs made for one log: each costs a pass over its leaf hashes.
  static let proofsMade = 4
  /// How often, and after how long, it looks again at files that a daemon is writing: 1 s in all.
  static let looks = 20
  static let lookMilliseconds = 50
  /// A card, a `format` or an `identity` file, `closed`, a piece of evidence.
  static let smallFileBytes = 64 << 10
  /// Threads that `--threads` may ask for.
  public static let threads = 256
  /// A file of nonces: eleven years of an epoch at ten minutes, 440 bytes each.
  static let anchorFileBytes = 256 << 20
  static let anchorLineBytes = 1_024
  /// Anchors of one log: eighty years at ten minutes.
  static let anchors = 1 << 22
  /// Cards of one log, 2 KB each: a rotation a day for eleven years.
  static let cards = 4_096
  /// Between two anchors, longer than which is listed: three intervals.
  static let anchorGapMilliseconds: UInt64 = 1_800_000
  static let secondsADay: UInt64 = 86_400

  // Numbers above these are refused where they are read (Protocols/audit.md, 8): no sum then leaves
  // its type, and nothing that a hostile folder says takes longer than what it holds.
  /// Entries of a log, records and frames of a file.
  static let records: UInt64 = 1 << 40
  /// 2^40 frames of 320 bytes, rounded up.
  static let fileBytes = 1 << 49
  /// Bytes of bodies that a head says.
  static let bodyBytes: UInt64 = 1 << 60
  static let segments: UInt32 = 100_000_000
  static let journalBytes: UInt64 = 1 << 32
  /// Generations of a journal, frames of one.
  static let journalFrames: UInt64 = 1 << 62
  /// Payload of a beginning: it fills half a journal at most, and journals are some MiB long.
  static let beginningBytes = 256 << 20
  /// Payload of a commit: the leaves of one replacement are the most that one takes, 65,536 of 216
  /// bytes.
  static let commitBytes = 16 << 20
  /// Names in one folder.
  static let namesInFolder = 65_536
  /// Bytes of one journal that are hashed for frames that are none: some seconds. A hostile
  /// author's bodies may hold headers, one a page; but those that lie in a whole frame of an
  /// earlier generation are passed over with it.
  static let searchedBytes: UInt64 = 4 << 30
}
