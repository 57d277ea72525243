public import Crypto

/// Leaves that take the place of those with the same headers here: their signatures are others, and
/// the author's checkpoint is over these (Protocols/log.md, LOG-32).
public struct LeafReplacement: Hashable, Sendable {
  /// The log that the leaves are of.
  public let identity: LogIdentity
  /// The index of the first leaf.
  public let first: UInt64
  /// 216 bytes each.
  public let leaves: [UInt8]
  /// Over these leaves: why they count and the stored ones do not.
  public let checkpoint: VerifiedCheckpoint

  /// At least 1.
  public var count: Int { leaves.count / EntryLayout.leafBytes }
  /// The index after the last leaf.
  public var end: UInt64 { first + UInt64(count) }

  /// - Parameters:
  ///   - held: the leaves that are stored in these places.
  ///   - before: the tree of the entries below `first`.
  ///   - consistency: from the size after the leaves to the checkpoint's; empty if equal.
  public init(
    _ identity: LogIdentity, first: UInt64, held: [UInt8], offered: [UInt8],
    before: CompactTree, under checkpoint: VerifiedCheckpoint, consistency: [Digest]
  ) throws(AcceptanceFailure) {
    guard checkpoint.logID == identity.id else { throw .otherLog }
    guard !offered.isEmpty, offered.count == held.count,
      offered.count % EntryLayout.leafBytes == 0, before.size == first
    else { throw .empty }
    let end = first + UInt64(offered.count / EntryLayout.leafBytes)
    guard end <= checkpoint.size else { throw .aboveCheckpoint(size: checkpoint.size) }
    for offset in stride(from: 0, to: offered.count, by: EntryLayout.leafBytes) {
      let header = offset..<(offset + EntryLayout.headerBytes)
      guard offered[header] == held[header] else {
        throw .brokenRule(.previous, index: first + UInt64(offset / EntryLayout.leafBytes))
      }
    }
    let tree = grown(before, by: offered)
    guard
      Tree.verifyConsistency(
        from: end, to: checkpoint.size, fromRoot: tree.root(), toRoot: checkpoint.root,
        proof: consistency)
    else { throw .notUnderCheckpoint }
    self.identity = identity
    self.first = first
    self.leaves = offered
    self.checkpoint = checkpoint
  }
}

// Spans of locals stay out of throwing functions: the 6.3.1 compiler fails on some of them.

private func grown(_ tree: CompactTree, by leaves: [UInt8]) -> CompactTree {
  var tree = tree
  for offset in stride(from: 0, to: leaves.count, by: EntryLayout.leafBytes) {
    tree.append(EntryHeader.leafHash(of: leaves.span, at: offset))
  }
  return tree
}
