import Crypto
import Log

/// The tree of a log in its files, compared with the journal's before anything is signed on it
/// (Protocols/store.md, 7.1).
struct LogTrees: HashReader {
  let disk: any Disk
  let head: HeadRecord
  let identity: LogIdentity

  func file(_ file: LogFile) -> StoreFile { .log(head.id, file) }

  func hash(level: Int, index: UInt64) throws(StoreError) -> Digest {
    guard level < Layout.nodeLevel else {
      let bytes = try disk.readExactly(
        file(.nodes),
        at: NodesLayout.position(level: level, index: index) * UInt64(Layout.hashBytes),
        count: Layout.hashBytes)
      return digest(bytes)
    }
    let count = 1 << level
    let hashes = try disk.readExactly(
      file(.hashes), at: (index << UInt64(level)) * UInt64(Layout.hashBytes),
      count: count * Layout.hashBytes)
    return root(hashes, count)
  }

  /// True when the tree that the nodes make is the journal's, grown by the hashes of what was
  /// replayed since.
  func agree(with builder: NodeBuilder) throws(StoreError) -> Bool {
    let tree = CompactTree(size: head.size, nodes: builder.treeNodes)
    let anchor = head.anchor
    guard anchor.size < head.size else {
      return anchor == TreeAnchor(size: tree.size, root: tree.root())
    }
    var grown = try CompactTree(size: anchor.size, reader: self)
    guard grown.root() == anchor.root else { return false }
    while grown.size < head.size {
      let count = min(head.size - grown.size, UInt64(Limits.readBytes / Layout.hashBytes))
      grown.append(
        leafHashes: try disk.readExactly(
          file(.hashes), at: grown.size * UInt64(Layout.hashBytes),
          count: Int(count) * Layout.hashBytes))
    }
    return grown == tree
  }

  // MARK: Blocks

  var blocks: UInt64 {
    (head.size + UInt64(Layout.blockEntries) - 1) >> UInt64(Layout.nodeLevel)
  }

  /// Blocks of which leaves, hashes or nodes have anything.
  func blocksInFiles() throws(StoreError) -> UInt64 {
    let block = UInt64(Layout.blockEntries)
    var entries: UInt64 = 0
    for (name, stride) in [(LogFile.entries, EntryLayout.leafBytes), (.hashes, Layout.hashBytes)] {
      entries = max(entries, (try size(name) + UInt64(stride) - 1) / UInt64(stride))
    }
    // At most n of 2n nodes are a block's.
    return max((entries + block - 1) / block, try size(.nodes) / UInt64(Layout.hashBytes) + 1)
  }

  private func size(_ name: LogFile) throws(StoreError) -> UInt64 {
    do { return try disk.size(of: file(name)) ?? 0 } catch { throw .disk(error, file(name)) }
  }

  func content(block: UInt64) throws(StoreError) -> BlockContent {
    let first = block << UInt64(Layout.nodeLevel)
    let count = Int(min(head.size - first, UInt64(Layout.blockEntries)))
    return BlockContent(
      first: first,
      leaves: try readPadded(.entries, first, EntryLayout.leafBytes, count),
      stored: try readPadded(.hashes, first, Layout.hashBytes, count))
  }

  func node(block: UInt64) throws(StoreError) -> Digest {
    let position = NodesLayout.position(level: Layout.nodeLevel, index: block)
    return digest(try readPadded(.nodes, position, Layout.hashBytes, 1))
  }

  /// Zeros where the file ends before.
  func readPadded(_ name: LogFile, _ first: UInt64, _ stride: Int, _ count: Int)
    throws(StoreError) -> [UInt8]
  {
    var bytes: [UInt8] = []
    do {
      bytes = try disk.read(file(name), at: first * UInt64(stride), count: count * stride)
    } catch {
      guard error == .notFound else { throw .disk(error, file(name)) }
    }
    bytes.append(contentsOf: repeatElement(0, count: count * stride - bytes.count))
    return bytes
  }

  /// The leaf hashes that a block may have, the likeliest first.
  /// - Returns: the first that is right.
  func hashes(of content: BlockContent, where isRight: ([UInt8]) -> Bool) -> [UInt8]? {
    if isRight(content.stored) { return content.stored }
    if content.stored == content.computed { return nil }
    if isRight(content.computed) { return content.computed }
    let signed = content.signed(by: identity)
    return isRight(signed) ? signed : nil
  }
}

extension BlockContent {
  /// `stored`, but for leaves that are the author's, signed and in their place: those are right,
  /// whatever `hashes` says.
  func signed(by identity: LogIdentity) -> [UInt8] {
    stored(replacedBy: { isSigned(self, $0, identity) ? computedHash(self, $0) : nil })
  }
}

// Spans of locals stay out of throwing functions: the 6.3.1 compiler fails on some of them.

func computedHashes(of leaves: [UInt8]) -> [UInt8] {
  EntryHeader.leafHashes(of: leaves.span)
}

func controls(of leaves: [UInt8], first: UInt64) -> [UInt8] {
  var bytes: [UInt8] = []
  for position in 0..<(leaves.count / EntryLayout.leafBytes) {
    let kind = leaves[position * EntryLayout.leafBytes + EntryLayout.kind]
    if EntryKind.isControl(kind) {
      ControlEntry(index: first + UInt64(position), kind: kind).append(to: &bytes)
    }
  }
  return bytes
}

private func digest(_ bytes: [UInt8]) -> Digest { Digest(bytes.span, at: 0) }

private func root(_ hashes: [UInt8], _ count: Int) -> Digest {
  NodeBuilder.root(hashes.span, 0, count)
}

private func computedHash(_ content: BlockContent, _ position: Int) -> Digest {
  Digest(content.computed.span, at: position * Layout.hashBytes)
}

private func isSigned(_ content: BlockContent, _ position: Int, _ identity: LogIdentity) -> Bool {
  let offset = position * EntryLayout.leafBytes
  let header = EntryHeader(parsing: content.leaves.span, at: offset)
  return header.logID == identity.id && header.index == content.first + UInt64(position)
    && identity.verifySignature(leaves: content.leaves.span, at: offset)
}
