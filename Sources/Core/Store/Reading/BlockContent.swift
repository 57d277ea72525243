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
