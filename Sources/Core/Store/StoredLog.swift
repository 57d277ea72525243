import Log

/// One log's part in memory: nothing that grows with its entries, but for what is on its way to the
/// log files. The store's reads look at it, its commands stage in it, and completed work moves its
/// heads: staged, durable, written.
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
  private(set) var tail: [TailSegment] = []
  var nodes: NodeBuilder
  /// The nodes behind those in the file.
  private(set) var tailNodes: [UInt8] = []
  /// True when a journal knows the log.
  var isDurable: Bool
  /// True when the folder and files are there.
  var isOnDisk: Bool
  /// Entries that came by `appendBulk` and are not durable.
  private(set) var hasBulk = false
  var waiting: WaitingChanges
  var handing = BodyHanding()
  var notes: KeptNotes
  /// The limits of this log, where they are less than the store's.
  var limits: (bytes: UInt64, entries: UInt64) = (.max, .max)
  /// Entries that are damaged, or absent and should be here: the one list of them.
  var damaged = EntryRanges()
  /// Entries whose bodies are on their way (journal record 8).
  var arriving: Set<UInt64> = []
  /// Mends and arrivals under way.
  var changing = 0
  /// Leaves that are being replaced: until they are in log files nothing of the log changes.
  var replacing: Replacing?

  init(
    state: LogState, record: HeadRecord, nodes: NodeBuilder, notes: KeptNotes = KeptNotes(),
    isOnDisk: Bool
  ) {
    identity = state.identity
    self.state = state
    staged = record
    durable = record
    written = record
    waiting = WaitingChanges(journaledSize: record.size)
    self.nodes = nodes
    self.notes = notes
    self.isOnDisk = isOnDisk
    isDurable = isOnDisk
  }

  var id: LogID { identity.id }

  /// Something that its files hold already is being changed: what is read meanwhile may be half of
  /// it.
  var isChanging: Bool { changing > 0 || handing.isChanging }

  /// Everything that was staged is in its files.
  var isQuiet: Bool {
    isOnDisk && tail.isEmpty && !hasBulk && !isChanging && arriving.isEmpty && replacing == nil
      && waiting.isEmpty && staged.size == durable.size
  }

  /// Refuses to read the part of a log that is being changed: half of it may be written.
  /// - Throws: `.busy`.
  func requireSettled(below end: UInt64) throws(StoreError) {
    if let replacing, end > replacing.record.first { throw .busy }
  }

  /// The withdrawals that may name them are to be looked at first.
  func doubt(_ entries: Range<UInt64>) { handing.doubt(entries, of: written.size) }

  /// The newest checkpoint whose entries are durable.
  func newestDurableCheckpoint() -> VerifiedCheckpoint? { notes.newest(below: durable.size) }

  /// Takes entries that continue the log.
  func append(_ segment: TailSegment, _ after: LogState) {
    let frozenAt = state.frozenAt
    state = after
    state.frozenAt = frozenAt
    staged = segment.after
    tail.append(segment)
    nodes.append(segment.leafHashes, nodes: &tailNodes)
    if segment.way == .bulk { hasBulk = true }
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

  // MARK: Completed work

  /// The files now reach up to the entries of `record`.
  func didWriteEntries(upTo record: HeadRecord) {
    tailNodes.removeFirst(nodeBytes(upTo: record.size).count)
    tail.removeFirst(tail.prefix { $0.end <= record.size }.count)
    written.takeEntries(from: record)
  }

  /// The log files have other leaves.
  func didReplace(_ replacing: Replacing) {
    let frozenAt = state.frozenAt
    state = replacing.state
    state.frozenAt = frozenAt
    nodes = replacing.nodes
    staged.take(replacing.record, tree: replacing.state.tree)
    written.take(replacing.record, tree: replacing.state.tree)
    self.replacing = nil
    changing -= 1
  }

  /// A journal has the change.
  /// - Returns: whether the durable head moved.
  func didCommit(_ change: StagedChange) -> Bool {
    switch change.record {
    case .newLog:
      isDurable = true
    case .entries:
      guard let segment = change.segment else { return false }
      durable.takeEntries(from: segment.after)
      return true
    case .head(let head):
      durable.takeEntries(from: head)
      if durable.size == staged.size { hasBulk = false }
      return true
    case .checkpoint(_, _, let contradicts, _):
      durable.checkpointCount += 1
      if contradicts { durable.contradictionCount += 1 }
    case .cosignature:
      durable.cosignatureCount += 1
    case .pending(_, let note):
      durable.pendingNote = note
    case .freeze(_, let index):
      durable.frozenAt = index
    case .states(_, _, let bytes, _):
      durable.purgedBytes += bytes
    case .body(let body):
      durable.placeBody(body)
    case .replaced(let record):
      // Its next beginning of a journal has the head as it is then.
      durable.take(record, tree: change.replacing?.state.tree)
    }
    return false
  }
}
