import Crypto
import Log

// Blocks of 256 entries, and which of leaves, hashes and nodes is right (Protocols/store.md, 7.3).
extension LogFiles {
  /// The part of a block that is in log files; nil if none is.
  func content(block: UInt64) -> BlockContent? {
    let first = block << UInt64(Layout.nodeLevel)
    guard first < log.written.size else { return nil }
    let end = min(log.written.size, first + UInt64(Layout.blockEntries))
    return BlockContent(
      first: first, leaves: padded(.entries, first..<end), stored: padded(.hashes, first..<end))
  }

  /// The leaf hashes of a block as the tree has them: those in memory of the block that is not
  /// complete; those on which leaves and hashes agree to the last; else what hashes to the block's
  /// node.
  /// - Parameter offered: what is tried where leaf and hash disagree.
  /// - Returns: nil if nothing does.
  func trustedHashes(
    _ content: BlockContent, offered: (Int) -> Digest? = { _ in nil }
  ) -> [UInt8]? {
    let blockEnd = content.first + UInt64(Layout.blockEntries)
    guard blockEnd <= log.state.size else {
      return Array(log.nodes.openBlock.prefix(content.count * Layout.hashBytes))
    }
    if content.stored == content.computed { return content.stored }
    guard let behind = try? leafHashes(content.end..<blockEnd) else { return nil }
    let block = content.first >> UInt64(Layout.nodeLevel)
    for hashes in [content.stored, content.computed, content.stored(replacedBy: offered)]
    where isNode(level: Layout.nodeLevel, index: block, blockRoot(hashes + behind)) {
      return hashes
    }
    return nil
  }

  /// True when `hash` is that of the subtree: `nodes` says so or, should it be damaged there, the
  /// tree in memory, to which it leads with the nodes beside the way.
  func isNode(level: Int, index: UInt64, _ hash: Digest) -> Bool {
    if let stored = try? self.hash(level: level, index: index), stored == hash { return true }
    var (level, index, node) = (level, index, hash)
    while true {
      if let peak = log.nodes.peak(level: level, index: index) { return peak == node }
      guard let beside = try? self.hash(level: level, index: index ^ 1) else { return false }
      node = index & 1 == 0 ? SHA256.node(node, beside) : SHA256.node(beside, node)
      level += 1
      index >>= 1
    }
  }
}
