import Crypto
import Log

// One log from its files: what can be computed again is, and never a log given up for it
// (Protocols/store.md, 7.3).
extension Recovery {
  /// - Throws: `.damaged` when no tree that the files make is the journal's: the log is left as it
  ///   is.
  mutating func load(_ acknowledged: HeadRecord) throws(StoreError) -> StoredLog {
    let surplus = try checkLengths(acknowledged)
    let head = try withoutLostFrames(acknowledged)
    let identity = try identity(of: head)
    identities[head.id] = identity
    let notes = try LogNotes(head, identity, disk: disk)
    let (builder, found) = try tree(head, identity)
    var damaged = found
    if let length = gaps[head.id]?[.bodiesIndex] {
      let first = length / UInt64(Layout.indexBytes)
      try rebuildIndex(head, from: first)
      rebuilt[head.id] = first
    }
    for found in notes.damage { report(found) }
    try change(notes.emptied)
    try change(surplus)
    if let length = gaps[head.id]?[.entries] {
      // Entries that were replayed behind the gap are there.
      let end = min(head.size, touched[head.id] ?? head.size)
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
    let log = StoredLog(state: state, record: record, nodes: builder, isOnDisk: true)
    log.take(notes)
    log.damaged = damaged
    return log
  }

  /// Frames at the end that no file and no journal has are gone: the next ones take their places. A
  /// file is never made longer for a number that a journal gives.
  private mutating func withoutLostFrames(_ head: HeadRecord) throws(StoreError) -> HeadRecord {
    var head = head
    for (file, stride) in [
      (LogFile.checkpoints, Layout.checkpointBytes), (.cosignatures, Layout.cosignatureBytes),
    ] where gaps[head.id]?[file] != nil {
      let frames = (try size(of: .log(head.id, file)) ?? 0) / UInt64(stride)
      switch file {
      case .checkpoints: head.checkpointCount = min(head.checkpointCount, frames)
      default: head.cosignatureCount = min(head.cosignatureCount, frames)
      }
      try change([
        .create(.log(head.id, file)),
        .truncate(.log(head.id, file), bytes: head.bytes(of: file) ?? 0),
      ])
    }
    return head
  }

  /// The tree from nodes and hashes if they make the journal's, else from everything there is.
  private mutating func tree(_ head: HeadRecord, _ identity: LogIdentity) throws(StoreError)
    -> (NodeBuilder, EntryRanges)
  {
    let trees = LogTrees(disk: disk, head: head, identity: identity)
    let hasGap = [LogFile.hashes, .nodes, .control].contains { gaps[head.id]?[$0] != nil }
    if !hasGap, let fast = try nodes(head), try trees.agree(with: fast) {
      return (fast, EntryRanges())
    }
    let derived = try derive(trees)
    return (derived.builder, derived.damaged)
  }

  /// The newest entry's leaf; empty if it is not what the head says, which is reported.
  private mutating func lastLeaf(_ head: HeadRecord) throws(StoreError) -> [UInt8] {
    guard head.size > 0 else { return [] }
    let file = StoreFile.log(head.id, .entries)
    var leaf: [UInt8] = []
    do {
      leaf = try disk.read(
        file, at: (head.size - 1) * UInt64(EntryLayout.leafBytes), count: EntryLayout.leafBytes)
    } catch {
      guard error == .notFound else { throw .disk(error, file) }
    }
    if leaf.count == EntryLayout.leafBytes, leafHash(leaf) == head.leafHash { return leaf }
    if gaps[head.id]?[.entries] == nil {
      report(Damage(file: file, index: head.size - 1, .headMismatch))
    }
    return []
  }

  // MARK: Identity

  /// The identity from the journal, from its file, or from the card in the log's first entry.
  mutating func identity(of head: HeadRecord) throws(StoreError) -> LogIdentity {
    if let identity = identities[head.id] { return identity }
    let file = StoreFile.log(head.id, .identity)
    var found: Damage
    do {
      let bytes = try disk.read(file, at: 0, count: 1024)
      if let identity = LogIdentity(storedText: bytes), identity.id == head.id { return identity }
      found = Damage(file: file, .identity)
    } catch {
      guard error == .notFound else { throw .disk(error, file) }
      found = Damage(file: file, .missing)
    }
    guard let identity = try identityFromGenesis(head) else { throw .damaged(found) }
    report(found)
    try change([
      .create(file), .truncate(file, bytes: 0),
      .write(file, offset: 0, bytes: identity.storedText),
    ])
    return identity
  }

  private func identityFromGenesis(_ head: HeadRecord) throws(StoreError) -> LogIdentity? {
    guard head.size > 0 else { return nil }
    guard
      let leaf = try? disk.readExactly(
        .log(head.id, .entries), at: 0, count: EntryLayout.leafBytes)
    else { return nil }
    let length = Int(EntryHeader(parsing: leaf.span).bodyBytes)
    // The first body record of the first segment is entry 0's.
    guard length <= EntryLayout.maxBodyBytes,
      let record = try? disk.read(
        .log(head.id, .bodies(0)), at: 0, count: Layout.bodyHeaderBytes + length),
      record.count == Layout.bodyHeaderBytes + length,
      let genesis = try? Genesis.parse(Array(record[Layout.bodyHeaderBytes...])),
      genesis.card.identity.id == head.id
    else { return nil }
    return genesis.card.identity
  }

  // MARK: Nodes

  /// Writes the nodes above what the replay wrote, and gives what appending needs.
  /// - Returns: nil if the files do not fit each other.
  private mutating func nodes(_ head: HeadRecord) throws(StoreError) -> NodeBuilder? {
    let start = min(touched[head.id] ?? head.size, head.size) >> UInt64(Layout.nodeLevel)
    var peaks: [Digest] = []
    var block: UInt64 = 0
    for height in stride(from: 55, through: 0, by: -1) where start >> UInt64(height) & 1 == 1 {
      let position = NodesLayout.position(
        level: height + Layout.nodeLevel, index: block >> UInt64(height))
      let bytes = try disk.readExactly(
        .log(head.id, .nodes), at: position * UInt64(Layout.hashBytes), count: Layout.hashBytes)
      peaks.append(Digest(bytes.span, at: 0))
      block += 1 << UInt64(height)
    }
    var builder = NodeBuilder(openBlock: [], peaks: peaks, blocks: start)
    var nodes: [UInt8] = []
    var next = start << UInt64(Layout.nodeLevel)
    while next < head.size {
      let count = min(head.size - next, UInt64(Layout.readBytes / Layout.hashBytes))
      let hashes = try disk.readExactly(
        .log(head.id, .hashes), at: next * UInt64(Layout.hashBytes),
        count: Int(count) * Layout.hashBytes)
      builder.append(hashes, nodes: &nodes)
      next += count
    }
    guard builder.lastLeafHash == nil || builder.lastLeafHash == head.leafHash else { return nil }
    guard !nodes.isEmpty else { return builder }
    try change([
      .write(
        .log(head.id, .nodes),
        offset: NodesLayout.count(blocks: start) * UInt64(Layout.hashBytes), bytes: nodes)
    ])
    return builder
  }
}

private func leafHash(_ leaf: [UInt8]) -> Digest { EntryHeader.leafHash(of: leaf.span) }
