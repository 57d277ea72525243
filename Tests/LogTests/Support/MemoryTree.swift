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

/// A tree of which every node was computed once, by the definition.
struct CachedTree: HashReader {
  let leafHashes: [Digest]
  private let levels: [[Digest]]

  init(leafHashes: [Digest]) {
    self.leafHashes = leafHashes
    var levels: [[Digest]] = []
    while 1 << levels.count <= leafHashes.count {
      let width = 1 << levels.count
      levels.append(
        (0..<(leafHashes.count / width)).map {
          MemoryTree.naiveRoot(leafHashes[($0 * width)..<(($0 + 1) * width)])
        })
    }
    self.levels = levels
  }

  func hash(level: Int, index: UInt64) -> Digest { levels[level][Int(index)] }
}
