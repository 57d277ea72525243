import Crypto
import Log

/// A file or folder whose changes are not persistent before it is synced.
enum SyncTarget: Hashable {
  case file(StoreFile)
  case folder(StoreFolder)

  var operation: DiskOperation {
    switch self {
    case .file(let file): .sync(file)
    case .folder(let folder): .syncFolder(folder)
    }
  }
}

/// A set that keeps the order in which its members came: dictionary order differs between runs.
struct SyncQueue {
  /// Each with the number that it has in `order`.
  private var members: [SyncTarget: Int] = [:]
  /// Removed targets stay until they come to the front.
  private var order: ArraySlice<(number: Int, target: SyncTarget)> = []
  private var last = 0

  var isEmpty: Bool { members.isEmpty }

  mutating func insert(_ target: SyncTarget) {
    guard members[target] == nil else { return }
    last += 1
    members[target] = last
    order.append((last, target))
  }

  mutating func remove(_ target: SyncTarget) {
    guard members.removeValue(forKey: target) != nil else { return }
    while let first = order.first, members[first.target] != first.number { order.removeFirst() }
  }

  func contains(_ target: SyncTarget) -> Bool { members[target] != nil }

  /// Oldest first, at most `limit`.
  func first(_ limit: Int) -> [SyncTarget] {
    var found: [SyncTarget] = []
    for (number, target) in order where members[target] == number {
      if found.count == limit { break }
      found.append(target)
    }
    return found
  }

  var all: [SyncTarget] { first(.max) }

  mutating func insert(changedBy operations: [DiskOperation]) {
    for operation in operations {
      switch operation {
      case .create(let file), .remove(let file): insert(.folder(file.folder))
      case .createFolder(.logs): insert(.folder(.root))
      case .createFolder(.log): insert(.folder(.logs))
      case .createFolder(.bodies(let id)): insert(.folder(.log(id)))
      case .write(let file, _, _), .truncate(let file, _), .punchHole(let file, _, _),
        .preallocate(let file, _):
        insert(.file(file))
      case .rename(_, let file): insert(.folder(file.folder))
      case .createFolder(.root), .sync, .syncFolder: break
      }
    }
  }
}

/// Where the journals are.
struct JournalPosition {
  let salt: Bytes32
  let bytes: UInt64
  /// Journal `generation % 2` is the one that is written.
  var generation: UInt64
  var sequence: UInt64
  var offset: UInt64

  /// A frame of this generation says so.
  var otherIsRetired = true

  var number: Int { Int(generation % 2) }
}

/// A change that is journaled, or about to be.
struct StagedChange {
  let record: JournalRecord
  var segment: TailSegment?
  var purge: Purge?
  var replacing: Replacing?
}

/// Bytes that are known to be right, for places where others are. Writing them any number of times
/// is the same as once, so they need no journal: a crash leaves damage that is found again.
struct Mend {
  let log: StoredLog
  let operations: [DiskOperation]
  /// Whole when this is done.
  let entries: [UInt64]
  let damage: [Damage]
  /// The log's newest leaf, if it is among it.
  let lastLeaf: [UInt8]?

  var bytes: Int {
    operations.reduce(0) { sum, operation in
      if case .write(_, _, let bytes) = operation { sum + bytes.count } else { sum }
    }
  }
}

/// The work on its way to the disk, in order.
struct Pipeline {
  /// Changes for the next group commits.
  var staged: [StagedChange] = []
  /// Committed, not yet in log files, each with the generation that holds it.
  var unapplied: [(generation: UInt64, change: StagedChange)] = []
  var unappliedBytes = 0
  /// Somebody waits for what is committed to be in log files: replaced leaves, or what they wait
  /// for.
  var applyIsWanted = false
  /// To be written to log files without the journal.
  var bulk: [(log: StoredLog, segment: TailSegment)] = []
  /// Written since their last sync round, not durable.
  var bulkUnsynced: [StoredLog] = []
  var bulkUnsyncedBytes = 0
  /// Files and folders that bulk writes changed and nobody synced.
  var bulkDirty = SyncQueue()
  /// The heads of the round under way.
  var round: [HeadRecord]?
  var roundTargets = SyncQueue()
  var settleWanted = false
  /// Changed by commits of an even and of an odd generation, and not synced.
  var dirty = [SyncQueue(), SyncQueue()]
  /// Everything that was appended and is not in log files.
  var stagedBytes = 0

  /// To be written to their places in log files, and synced there at once.
  var mends: [Mend] = []
  /// A frame of a journal is damaged: the other one begins as soon as it can.
  var turnIsWanted = false
  var turnMends: [Damage] = []

  var outstanding: Work?
  var lastToken: UInt64 = 0
  /// The last work was a commit: something else may have its turn.
  var lastWasCommit = false
  /// Bulk writes and syncs take turns.
  var lastWasBulk = false
  /// Work that met a full disk.
  var stalled: Work?
  var retryWanted = false
  var reserveIsHeld = true
  /// Sync log files although no journal needs it: a clean stop.
  var syncEverything = false

  /// Bodies whose removal is on its way, over all logs.
  var purging = 0

  /// Stages a purge behind entries and before notes about them, so that one commit has a withdrawal
  /// and what it hides.
  mutating func stage(_ purge: Purge) {
    var place = staged.count
    while place > committing, staged[place - 1].record.isNote { place -= 1 }
    staged.insert(StagedChange(record: purge.record, purge: purge), at: place)
  }

  /// So many of `staged` are in a commit that is out, or that met a full disk.
  private var committing: Int {
    max(outstanding?.kind.commitCount ?? 0, stalled?.kind.commitCount ?? 0)
  }

  mutating func stage(_ replacing: Replacing) {
    staged.append(StagedChange(record: .replaced(replacing.record), replacing: replacing))
  }

  mutating func stage(_ record: JournalRecord, _ segment: TailSegment? = nil) {
    staged.append(StagedChange(record: record, segment: segment))
  }
}

/// One batch's worth of disk work, and what its completion means.
struct Work {
  enum Kind {
    /// `retires`: its frame says that the older journal is no longer needed.
    case commit(JournalPosition, count: Int, retires: Bool)
    case apply(count: Int)
    case bulk([(log: StoredLog, segment: TailSegment)])
    case sync([SyncTarget])
    /// Verified bytes for damaged places, and the syncs behind them.
    case mend(count: Int)
    case reserve

    var commitCount: Int {
      if case .commit(_, let count, _) = self { count } else { 0 }
    }
  }

  let kind: Kind
  let operations: [DiskOperation]
}
