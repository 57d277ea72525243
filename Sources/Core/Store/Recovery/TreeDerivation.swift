import Crypto
import Log

/// A log's tree from whatever of leaves, hashes and nodes is right.
struct DerivedTree {
  var builder = NodeBuilder(openBlock: [], peaks: [], blocks: 0)
  /// Entries whose leaves are not the tree's.
  var damaged = EntryRanges()
  /// The tree in the journal was met.
  var isAnchored: Bool
}

/// One block's part in it.
private struct DerivedBlock {
  let content: BlockContent
  /// Its leaf hashes; where the node alone is known, those of signed leaves are right.
  let hashes: [UInt8]
  let root: Digest
}

/// Reads a log's blocks when its tree is not the journal's (Protocols/store.md, 7.3).
struct TreeDerivation {
  let disk: RecoveryDisk
  let log: RecoveredLog
  let trees: LogTrees

  /// Reads every block, and takes of it what agrees: leaves and hashes to the last, or with the
  /// node. With all of that the tree must be the journal's. Then what differs in the files is
  /// written.
  /// - Throws: `.damaged` if it is not: nothing was written.
  func run() throws(StoreError) -> DerivedTree {
    let derived = try derive(writing: false)
    guard derived.isAnchored else {
      throw .damaged(Damage(file: trees.file(.entries), .tree))
    }
    return try derive(writing: true)
  }

  private func derive(writing: Bool) throws(StoreError) -> DerivedTree {
    let anchor = trees.head.anchor
    var derived = DerivedTree(isAnchored: anchor == TreeAnchor.empty)
    var output = DerivedFiles(trees)
    let known = try trees.blocksInFiles()
    for number in 0..<trees.blocks {
      // Nothing is known of what is behind all three files: however many entries a head claims, it
      // ends here.
      guard number < known else {
        derived.isAnchored = false
        return derived
      }
      let before = derived.builder
      guard let block = try block(number, before, &derived.isAnchored) else {
        return derived
      }
      note(block, &derived.damaged)
      var nodes: [UInt8] = []
      if block.content.count < Layout.blockEntries {
        derived.builder.append(block.hashes, nodes: &nodes)
      } else {
        derived.builder.append(block: block.root, nodes: &nodes)
      }
      guard writing else { continue }
      let differences = try output.differences(
        block.content, block.hashes, nodes, leavesAreWhole: derived.damaged.isEmpty)
      for found in differences {
        try disk.execute(.write(log.file(found.name), offset: found.offset, bytes: found.bytes))
        disk.mustSync(.file(log.file(found.name)))
        // A gap is reported as such.
        if log.gaps[found.name] == nil { disk.report(found.damage) }
      }
    }
    return derived
  }

  /// - Returns: nil if nothing is known of the block.
  private func block(
    _ number: UInt64, _ before: NodeBuilder, _ isAnchored: inout Bool
  ) throws(StoreError) -> DerivedBlock? {
    let content = try trees.content(block: number)
    let anchor = trees.head.anchor
    let holdsAnchor = anchor.size > content.first && anchor.size <= content.end
    func meets(_ hashes: [UInt8]) -> Bool {
      var tree = CompactTree(size: content.first, nodes: before.peaks)
      tree.append(
        leafHashes: Array(hashes.prefix(Int(anchor.size - content.first) * Layout.hashBytes)))
      return tree.root() == anchor.root
    }
    guard content.count == Layout.blockEntries else {
      // The last one has no node: it is right if it leads to the anchor, and what was replayed
      // behind that is.
      guard let found = trees.hashes(of: content, where: { holdsAnchor ? meets($0) : true })
      else { return nil }
      if holdsAnchor { isAnchored = true }
      return DerivedBlock(content: content, hashes: found, root: .zero)
    }
    let node = try trees.node(block: number)
    let agrees = content.stored == content.computed
    var found = trees.hashes(of: content) { agrees || blockRoot($0) == node }
    if found == nil, holdsAnchor { found = trees.hashes(of: content, where: meets) }
    if holdsAnchor {
      isAnchored =
        found.map(meets)
        ?? (anchor.size == content.end && leads(before, node, anchor, content.end))
    }
    return DerivedBlock(
      content: content, hashes: found ?? content.signed(by: trees.identity),
      root: found.map { blockRoot($0) } ?? node)
  }

  private func leads(_ before: NodeBuilder, _ node: Digest, _ anchor: TreeAnchor, _ end: UInt64)
    -> Bool
  {
    var builder = before
    var nodes: [UInt8] = []
    builder.append(block: node, nodes: &nodes)
    return CompactTree(size: end, nodes: builder.peaks).root() == anchor.root
  }

  /// Leaves that are not the tree's. Where only the node is known, those that are not signed.
  private func note(_ block: DerivedBlock, _ damaged: inout EntryRanges) {
    for position in 0..<block.content.count {
      let range = BlockContent.hashRange(position)
      if block.content.computed[range] != block.hashes[range] {
        damaged.insert(block.content.first + UInt64(position))
      }
    }
  }
}

extension TreeAnchor {
  static let empty = TreeAnchor(size: 0, root: CompactTree.empty.root())
}

/// `hashes`, `nodes` and `control` as they must be, beside what they are.
private struct DerivedFiles {
  struct Difference {
    let name: LogFile
    let offset: UInt64
    let bytes: [UInt8]
    let damage: Damage
  }

  let trees: LogTrees
  private var nodesEnd: UInt64 = 0
  private var controlsEnd: UInt64 = 0

  init(_ trees: LogTrees) { self.trees = trees }

  /// - Parameter leavesAreWhole: up to here; behind a damaged leaf the places in `control` are not
  ///   known.
  mutating func differences(
    _ content: BlockContent, _ hashes: [UInt8], _ nodes: [UInt8], leavesAreWhole: Bool
  ) throws(StoreError) -> [Difference] {
    var found: [Difference] = []
    try compare(.hashes, hashes, at: content.first, Layout.hashBytes, .leafHash, &found)
    try compare(.nodes, nodes, at: nodesEnd, Layout.hashBytes, .node, &found)
    nodesEnd += UInt64(nodes.count / Layout.hashBytes)
    if leavesAreWhole {
      let listed = controls(of: content.leaves, first: content.first)
      try compare(.control, listed, at: controlsEnd, Layout.controlBytes, .control, &found)
      controlsEnd += UInt64(listed.count / Layout.controlBytes)
    }
    return found
  }

  private func compare(
    _ name: LogFile, _ bytes: [UInt8], at first: UInt64, _ stride: Int, _ problem: Damage.Problem,
    _ found: inout [Difference]
  ) throws(StoreError) {
    let stored: [UInt8]
    do {
      stored = try trees.disk.read(
        trees.file(name), at: first * UInt64(stride), count: bytes.count)
    } catch {
      guard error == .notFound else { throw .disk(error, trees.file(name)) }
      stored = []
    }
    guard stored != bytes else { return }
    let byte = zip(bytes, stored).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
    found.append(
      Difference(
        name: name, offset: first * UInt64(stride), bytes: bytes,
        damage: Damage(file: trees.file(name), index: first + UInt64(byte / stride), problem)))
  }
}
