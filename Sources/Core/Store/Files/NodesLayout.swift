import Crypto

/// Where `nodes` keeps the hash of each complete subtree of 256 and more entries: in the order in
/// which they become complete, a subtree after its right half (Protocols/store.md, 4.4).
enum NodesLayout {
  /// Nodes stored once `blocks` blocks of 256 entries are complete: blocks + blocks/2 + blocks/4 ….
  static func count(blocks: UInt64) -> UInt64 { 2 * blocks - UInt64(blocks.nonzeroBitCount) }

  static func count(entries: UInt64) -> UInt64 {
    count(blocks: entries >> UInt64(Layout.nodeLevel))
  }

  /// The place of a node, counted in nodes. `level` is the tree's: 8 and more.
  static func position(level: Int, index: UInt64) -> UInt64 {
    let height = level - Layout.nodeLevel
    // It is written together with its last block, after the nodes below it.
    let lastBlock = ((index + 1) << UInt64(height)) - 1
    return count(blocks: lastBlock) + UInt64(height)
  }
}

/// The subtrees of an append-only tree that completed, from leaf hashes: the part of a log's tree
/// that must be remembered to write `nodes`.
struct NodeBuilder {
  /// Leaf hashes of the last, incomplete block.
  private(set) var openBlock: [UInt8]
  /// Roots of the complete subtrees of whole blocks, largest first.
  private(set) var peaks: [Digest]
  /// Complete blocks.
  private(set) var blocks: UInt64

  init(openBlock: [UInt8], peaks: [Digest], blocks: UInt64) {
    self.openBlock = openBlock
    self.peaks = peaks
    self.blocks = blocks
  }

  /// Appends leaf hashes, and to `nodes` what completes, in the order of the file.
  mutating func append(_ leafHashes: [UInt8], nodes: inout [UInt8]) {
    let blockBytes = Layout.blockEntries * Layout.hashBytes
    var offset = 0
    while offset < leafHashes.count {
      let take = min(blockBytes - openBlock.count, leafHashes.count - offset)
      openBlock.append(contentsOf: leafHashes[offset..<(offset + take)])
      offset += take
      guard openBlock.count == blockBytes else { return }
      let root = NodeBuilder.root(openBlock.span, 0, Layout.blockEntries)
      openBlock.removeAll(keepingCapacity: true)
      append(block: root, nodes: &nodes)
    }
  }

  /// Appends the root of a whole block.
  /// - Precondition: no block is open.
  mutating func append(block root: Digest, nodes: inout [UInt8]) {
    var node = root
    node.append(to: &nodes)
    var bits = blocks
    while bits & 1 == 1 {
      node = SHA256.node(peaks.removeLast(), node)
      node.append(to: &nodes)
      bits >>= 1
    }
    peaks.append(node)
    blocks += 1
  }

  /// The root of `count` leaf hashes, a power of two, from the hash number `start`.
  static func root(_ hashes: Span<UInt8>, _ start: Int, _ count: Int) -> Digest {
    SHA256.root(of: hashes, start: start, count: count)
  }
}

extension NodeBuilder {
  /// The complete subtrees of the whole tree, largest first, as `CompactTree` has them.
  var treeNodes: [Digest] {
    var nodes = peaks
    let count = openBlock.count / Layout.hashBytes
    var start = 0
    for level in stride(from: Layout.nodeLevel - 1, through: 0, by: -1)
    where count >> level & 1 == 1 {
      nodes.append(NodeBuilder.root(openBlock.span, start, 1 << level))
      start += 1 << level
    }
    return nodes
  }

  /// Nil at the end of a block.
  var lastLeafHash: Digest? {
    openBlock.isEmpty ? nil : Digest(openBlock.span, at: openBlock.count - Layout.hashBytes)
  }
}
