import Crypto
import Log

// One log from its files: what can be computed again is, and never a log given up for it
// (Protocols/store.md, 7.3).
extension Recovery {
  /// - Throws: `.damaged` when the entries do not fit the head: the log is left as it is.
  mutating func load(_ head: HeadRecord) throws(StoreError) -> StoredLog {
    let surplus = try checkLengths(head)
    if let found = broken[head.id] { throw .damaged(found) }
    let lastLeaf = try checkedLastLeaf(head)
    let identity = try identity(of: head)
    identities[head.id] = identity
    let notes = try LogNotes(head, identity, disk: disk)
    for found in notes.damage { report(found) }
    let trees = LogTrees(
      disk: disk, head: head, identity: identity, checkpoint: notes.newest)
    let hasGap = [LogFile.hashes, .nodes, .control].contains { gaps[head.id]?[$0] != nil }
    var found: NodeBuilder?
    if !hasGap, let fast = try nodes(head), try trees.agree(with: fast) { found = fast }
    let builder = if let found { found } else { try derive(trees) }
    if let length = gaps[head.id]?[.bodiesIndex] {
      try rebuildIndex(head, from: length / UInt64(Layout.indexBytes))
    }
    for file in [LogFile.checkpoints, .cosignatures] where gaps[head.id]?[file] != nil {
      // Frames have places: those that are gone read as zeros, which are no frames.
      try change([.truncate(.log(head.id, file), bytes: head.bytes(of: file) ?? 0)])
    }
    try change(surplus)
    let state = LogState(
      identity: identity, tree: CompactTree(size: head.size, nodes: builder.treeNodes),
      lastLeaf: lastLeaf, frozenAt: head.frozenAt)
    let log = StoredLog(state: state, record: head, nodes: builder, isOnDisk: true)
    log.take(notes)
    return log
  }

  private func checkedLastLeaf(_ head: HeadRecord) throws(StoreError) -> [UInt8] {
    guard head.size > 0 else { return [] }
    let leaf = try disk.readExactly(
      .log(head.id, .entries), at: (head.size - 1) * UInt64(EntryLayout.leafBytes),
      count: EntryLayout.leafBytes)
    guard EntryHeader.leafHash(of: leaf.span) == head.leafHash,
      EntryHeader.headerHash(of: leaf.span) == head.headerHash
    else {
      throw .damaged(Damage(file: .log(head.id, .entries), index: head.size - 1, .headMismatch))
    }
    return leaf
  }

  // MARK: Identity

  /// From the journal, from its file, or from the card in the log's first entry.
  private mutating func identity(of head: HeadRecord) throws(StoreError) -> LogIdentity {
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
    let leaf = try disk.readExactly(
      .log(head.id, .entries), at: 0, count: EntryLayout.leafBytes)
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
