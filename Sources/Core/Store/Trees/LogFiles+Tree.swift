import Crypto
import Log

/// Hashes of a stored log's subtrees: from level 8 up they are stored, below they are recomputed
/// from at most 128 leaf hashes.
extension LogFiles: HashReader {
  func hash(level: Int, index: UInt64) throws(StoreError) -> Digest {
    if level < Layout.nodeLevel {
      let first = index << UInt64(level)
      let hashes = try leafHashes(first..<(first + (1 << UInt64(level))))
      return subtreeRoot(hashes, 1 << level)
    }
    let position = NodesLayout.position(level: level, index: index)
    let stored = NodesLayout.count(entries: log.written.size)
    if position >= stored {
      return digest(log.tailNodes, at: Int(position - stored) * Layout.hashBytes)
    }
    return digest(try exactly(.nodes, position..<(position + 1)), at: 0)
  }
}

extension LogFiles {
  /// The leaf hash of one entry, compared with its leaf.
  /// - Throws: `.damaged` if the two disagree and the tree does not say which is right.
  func leafHash(of index: UInt64) throws(StoreError) -> Digest {
    let stored = (try? leafHashes(index..<(index + 1))) ?? []
    guard index < log.written.size else { return digest(stored, at: 0) }
    let leaf = whatThereIs(.entries, index..<(index + 1))
    if leaf.count == EntryLayout.leafBytes, isLeaf(leaf, 0, of: stored) {
      return digest(stored, at: 0)
    }
    guard let content = content(block: index >> UInt64(Layout.nodeLevel)),
      let trusted = trustedHashes(content)
    else { throw damaged(.hashes, index, .leafHash) }
    return digest(trusted, at: Int(index - content.first) * Layout.hashBytes)
  }

  /// The root of the first `size` entries, of hashes that belong to the tree in memory: a damaged
  /// hash must not look like a fork (STO-25).
  /// - Throws: `.damaged` when they do not.
  func root(size: UInt64) throws(StoreError) -> Digest {
    if size == log.state.size { return log.state.tree.root() }
    // The proof leads to the end.
    try log.requireSettled(below: log.state.size)
    let root = try Tree.root(size: size, reader: self)
    guard size > 0 else { return root }
    let proof = try Tree.consistencyProof(from: size, to: log.state.size, reader: self)
    guard
      Tree.verifyConsistency(
        from: size, to: log.state.size, fromRoot: root, toRoot: log.state.tree.root(), proof: proof)
    else { throw damaged(.hashes, nil, .root) }
    return root
  }

  /// The builder as it was when `blocks` blocks were complete.
  func nodeBuilder(blocks: UInt64) throws(StoreError) -> NodeBuilder {
    try NodeBuilder(blocks: blocks) { position throws(StoreError) in
      try exactly(.nodes, position..<(position + 1))
    }
  }
}

extension NodeBuilder {
  /// Reads the roots of the complete subtrees of the first `blocks` blocks.
  /// - Parameter node: the record of `nodes` at a position.
  init(
    blocks: UInt64, node: (UInt64) throws(StoreError) -> [UInt8]
  ) throws(StoreError) {
    var peaks: [Digest] = []
    var block: UInt64 = 0
    for height in stride(from: 55, through: 0, by: -1) where blocks >> UInt64(height) & 1 == 1 {
      let position = NodesLayout.position(
        level: height + Layout.nodeLevel, index: block >> UInt64(height))
      peaks.append(digest(try node(position), at: 0))
      block += 1 << UInt64(height)
    }
    self.init(openBlock: [], peaks: peaks, blocks: blocks)
  }
}

// Spans of locals stay out of throwing functions: the 6.3.1 compiler fails on some of them.

private func digest(_ bytes: [UInt8], at offset: Int) -> Digest { Digest(bytes.span, at: offset) }

private func subtreeRoot(_ hashes: [UInt8], _ count: Int) -> Digest {
  NodeBuilder.root(hashes.span, 0, count)
}
