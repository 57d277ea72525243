import Crypto
import Log

/// The tree of a log in its files, checked before anything is signed on it (Protocols/store.md, 7.4).
struct LogTrees: HashReader {
  let disk: any Disk
  let head: HeadRecord
  let identity: LogIdentity
  /// The newest that agreed with the tree: its signature vouches for everything below its size.
  let checkpoint: VerifiedCheckpoint?

  func file(_ file: LogFile) -> StoreFile { .log(head.id, file) }

  func hash(level: Int, index: UInt64) throws(StoreError) -> Digest {
    guard level < Layout.nodeLevel else {
      let bytes = try disk.readExactly(
        file(.nodes),
        at: NodesLayout.position(level: level, index: index) * UInt64(Layout.hashBytes),
        count: Layout.hashBytes)
      return digest(bytes, at: 0)
    }
    let count = 1 << level
    let hashes = try disk.readExactly(
      file(.hashes), at: (index << UInt64(level)) * UInt64(Layout.hashBytes),
      count: count * Layout.hashBytes)
    return root(hashes, count)
  }

  /// Whether the tree that the nodes make is the one under the newest checkpoint, grown by the leaves behind
  /// it. At most `Layout.leavesCheckedAtStart` leaves are read: without a checkpoint that near, those of
  /// the last block, whose hashes nothing else covers.
  func agree(with builder: NodeBuilder) throws(StoreError) -> Bool {
    let tree = CompactTree(size: head.size, nodes: builder.treeNodes)
    var grown = CompactTree.empty
    if let checkpoint, checkpoint.size <= head.size {
      grown = try CompactTree(size: checkpoint.size, reader: self)
      guard grown.root() == checkpoint.root else { return false }
    }
    if head.size - grown.size <= Layout.leavesCheckedAtStart {
      return try grow(grown) == tree
    }
    let block = head.size & ~UInt64(Layout.blockEntries - 1)
    let leaves = try leafHashes(block..<head.size)
    return leaves == builder.openBlock
  }

  private func grow(_ tree: CompactTree) throws(StoreError) -> CompactTree {
    var tree = tree
    let hashes = try leafHashes(tree.size..<head.size)
    for offset in stride(from: 0, to: hashes.count, by: Layout.hashBytes) {
      tree.append(digest(hashes, at: offset))
    }
    return tree
  }

  /// Computed from the leaves.
  func leafHashes(_ range: Range<UInt64>) throws(StoreError) -> [UInt8] {
    hashes(of: try leaves(range))
  }

  func leaves(_ range: Range<UInt64>) throws(StoreError) -> [UInt8] {
    try disk.readExactly(
      file(.entries), at: range.lowerBound * UInt64(EntryLayout.leafBytes),
      count: range.count * EntryLayout.leafBytes)
  }

  /// Calls `body` with the leaves in order, some at a time.
  func forEachRun(_ body: (UInt64, [UInt8]) throws(StoreError) -> Void) throws(StoreError) {
    var next: UInt64 = 0
    while next < head.size {
      let end = min(head.size, next + UInt64(Layout.entriesAtOnce))
      try body(next, try leaves(next..<end))
      next = end
    }
  }

  /// Whether the leaves are linked and hash to the checkpoint's root. Above the checkpoint a leaf that is not
  /// what `hashes` says must have a valid signature: entries there were accepted by it.
  /// - Throws: `.damaged` if not.
  func checkEntries() throws(StoreError) {
    var previous = Digest.zero
    var tree = CompactTree.empty
    try forEachRun { (first, leaves) throws(StoreError) in
      let count = leaves.count / EntryLayout.leafBytes
      let stored =
        (try? disk.read(
          file(.hashes), at: first * UInt64(Layout.hashBytes), count: count * Layout.hashBytes))
        ?? []
      for position in 0..<count {
        let index = first + UInt64(position)
        guard link(leaves, position) == previous else {
          throw .damaged(Damage(file: file(.entries), index: index, .link))
        }
        previous = headerHash(leaves, position)
        let hash = leafHash(leaves, position)
        tree.append(hash)
        if let checkpoint, checkpoint.size == tree.size, checkpoint.root != tree.root() {
          throw .damaged(Damage(file: file(.entries), index: index, .root))
        }
        if index >= checkpoint?.size ?? 0, !isStored(hash, stored, position),
          !isSigned(leaves, position, identity)
        {
          throw .damaged(Damage(file: file(.entries), index: index, .signature))
        }
      }
    }
  }
}

