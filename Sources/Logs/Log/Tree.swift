public import Crypto

/// Gives the hashes of complete subtrees of a stored tree.
public protocol HashReader {
  associatedtype Failure: Error
  /// The hash over the leaves `index << level ..< (index + 1) << level`; level 0 is a leaf hash.
  func hash(level: Int, index: UInt64) throws(Failure) -> Digest
}

/// RFC 6962 trees: roots, proofs, and their verification (Protocols/log.md, 1 and 2).
public enum Tree {
  /// The root of the first `size` leaves.
  public static func root<Reader: HashReader>(
    size: UInt64, reader: Reader
  ) throws(Reader.Failure) -> Digest {
    guard size > 0 else { return SHA256.hash([]) }
    return try hash(of: 0..<size, reader)
  }

  /// The path of leaf `index` in the tree of the first `size` leaves (RFC 6962, 2.1.1).
  /// - Precondition: `index < size`.
  public static func inclusionProof<Reader: HashReader>(
    index: UInt64, size: UInt64, reader: Reader
  ) throws(Reader.Failure) -> [Digest] {
    precondition(index < size, "no such leaf")
    var path: [Digest] = []
    var range = 0..<size
    while range.count > 1 {
      let middle = range.lowerBound + split(range.upperBound - range.lowerBound)
      let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
      path.append(try hash(of: index < middle ? right : left, reader))
      range = index < middle ? left : right
    }
    return path.reversed()
  }

  /// The proof that the first `from` leaves are a prefix of the first `to` (RFC 6962, 2.1.2).
  /// Empty if the sizes are equal or `from` is 0.
  /// - Precondition: `from <= to`.
  public static func consistencyProof<Reader: HashReader>(
    from: UInt64, to: UInt64, reader: Reader
  ) throws(Reader.Failure) -> [Digest] {
    var proof: [Digest] = []
    for range in consistencyRanges(from: from, to: to) {
      proof.append(try hash(of: range, reader))
    }
    return proof
  }

  /// The ranges of leaves whose hashes a consistency proof consists of, in its order.
  static func consistencyRanges(from: UInt64, to: UInt64) -> [Range<UInt64>] {
    precondition(from <= to, "a prefix is not longer than the whole")
    guard from > 0, from < to else { return [] }
    var ranges: [Range<UInt64>] = []
    var range = 0..<to
    while range.upperBound != from {
      let middle = range.lowerBound + split(range.upperBound - range.lowerBound)
      if from <= middle {
        ranges.append(middle..<range.upperBound)
        range = range.lowerBound..<middle
      } else {
        ranges.append(range.lowerBound..<middle)
        range = middle..<range.upperBound
      }
    }
    if range.lowerBound > 0 { ranges.append(range) }
    return ranges.reversed()
  }

  /// The largest power of two below `count`, where RFC 6962 splits. `count` is at least 2.
  static func split(_ count: UInt64) -> UInt64 { 1 << (63 - (count - 1).leadingZeroBitCount) }

  /// The hash of a range of leaves that is a subtree of some RFC 6962 tree.
  static func hash<Reader: HashReader>(
    of range: Range<UInt64>, _ reader: Reader
  ) throws(Reader.Failure) -> Digest {
    let count = range.upperBound - range.lowerBound
    if count.nonzeroBitCount == 1 {
      let level = count.trailingZeroBitCount
      return try reader.hash(level: level, index: range.lowerBound >> level)
    }
    let middle = range.lowerBound + split(count)
    let left = try hash(of: range.lowerBound..<middle, reader)
    return SHA256.node(left, try hash(of: middle..<range.upperBound, reader))
  }
}
