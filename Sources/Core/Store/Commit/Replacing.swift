import Crypto
import Log

/// A replacement on its way to the log files: nothing of the log is another before it is there.
final class Replacing {
  let record: ReplacedLeaves
  /// The log with the new leaves.
  let state: LogState
  let nodes: NodeBuilder
  /// Leaves, hashes, and all nodes from the first changed block on.
  let operations: [DiskOperation]

  /// Computes the log's tree with other leaves.
  /// - Precondition: the leaves are below the log's end, and all that was staged is in its files.
  /// - Throws: `.damaged` when what `hashes` has does not lead to the tree in memory.
  init(_ replacement: LeafReplacement, in files: LogFiles) throws(StoreError) {
    let log = files.log
    let size = log.state.size
    let block = replacement.first >> UInt64(Layout.nodeLevel)
    let start = block << UInt64(Layout.nodeLevel)
    let before = try files.nodeBuilder(blocks: block)
    var hashes = try files.leafHashes(start..<size)
    guard log.state.tree == GrownNodes(before, by: hashes).tree else {
      throw files.damaged(.hashes, nil, .root)
    }
    let at = Int(replacement.first - start) * Layout.hashBytes
    let fresh = hashesOf(leaves: replacement.leaves)
    hashes.replaceSubrange(at..<(at + fresh.count), with: fresh)
    let after = GrownNodes(before, by: hashes)
    let record = ReplacedLeaves(
      log: log.id, first: replacement.first, leaves: replacement.leaves,
      anchor: TreeAnchor(size: size, root: after.tree.root()))
    let isLast = record.end == size
    let head = LogHead(
      size: size, leafHash: isLast ? record.lastLeafHash : log.state.head.leafHash)
    state = LogState(
      identity: log.identity, tree: after.tree, head: head,
      lastHeaderHash: log.state.lastHeaderHash,
      lastLeaf: isLast ? record.lastLeaf : log.state.lastLeaf, frozenAt: log.state.frozenAt)
    nodes = after.builder
    var operations = record.fileOperations
    if !after.written.isEmpty {
      operations.append(
        .write(
          files.file(.nodes), offset: NodesLayout.count(blocks: block) * UInt64(Layout.hashBytes),
          bytes: after.written))
    }
    self.operations = operations
    self.record = record
  }
}

/// The nodes of a log from a block on.
private struct GrownNodes {
  let builder: NodeBuilder
  /// The nodes that were completed, in the order of the file.
  let written: [UInt8]
  let tree: CompactTree

  init(_ before: NodeBuilder, by hashes: [UInt8]) {
    var builder = before
    var nodes: [UInt8] = []
    builder.append(hashes, nodes: &nodes)
    let size =
      (before.blocks << UInt64(Layout.nodeLevel)) + UInt64(hashes.count / Layout.hashBytes)
    self.builder = builder
    written = nodes
    tree = CompactTree(size: size, nodes: builder.treeNodes)
  }
}

private func hashesOf(leaves: [UInt8]) -> [UInt8] { computedHashes(of: leaves) }
