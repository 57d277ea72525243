import Crypto
import Log

/// One block of at most 256 entries as `entries` and `hashes` have it. Bytes that they lack read as
/// zeros.
struct BlockContent {
  let first: UInt64
  /// 216 bytes an entry.
  let leaves: [UInt8]
  /// The hashes of `leaves`, 32 bytes each.
  let computed: [UInt8]
  /// The hashes that `hashes` has.
  let stored: [UInt8]

  init(first: UInt64, leaves: [UInt8], stored: [UInt8]) {
    self.first = first
    self.leaves = leaves
    self.stored = stored
    computed = computedHashes(of: leaves)
  }

  var count: Int { leaves.count / EntryLayout.leafBytes }
  var end: UInt64 { first + UInt64(count) }

  /// True when leaf and hash agree: no one damage makes the two files agree on anything else.
  func agrees(_ position: Int) -> Bool {
    let range = BlockContent.hashRange(position)
    return computed[range] == stored[range]
  }

  func leaf(_ position: Int) -> ArraySlice<UInt8> {
    let start = position * EntryLayout.leafBytes
    return leaves[start..<(start + EntryLayout.leafBytes)]
  }

  /// `stored`, with other hashes where leaf and hash disagree.
  func stored(replacedBy offered: (Int) -> Digest?) -> [UInt8] {
    var hashes = stored
    for position in 0..<count where !agrees(position) {
      guard let hash = offered(position) else { continue }
      hashes.replaceSubrange(BlockContent.hashRange(position), with: hash.array)
    }
    return hashes
  }

  static func hashRange(_ position: Int) -> Range<Int> {
    (position * Layout.hashBytes)..<((position + 1) * Layout.hashBytes)
  }
}

extension Store {
  /// The part of a block that is in log files; nil if none is.
  func content(_ log: StoredLog, block: UInt64) -> BlockContent? {
    let first = block << UInt64(Layout.nodeLevel)
    guard first < log.written.size else { return nil }
    let count = Int(min(log.written.size - first, UInt64(Layout.blockEntries)))
    return BlockContent(
      first: first,
      leaves: readPadded(
        .log(log.id, .entries), at: first * UInt64(EntryLayout.leafBytes),
        count: count * EntryLayout.leafBytes),
      stored: readPadded(
        .log(log.id, .hashes), at: first * UInt64(Layout.hashBytes),
        count: count * Layout.hashBytes))
  }

  /// The leaf hashes of a block as the tree has them: those in memory of the block that is not
  /// complete; those on which leaves and hashes agree to the last; else what hashes to the block's
  /// node.
  /// - Parameter offered: what is tried where leaf and hash disagree.
  /// - Returns: nil if nothing does.
  func trustedHashes(
    _ log: StoredLog, _ content: BlockContent, offered: (Int) -> Digest? = { _ in nil }
  ) -> [UInt8]? {
    let blockEnd = content.first + UInt64(Layout.blockEntries)
    guard blockEnd <= log.state.size else {
      return Array(log.nodes.openBlock.prefix(content.count * Layout.hashBytes))
    }
    if content.stored == content.computed { return content.stored }
    guard let behind = try? leafHashes(log, content.end..<blockEnd) else { return nil }
    let block = content.first >> UInt64(Layout.nodeLevel)
    for hashes in [content.stored, content.computed, content.stored(replacedBy: offered)]
    where isNode(log, level: Layout.nodeLevel, index: block, blockRoot(hashes + behind)) {
      return hashes
    }
    return nil
  }

  /// True when `hash` is that of the subtree: `nodes` says so or, should it be damaged there, the
  /// tree in memory, to which it leads with the nodes beside the way.
  func isNode(_ log: StoredLog, level: Int, index: UInt64, _ hash: Digest) -> Bool {
    let reader = LogHashReader(store: self, log: log)
    if let stored = try? reader.hash(level: level, index: index), stored == hash { return true }
    var (level, index, node) = (level, index, hash)
    while true {
      if let peak = log.nodes.peak(level: level, index: index) { return peak == node }
      guard let beside = try? reader.hash(level: level, index: index ^ 1) else { return false }
      node = index & 1 == 0 ? SHA256.node(node, beside) : SHA256.node(beside, node)
      level += 1
      index >>= 1
    }
  }

  /// Zeros where the file ends before, or the disk gives nothing.
  func readPadded(_ file: StoreFile, at offset: UInt64, count: Int) -> [UInt8] {
    var bytes = readWhatThereIs(file, at: offset, count: count)
    if bytes.count < count {
      bytes.append(contentsOf: repeatElement(0, count: count - bytes.count))
    }
    return bytes
  }
}

extension NodeBuilder {
  /// The root of a complete subtree that no larger one holds yet; nil if this is not one of them.
  func peak(level: Int, index: UInt64) -> Digest? {
    let height = UInt64(level - Layout.nodeLevel)
    guard blocks >> height & 1 == 1, blocks >> height == index + 1 else { return nil }
    // The larger ones come first.
    return peaks[(blocks >> (height + 1)).nonzeroBitCount]
  }
}

func blockRoot(_ hashes: [UInt8]) -> Digest {
  NodeBuilder.root(hashes.span, 0, Layout.blockEntries)
}
