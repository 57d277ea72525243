public import Crypto

/// An RFC 6962 tree reduced to the roots of its complete subtrees, largest first: all that
/// appending and the root need, at most 63 hashes (Protocols/log.md, 1).
public struct CompactTree: Hashable, Sendable {
  /// The number of leaves.
  public private(set) var size: UInt64
  /// One for each bit set in `size`, the highest first.
  public private(set) var nodes: [Digest]

  /// No leaves: its root is SHA-256 of nothing.
  public static let empty = CompactTree(size: 0, nodes: [])

  /// - Precondition: as many nodes as `size` has bits set.
  public init(size: UInt64, nodes: [Digest]) {
    precondition(nodes.count == size.nonzeroBitCount, "one node for each bit of the size")
    self.size = size
    self.nodes = nodes
  }

  /// The compact form of the first `size` leaves that `reader` knows.
  public init<Reader: HashReader>(size: UInt64, reader: Reader) throws(Reader.Failure) {
    var nodes: [Digest] = []
    var start: UInt64 = 0
    for level in stride(from: 63, through: 0, by: -1) where size >> level & 1 == 1 {
      nodes.append(try reader.hash(level: level, index: start >> level))
      start += 1 << level
    }
    self.init(size: size, nodes: nodes)
  }

  /// Appends one leaf by its leaf hash (`SHA256.leaf`), not by its bytes.
  public mutating func append(_ leafHash: Digest) { append(subtree: leafHash, level: 0) }

  /// Appends hashes of 32 bytes each, whole subtrees at a time.
  public mutating func append(leafHashes hashes: [UInt8]) {
    let count = hashes.count / 32
    var start = 0
    while start < count {
      let most = UInt64.bitWidth - 1 - UInt64(count - start).leadingZeroBitCount
      let level = min(most, size.trailingZeroBitCount)
      append(subtree: SHA256.root(of: hashes.span, start: start, count: 1 << level), level: level)
      start += 1 << level
    }
  }

  /// - Precondition: the size is a multiple of `1 << level`.
  private mutating func append(subtree root: Digest, level: Int) {
    var node = root
    var bits = size >> UInt64(level)
    while bits & 1 == 1 {
      node = SHA256.node(nodes.removeLast(), node)
      bits >>= 1
    }
    nodes.append(node)
    size += 1 << UInt64(level)
  }

  /// SHA-256 of nothing for an empty tree (RFC 6962, 2.1).
  public func root() -> Digest {
    guard var root = nodes.last else { return SHA256.hash([]) }
    for node in nodes.dropLast().reversed() { root = SHA256.node(node, root) }
    return root
  }
}
