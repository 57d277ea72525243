/// The store's limits and sizes, with their arithmetic (Protocols/store.md, 9).
public struct StoreLimits: Sendable, Hashable {
  /// Length of each of the two journals. It bounds what a recovery replays to twice this.
  public var journalBytes: UInt64 = 16 << 20
  /// A group commit takes at most this much of what is staged; the rest waits for the next one.
  /// A quarter of the journal by default: a turn of the journal has room for several.
  public var commitBytes = 2 << 20
  /// Written to log files and not synced yet, of entries that came by `appendBulk`: at this much
  /// they are synced and their heads are journaled.
  public var bulkSyncBytes = 8 << 20
  /// Committed and not yet written to log files: above this the log files come before the next
  /// commit, so that memory stays bounded.
  public var unappliedBytes = 4 << 20
  /// Held in memory and not yet in log files, over all logs: `append` refuses more with `.busy`.
  public var stagedBytes = 64 << 20
  /// A body segment ends before the run of records that would make it longer. Below 4 GiB: an
  /// offset in it is a u32.
  public var segmentBytes: UInt64 = 256 << 20
  /// Bytes of one log's files, without bodies that were removed.
  public var logBytes: UInt64 = 1 << 40
  /// Entries of one log.
  public var logEntries: UInt64 = 1 << 40

  /// The limits of Protocols/store.md, 9.
  public init() {}

  /// Limits of a store to which nothing more is written: journals of any length will do.
  static var reading: StoreLimits {
    var limits = StoreLimits()
    limits.journalBytes = 0
    return limits
  }

  /// The most that a group commit really takes: a journal has room for several.
  var usableCommitBytes: Int { min(commitBytes, Int(journalBytes / 4)) }

  /// The most of a commit with what its entries hide, so that one commit has both: 8 bytes of it
  /// for each line of a withdrawal, which has 16 and more.
  var hidingCommitBytes: Int { usableCommitBytes + usableCommitBytes / 2 }

  /// Shorter journals had no room for their beginning and a commit.
  var leastJournalBytes: UInt64 { 2 * UInt64(usableCommitBytes) }

  /// Both journals' entries as they lie in log files, with room for index, hashes and folders.
  var reserveBytes: UInt64 { 3 * journalBytes }

  /// The beginning of a journal holds a head of each log, and leaves half of it to commits.
  var logs: Int { Int(journalBytes / 2) / Layout.headBytes }
}

/// Bounds of work and memory that no caller sets. They may become others without a new format.
enum Limits {
  /// The most that is hashed in one journal for frames that are none. A hostile author's bodies may
  /// hold headers, one a page; but those that lie in a whole frame of an earlier generation are
  /// passed over with it.
  static let searchedMost: UInt64 = 32 << 30
  /// Checkpoints and contradictions of each log that are kept in memory and read at start.
  static let checkpointsKept = 16
  /// A log keeps this many checkpoints that contradict its tree; one proves enough.
  static let contradictionsKept: UInt64 = 16
  /// How far below a log's end leaves are replaced: 2 MiB of hashes are computed anew at once.
  static let replacedReach: UInt64 = 65_536
  /// Checkpoints of a log that wait for a replacement to be written.
  static let postponedKept = 4
  /// Frames of `checkpoints` read at start: room for every contradiction behind the newest.
  static let checkpointsRead: UInt64 = 32
  /// Cosigners of one log of which the newest cosignature is kept in memory.
  static let cosignersKept = 512
  /// Frames of `cosignatures` read at start: 48 KiB a log.
  static let cosignaturesRead: UInt64 = 256
  /// Entries that a salvage writes again: more than two journals and a round of bulk data hold, 24
  /// MiB / 216.
  static let entriesWrittenAgain: UInt64 = 1 << 17
  /// Damage found by reads and not yet asked for, and places that were reported once.
  static let damageKept = 1000
  /// Ranges of damaged or absent entries of one log that are kept in memory: 16 KiB.
  static let damagedRangesKept = 1024
  /// Mending writes of one batch: like a group commit, so that a commit waits no longer for it.
  static let mendBytes = 2 << 20
  /// Entries before and behind one whose index record is looked at to say where its body must lie.
  static let neighbours: UInt64 = 64
  /// Entries that one batch writes to log files: it delays a commit by a few milliseconds.
  static let applyBytes = 4 << 20
  /// Bulk data of one write: it is copied for it, and one of these is under way at a time.
  static let bulkWriteBytes = 1 << 20
  /// Writes of a replay that wait to be joined: half a journal, so that two journals are four
  /// writes a file, in memory that a running store needs as well (`unappliedBytes` and what is
  /// staged).
  static let joinedBytes = 8 << 20
  /// Files that are synced between two commits: some 3 ms with many logs, and one flush of the disk
  /// for each.
  static let syncsAtOnce = 32
  /// Two blocks of the usual file systems: a hole of that length frees one at least.
  static let freeingBytes: UInt64 = 8 << 10
  /// A hole takes about as long as writing this much.
  static let holeCostBytes = 16 << 10
  /// Bodies whose removal is on its way: 40 bytes each.
  static let purgesKept = 65_536
  /// The time that a withdrawal stands before what it hides is erased: seven days of the node's
  /// running time.
  static let withdrawalStandsMinutes: UInt32 = 7 * 24 * 60
  /// Bodies that are to be hidden, erased or given back, and wait for the store: 8 bytes each.
  static let withdrawalsQueued = 262_144
  /// Hidden bodies whose withdrawal is doubted: 32 bytes each.
  static let withdrawalsSuspected = 16_384
  /// Records that were withdrawn before they came here, in all and of one log: 32 bytes each.
  static let withdrawalsEarly = 131_072
  static let withdrawalsEarlyOfLog = 16_384
  /// Zeros that one batch writes into a journal: a commit waits a few milliseconds for it.
  static let wipedBytes = 1 << 20
  /// Logs, and withdrawals in them, that one piece of work looks at to say what is erased: each
  /// withdrawal is a read, a verification and 1,024 index records at most.
  static let erasureLogsAtOnce = 32
  static let erasureWithdrawalsAtOnce = 4
  /// Leaves that one read takes from a file at once.
  static let entriesAtOnce = 4096
  /// The longest pieces that a read, a scan or fsck takes from a disk at once.
  static let readBytes = 1 << 20
}
