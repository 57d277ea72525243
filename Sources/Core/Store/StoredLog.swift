import Crypto
import Log

/// Entries that are not in log files yet: one appended batch, as it came.
final class TailSegment {
  enum Way { case journal, bulk }

  let batch: EntryBatch
  let leafHashes: [UInt8]
  let place: EntryPlace
  let way: Way
  /// The log's head when these entries are in its files.
  let after: HeadRecord

  init(_ batch: EntryBatch, leafHashes: [UInt8], place: EntryPlace, way: Way, after: HeadRecord) {
    self.batch = batch
    self.leafHashes = leafHashes
    self.place = place
    self.way = way
    self.after = after
  }

  var first: UInt64 { batch.first }
  var end: UInt64 { batch.end }
  var bytes: Int { batch.leaves.count + batch.bodies.count }
}

/// One log's part in memory: nothing that grows with its entries, but for what is on its way to the
/// log files.
final class StoredLog {
  let identity: LogIdentity
  /// Staged entries included.
  var state: LogState
  /// Staged changes included.
  var staged: HeadRecord
  /// The head as the journals have it.
  var durable: HeadRecord
  /// The head as the log files have it.
  var written: HeadRecord
  /// Segments without gaps, from `written.size` to `staged.size`.
  var tail: [TailSegment] = []
  var nodes: NodeBuilder
  /// The nodes behind those in the file.
  var tailNodes: [UInt8] = []
  /// True when a journal knows the log.
  var isDurable: Bool
  /// True when the folder and files are there.
  var isOnDisk: Bool
  /// Entries that came by `appendBulk` and are not durable.
  var hasBulk = false
  /// Entries whose records or head were staged: no crash leaves a later record without them.
  var journaledSize: UInt64
  /// Bodies whose removal or hiding, or its end, is staged and not in log files yet, as they are
  /// meanwhile. Looked up, never iterated; and what withdraws them.
  var purging: [UInt64: BodyState] = [:]
  var pendingMarks: [UInt64: WithdrawalMark] = [:]
  /// Records that were withdrawn and cannot be hidden yet. Looked up, never iterated.
  var veiled: Set<UInt64> = []
  /// Records that a withdrawal may name which was not looked at since that became unclear (STO-71).
  private(set) var undecided = EntryRanges()
  /// Purges of entries above `journaledSize`, or by withdrawals there.
  var waitingPurges: [Purge] = []
  /// The limits of this log, where they are less than the store's.
  var limitBytes = UInt64.max
  var limitEntries = UInt64.max
  /// Notes about entries above `journaledSize`, in order: journaled before those they could outlive
  /// them.
  var waitingNotes: [(size: UInt64, record: JournalRecord)] = []
  /// The newest, in the order of the file.
  var checkpoints: [StoredCheckpoint] = []
  var newest: VerifiedCheckpoint? {
    didSet {
      // Keeps those of batches on their way to the disk, and one more.
      _ = newestDurable()
      if let newest { checkpointsAhead.append(newest) }
    }
  }
  /// Checkpoints that agreed and whose entries were not durable when last asked, in order of size,
  /// and the newest before them.
  private var checkpointsAhead: [VerifiedCheckpoint] = []
  var pending: VerifiedCheckpoint?
  /// Entries that are damaged, or absent and should be here.
  var damaged = EntryRanges()
  /// Entries whose bodies are on their way (journal record 8).
  var arriving: Set<UInt64> = []
  /// Mends and arrivals under way.
  var changing = 0
  /// Leaves that are being replaced: until they are in log files nothing of the log changes.
  var replacing: Replacing?
  /// Checkpoints that came meanwhile, the newest.
  var postponed: [VerifiedCheckpoint] = []
  /// At most `Layout.cosignersKept`, sorted by name.
  var cosignatures: [KeptCosignature] = []

  init(
    state: LogState, record: HeadRecord, nodes: NodeBuilder, isOnDisk: Bool
  ) {
    identity = state.identity
    self.state = state
    staged = record
    durable = record
    written = record
    journaledSize = record.size
    self.nodes = nodes
    self.isOnDisk = isOnDisk
    isDurable = isOnDisk
  }

  var id: LogID { identity.id }

  /// Something that its files hold already is being changed: what is read meanwhile may be half of
  /// it.
  var isChanging: Bool { changing > 0 || !purging.isEmpty }

  /// How the body of an entry is handed out whose files say `state`. Records alone are withdrawn.
  func handedOut(_ index: UInt64, _ state: BodyState, kind: UInt8) -> BodyState {
    if let pending = purging[index] { return pending }
    guard state == .present else { return state }
    if veiled.contains(index) { return .hidden }
    guard undecided.contains(index), EntryKind.mayLackBody(kind) else { return state }
    return .absent
  }

  /// The withdrawals that may name them are to be looked at first. Entries that find no room in the
  /// list take all that is here with them.
  func doubt(_ entries: Range<UInt64>) {
    undecided.insert(entries)
    guard let first = entries.first, !undecided.contains(first) else { return }
    undecided.insert(0..<written.size)
  }

  /// The withdrawals were looked at: what is withdrawn was hidden.
  func trust(_ entries: EntryRanges) {
    for range in entries.ranges { undecided.remove(range) }
  }

  /// The newest checkpoint whose entries are durable.
  func newestDurable() -> VerifiedCheckpoint? {
    let known = checkpointsAhead.lastIndex { $0.size <= durable.size }
    if let known { checkpointsAhead.removeSubrange(0..<known) }
    return known == nil ? nil : checkpointsAhead[0]
  }

  /// The segment that holds entry `index`.
  func segment(at index: UInt64) -> TailSegment? {
    var low = 0
    var high = tail.count
    while low < high {
      let middle = (low + high) / 2
      if tail[middle].end <= index { low = middle + 1 } else { high = middle }
    }
    return low < tail.count && tail[low].first <= index ? tail[low] : nil
  }

  /// The `nodes` bytes that a write up to `size` entries adds to the file.
  func nodeBytes(upTo size: UInt64) -> ArraySlice<UInt8> {
    let from = NodesLayout.count(entries: written.size)
    let count = NodesLayout.count(entries: size) - from
    return tailNodes[..<(Int(count) * Layout.hashBytes)]
  }

  /// The files now reach up to the entries of `record`.
  func didWriteEntries(upTo record: HeadRecord) {
    tailNodes.removeFirst(nodeBytes(upTo: record.size).count)
    tail.removeFirst(tail.prefix { $0.end <= record.size }.count)
    written.takeEntries(from: record)
  }
}

/// A checkpoint as the file has it.
struct StoredCheckpoint {
  let size: UInt64
  /// Known of those that contradict, and of those added in this run.
  let root: Digest?
  let contradicts: Bool
  let note: [UInt8]
  /// The number of its frame.
  let position: UInt64
}

/// A cosignature and the number of its frame.
struct KeptCosignature {
  let stored: StoredCosignature
  let position: UInt64
}
