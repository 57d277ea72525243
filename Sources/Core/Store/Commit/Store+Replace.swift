import Crypto
public import Log

// Leaves that were accepted singly give way to those under a checkpoint: Protocols/store.md, 6.10.
extension Store {
  /// The tree of the first `size` entries.
  public func tree(_ id: LogID, size: UInt64) throws(StoreError) -> CompactTree {
    let log = try log(id)
    guard size <= log.state.size else { throw .outOfRange }
    if size == log.state.size { return log.state.tree }
    return try CompactTree(size: size, reader: LogHashReader(store: self, log: log))
  }

  /// Stages other signatures for entries that are here. `takeReplaced` tells when the log has them.
  /// - Throws: `.busy` while anything else of the log is on its way to its files; `.outOfRange` for
  ///   entries under a checkpoint that agrees, or too far below the log's end.
  public func replace(_ replacement: LeafReplacement) throws(StoreError) {
    try requireRunning()
    let log = try log(replacement.identity.id)
    guard log.isQuiet else {
      pipeline.applyIsWanted = true
      throw .busy
    }
    let size = log.state.size
    guard replacement.end <= size, replacement.first >= log.newest?.size ?? 0,
      size - replacement.first <= Layout.replacedReach
    else { throw .outOfRange }
    let block = replacement.first >> UInt64(Layout.nodeLevel)
    let start = block << UInt64(Layout.nodeLevel)
    let before = try nodes(log, below: block)
    var hashes = try leafHashes(log, start..<size)
    guard log.state.tree == grown(before, by: hashes).tree else {
      let found = Damage(file: .log(log.id, .hashes), .root)
      report(found)
      throw .damaged(found)
    }
    let at = Int(replacement.first - start) * Layout.hashBytes
    let fresh = hashesOf(leaves: replacement.leaves)
    hashes.replaceSubrange(at..<(at + fresh.count), with: fresh)
    let after = grown(before, by: hashes)
    let record = ReplacedLeaves(
      log: log.id, first: replacement.first, leaves: replacement.leaves,
      anchor: TreeAnchor(size: size, root: after.tree.root()))
    stage(record, log, after, nodesFrom: NodesLayout.count(blocks: block))
  }

  private func stage(
    _ record: ReplacedLeaves, _ log: StoredLog, _ after: GrownNodes, nodesFrom position: UInt64
  ) {
    var operations = record.fileOperations
    if !after.written.isEmpty {
      operations.append(
        .write(
          .log(log.id, .nodes), offset: position * UInt64(Layout.hashBytes), bytes: after.written))
    }
    let isLast = record.end == log.state.size
    let head = LogHead(
      size: log.state.size, leafHash: isLast ? record.lastLeafHash : log.state.head.leafHash)
    let replacing = Replacing(
      record,
      state: LogState(
        identity: log.identity, tree: after.tree, head: head,
        lastHeaderHash: log.state.lastHeaderHash,
        lastLeaf: isLast ? record.lastLeaf : log.state.lastLeaf, frozenAt: log.state.frozenAt),
      nodes: after.builder, operations: operations)
    log.replacing = replacing
    log.changing += 1
    pipeline.stage(replacing)
  }

  /// Logs whose leaves were replaced since last asked: state, head and tree are others.
  public func takeReplaced() -> [LogID] {
    defer { replaced = [] }
    return replaced
  }

  func didReplace(_ replacing: Replacing) {
    guard let log = logsByID[replacing.record.log] else { return }
    let frozenAt = log.state.frozenAt
    log.state = replacing.state
    log.state.frozenAt = frozenAt
    log.nodes = replacing.nodes
    log.staged.take(replacing.record, tree: replacing.state.tree)
    log.written.take(replacing.record, tree: replacing.state.tree)
    log.replacing = nil
    log.changing -= 1
    replaced.append(log.id)
    let postponed = log.postponed
    log.postponed = []
    // A contradiction that cannot be read now shows again with the next checkpoint.
    for checkpoint in postponed {
      guard let own = try? root(log.id, size: checkpoint.size) else { continue }
      if case .contradiction = compare(checkpoint, log, with: own) {
        contradictions.append(checkpoint)
      }
    }
  }

  /// Refuses to read the part of a log that is being changed: half of it may be written.
  func requireSettled(_ log: StoredLog, below end: UInt64) throws(StoreError) {
    if let replacing = log.replacing, end > replacing.record.first { throw .busy }
  }

  /// The builder as it was when `blocks` blocks were complete.
  private func nodes(_ log: StoredLog, below blocks: UInt64) throws(StoreError) -> NodeBuilder {
    var peaks: [Digest] = []
    var block: UInt64 = 0
    for height in stride(from: 55, through: 0, by: -1) where blocks >> UInt64(height) & 1 == 1 {
      let position = NodesLayout.position(
        level: height + Layout.nodeLevel, index: block >> UInt64(height))
      let bytes = try readExactly(
        .log(log.id, .nodes), at: position * UInt64(Layout.hashBytes), count: Layout.hashBytes)
      peaks.append(digest(bytes))
      block += 1 << UInt64(height)
    }
    return NodeBuilder(openBlock: [], peaks: peaks, blocks: blocks)
  }

  private func grown(_ builder: NodeBuilder, by hashes: [UInt8]) -> GrownNodes {
    var builder = builder
    var nodes: [UInt8] = []
    let size =
      (builder.blocks << UInt64(Layout.nodeLevel)) + UInt64(hashes.count / Layout.hashBytes)
    builder.append(hashes, nodes: &nodes)
    return GrownNodes(
      builder: builder, written: nodes, tree: CompactTree(size: size, nodes: builder.treeNodes))
  }
}

private struct GrownNodes {
  let builder: NodeBuilder
  /// The nodes that were completed, in the order of the file.
  let written: [UInt8]
  let tree: CompactTree
}

extension StoredLog {
  /// Everything that was staged is in its files.
  var isQuiet: Bool {
    isOnDisk && tail.isEmpty && !hasBulk && !isChanging && arriving.isEmpty && replacing == nil
      && waitingNotes.isEmpty && waitingPurges.isEmpty && staged.size == durable.size
  }
}

private func hashesOf(leaves: [UInt8]) -> [UInt8] { computedHashes(of: leaves) }

private func digest(_ bytes: [UInt8]) -> Digest { Digest(bytes.span, at: 0) }
