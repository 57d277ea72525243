internal import Crypto

/// The nodes of a checkpoint's tree that follow from a stored prefix in compact form, the leaves of
/// a batch behind it, and the consistency proof for the rest: enough for each leaf's inclusion
/// path.
struct AnchoredNodes {
  private let first: UInt64
  private let size: UInt64
  private let leafHashes: [UInt8]
  private var known: [(range: Range<UInt64>, hash: Digest)] = []

  /// - Precondition: the consistency proof was verified.
  init(before: CompactTree, leafHashes: [UInt8], size: UInt64, consistency: [Digest]) {
    first = before.size
    self.size = size
    self.leafHashes = leafHashes
    var start: UInt64 = 0
    var nodes = before.nodes[...]
    for level in stride(from: 63, through: 0, by: -1) where before.size >> level & 1 == 1 {
      guard let node = nodes.popFirst() else { break }
      known.append((start..<(start + 1 << level), node))
      start += 1 << level
    }
    let end = first + UInt64(leafHashes.count / 32)
    for (range, hash) in zip(Tree.consistencyRanges(from: end, to: size), consistency) {
      known.append((range, hash))
    }
  }

  /// The inclusion path of a leaf of the batch.
  func path(of index: UInt64) -> [Digest] {
    var path: [Digest] = []
    var range = 0..<size
    while range.upperBound - range.lowerBound > 1 {
      let middle = range.lowerBound + Tree.split(range.upperBound - range.lowerBound)
      let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
      path.append(hash(of: index < middle ? right : left))
      range = index < middle ? left : right
    }
    return path.reversed()
  }

  private func hash(of range: Range<UInt64>) -> Digest {
    if let node = known.first(where: { $0.range == range }) { return node.hash }
    let count = range.upperBound - range.lowerBound
    if count == 1 { return Digest(leafHashes.span, at: Int(range.lowerBound - first) * 32) }
    let middle = range.lowerBound + Tree.split(count)
    return SHA256.node(
      hash(of: range.lowerBound..<middle), hash(of: middle..<range.upperBound))
  }
}
