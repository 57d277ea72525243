import Crypto
import Log

/// One log from its files: what can be computed again is, and never a log given up for it
/// (Protocols/store.md, 7.3).
struct LogLoad {
  let disk: RecoveryDisk
  let log: RecoveredLog

  /// - Parameter acknowledged: how far the journals say that the log goes.
  /// - Throws: `.damaged` when no tree that the files make is the journal's: the log is left as it
  ///   is.
  func run(_ acknowledged: HeadRecord) throws(StoreError) -> StoredLog {
    let surplus = try log.checkLengths(acknowledged, on: disk)
    let head = try withoutLostFrames(acknowledged)
    let identity = try log.findIdentity(head, on: disk)
    log.identity = identity
    let notes = try NoteReader(head, identity, disk: disk.disk)
    let (builder, found) = try tree(head, identity)
    var damaged = found
    if let length = log.gaps[.bodiesIndex] {
      let first = length / UInt64(Layout.indexBytes)
      try IndexRebuild(disk: disk, head: head, first: first).run()
      log.rebuilt = first
    }
    for found in notes.damage { disk.report(found) }
    try disk.change(notes.emptied)
    try disk.change(surplus)
    if let length = log.gaps[.entries] {
      // Entries that were replayed behind the gap are there.
      let end = min(head.size, log.touched ?? head.size)
      let start = min(end, length / UInt64(EntryLayout.leafBytes))
      damaged.insert(start..<end)
    }
    let lastLeaf = try lastLeaf(head)
    if head.size > 0, lastLeaf.isEmpty { damaged.insert(head.size - 1) }
    let state = LogState(
      identity: identity, tree: CompactTree(size: head.size, nodes: builder.treeNodes),
      head: head.head, lastHeaderHash: head.headerHash, lastLeaf: lastLeaf,
      frozenAt: head.frozenAt)
    var record = head
    record.tree = state.tree
    let loaded = StoredLog(
      state: state, record: record, nodes: builder, notes: notes.notes, isOnDisk: true)
    loaded.damaged = damaged
    return loaded
  }

  /// Frames at the end that no file and no journal has are gone: the next ones take their places. A
  /// file is never made longer for a number that a journal gives.
  private func withoutLostFrames(_ head: HeadRecord) throws(StoreError) -> HeadRecord {
    var head = head
    for (file, stride) in [
      (LogFile.checkpoints, Layout.checkpointBytes), (.cosignatures, Layout.cosignatureBytes),
    ] where log.gaps[file] != nil {
      let frames = (try disk.size(of: log.file(file)) ?? 0) / UInt64(stride)
      switch file {
      case .checkpoints: head.checkpointCount = min(head.checkpointCount, frames)
      default: head.cosignatureCount = min(head.cosignatureCount, frames)
      }
      try disk.change([
        .create(log.file(file)),
        .truncate(log.file(file), bytes: head.bytes(of: file) ?? 0),
      ])
    }
    return head
  }

  /// The tree from nodes and hashes if they make the journal's, else from everything there is.
  private func tree(_ head: HeadRecord, _ identity: LogIdentity) throws(StoreError)
    -> (NodeBuilder, EntryRanges)
  {
    let trees = LogTrees(disk: disk.disk, head: head, identity: identity)
    let hasGap = [LogFile.hashes, .nodes, .control].contains { log.gaps[$0] != nil }
    if !hasGap, let fast = try nodes(head), try trees.agree(with: fast) {
      return (fast, EntryRanges())
    }
    let derived = try TreeDerivation(disk: disk, log: log, trees: trees).run()
    return (derived.builder, derived.damaged)
  }

  /// The newest entry's leaf; empty if it is not what the head says, which is reported.
  private func lastLeaf(_ head: HeadRecord) throws(StoreError) -> [UInt8] {
    guard head.size > 0 else { return [] }
    let file = log.file(.entries)
    let leaf = try disk.whatThereIs(
      file, at: (head.size - 1) * UInt64(EntryLayout.leafBytes), count: EntryLayout.leafBytes)
    if leaf.count == EntryLayout.leafBytes, leafHash(leaf) == head.leafHash { return leaf }
    if log.gaps[.entries] == nil {
      disk.report(Damage(file: file, index: head.size - 1, .headMismatch))
    }
    return []
  }

  // MARK: Nodes

  /// Writes the nodes above what the replay wrote, and gives what appending needs.
  /// - Returns: nil if the files do not fit each other.
  private func nodes(_ head: HeadRecord) throws(StoreError) -> NodeBuilder? {
    let start = min(log.touched ?? head.size, head.size) >> UInt64(Layout.nodeLevel)
    var builder = try NodeBuilder(blocks: start) { position throws(StoreError) in
      try disk.disk.readExactly(
        log.file(.nodes), at: position * UInt64(Layout.hashBytes), count: Layout.hashBytes)
    }
    var nodes: [UInt8] = []
    var next = start << UInt64(Layout.nodeLevel)
    while next < head.size {
      let count = min(head.size - next, UInt64(Limits.readBytes / Layout.hashBytes))
      let hashes = try disk.disk.readExactly(
        log.file(.hashes), at: next * UInt64(Layout.hashBytes),
        count: Int(count) * Layout.hashBytes)
      builder.append(hashes, nodes: &nodes)
      next += count
    }
    guard builder.lastLeafHash == nil || builder.lastLeafHash == head.leafHash else { return nil }
    guard !nodes.isEmpty else { return builder }
    try disk.change([
      .write(
        log.file(.nodes),
        offset: NodesLayout.count(blocks: start) * UInt64(Layout.hashBytes), bytes: nodes)
    ])
    return builder
  }
}

private func leafHash(_ leaf: [UInt8]) -> Digest { EntryHeader.leafHash(of: leaf.span) }
