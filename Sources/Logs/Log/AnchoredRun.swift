public import Crypto

extension HashedBatch {
  /// True when these leaves stand in the tree of `checkpoint` at their places, by what came with
  /// them alone. Nothing that is stored here is looked at, so that the sender can be held to its
  /// claim (Protocols/sync.md, SYNC-21).
  ///
  /// - Parameters:
  ///   - before: the roots of the complete subtrees below the first leaf, largest first.
  ///   - consistency: from the size after the leaves to the checkpoint's; empty if equal.
  public func isUnder(
    _ checkpoint: VerifiedCheckpoint, before: [Digest], consistency: [Digest]
  ) -> Bool {
    isUnder(checkpoint.root, of: checkpoint.size, before: before, consistency: consistency)
  }

  /// The same for a branch that an opening settled (LOG-40).
  public func isUnder(
    _ branch: SettledBranch, before: [Digest], consistency: [Digest]
  ) -> Bool {
    isUnder(branch.root, of: branch.size, before: before, consistency: consistency)
  }

  private func isUnder(
    _ root: Digest, of size: UInt64, before: [Digest], consistency: [Digest]
  ) -> Bool {
    guard before.count == batch.first.nonzeroBitCount, batch.end <= size else { return false }
    var tree = CompactTree(size: batch.first, nodes: before)
    tree.append(leafHashes: leafHashes)
    return Tree.verifyConsistency(
      from: batch.end, to: size, fromRoot: tree.root(), toRoot: root, proof: consistency)
  }
}

extension LogIdentity {
  /// The first leaf whose own signature does not verify, or that is of another log or index.
  public func firstUnsigned(in batch: EntryBatch) -> Int? {
    for position in 0..<batch.count {
      let leaf = Array(batch.leaf(at: position))
      if indexOfSigned(leaf: leaf) != batch.first + UInt64(position) { return position }
    }
    return nil
  }
}