extension Recovery {
  /// Computes `hashes`, `nodes` and `control` from the leaves, and writes what is not so.
  mutating func derive(_ trees: LogTrees) throws(StoreError) -> NodeBuilder {
    try trees.checkEntries()
    var builder = NodeBuilder(openBlock: [], peaks: [], blocks: 0)
    let id = trees.head.id
    let files = [LogFile.hashes, .nodes, .control].map { StoreFile.log(id, $0) }
    var ends: [UInt64] = [0, 0, 0]
    var writes: [DiskOperation] = []
    try trees.forEachRun { (first, leaves) throws(StoreError) in
      let hashes = hashes(of: leaves)
      var nodes: [UInt8] = []
      builder.append(hashes, nodes: &nodes)
      let pieces = [hashes, nodes, controls(of: leaves, first: first)]
      for (number, piece) in pieces.enumerated() where !piece.isEmpty {
        let stored = (try? disk.read(files[number], at: ends[number], count: piece.count)) ?? []
        if stored != piece {
          let write = DiskOperation.write(files[number], offset: ends[number], bytes: piece)
          try execute(write)
          writes.append(.write(files[number], offset: ends[number], bytes: []))
          if let found = mismatch(files[number], piece, stored, at: ends[number]) { report(found) }
        }
        ends[number] += UInt64(piece.count)
      }
    }
    dirty.insert(changedBy: writes)
    return builder
  }

  /// The first record that was not as it must be; nil where a report says already that bytes are missing.
  private func mismatch(_ file: StoreFile, _ piece: [UInt8], _ stored: [UInt8], at offset: UInt64)
    -> Damage?
  {
    guard case .log(let id, let name) = file, gaps[id]?[name] == nil else { return nil }
    let byte = zip(piece, stored).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
    let (stride, problem): (Int, Damage.Problem) =
      switch name {
      case .hashes: (Layout.hashBytes, .leafHash)
      case .nodes: (Layout.hashBytes, .node)
      default: (Layout.controlBytes, .control)
      }
    return Damage(file: file, index: (offset + UInt64(byte)) / UInt64(stride), problem)
  }
}

// Spans of locals stay out of throwing functions: the 6.3.1 compiler fails on some of them.

func hashes(of leaves: [UInt8]) -> [UInt8] {
  var hashes: [UInt8] = []
  hashes.reserveCapacity(leaves.count / EntryLayout.leafBytes * Layout.hashBytes)
  for offset in stride(from: 0, to: leaves.count, by: EntryLayout.leafBytes) {
    EntryHeader.leafHash(of: leaves.span, at: offset).append(to: &hashes)
  }
  return hashes
}

func controls(of leaves: [UInt8], first: UInt64) -> [UInt8] {
  var bytes: [UInt8] = []
  for position in 0..<(leaves.count / EntryLayout.leafBytes) {
    let kind = leaves[position * EntryLayout.leafBytes + EntryLayout.kind]
    if kind != EntryKind.record.rawValue {
      ControlEntry(index: first + UInt64(position), kind: kind).append(to: &bytes)
    }
  }
  return bytes
}

private func digest(_ bytes: [UInt8], at offset: Int) -> Digest { Digest(bytes.span, at: offset) }

private func root(_ hashes: [UInt8], _ count: Int) -> Digest {
  NodeBuilder.root(hashes.span, 0, count)
}

private func link(_ leaves: [UInt8], _ position: Int) -> Digest {
  Digest(leaves.span, at: position * EntryLayout.leafBytes + EntryLayout.previous)
}

private func headerHash(_ leaves: [UInt8], _ position: Int) -> Digest {
  EntryHeader.headerHash(of: leaves.span, at: position * EntryLayout.leafBytes)
}

private func leafHash(_ leaves: [UInt8], _ position: Int) -> Digest {
  EntryHeader.leafHash(of: leaves.span, at: position * EntryLayout.leafBytes)
}

private func isStored(_ hash: Digest, _ stored: [UInt8], _ position: Int) -> Bool {
  (position + 1) * Layout.hashBytes <= stored.count
    && Digest(stored.span, at: position * Layout.hashBytes) == hash
}

private func isSigned(_ leaves: [UInt8], _ position: Int, _ identity: LogIdentity) -> Bool {
  identity.verifySignature(leaves: leaves.span, at: position * EntryLayout.leafBytes)
}
