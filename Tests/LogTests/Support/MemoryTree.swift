import Crypto
import Log

/// Leaf hashes in memory; interior nodes are computed from their definition each time.
struct MemoryTree: HashReader {
  var leafHashes: [Digest] = []

  func hash(level: Int, index: UInt64) -> Digest {
    let start = Int(index << level)
    return MemoryTree.naiveRoot(leafHashes[start..<(start + 1 << level)])
  }

  /// RFC 6962, 2.1, word for word.
  static func naiveRoot(_ hashes: ArraySlice<Digest>) -> Digest {
    guard let first = hashes.first else { return SHA256.hash([]) }
    guard hashes.count > 1 else { return first }
    var split = 1
    while split * 2 < hashes.count { split *= 2 }
    return SHA256.node(naiveRoot(hashes.prefix(split)), naiveRoot(hashes.dropFirst(split)))
  }
}
