public import Crypto

/// The branch of a log that the opening of the next epoch cites: the root of its first `size`
/// entries. It settles which of two histories is the author's (Protocols/log.md, LOG-39).
public struct SettledBranch: Hashable, Sendable {
  /// At least 1.
  public let size: UInt64
  /// RFC 6962, over the first `size` entries.
  public let root: Digest

  /// Takes what a verified opening cites.
  public init(size: UInt64, root: Digest) {
    self.size = size
    self.root = root
  }
}

extension LogState {
  /// Accepts entries below a settled branch's size, also above a freeze: the log with the batch
  /// appended leads to its root. The key that opened the next epoch vouches for them, as a
  /// checkpoint would; it proves no fault.
  /// - Parameter consistency: from the size after the batch to the branch's; empty if equal.
  /// - Throws: only failures.
  public func accept(
    _ hashed: HashedBatch, settledBy branch: SettledBranch, consistency: [Digest]
  ) throws(Rejection) -> VerifiedBatch {
    let batch = hashed.batch
    do throws(AcceptanceFailure) {
      try checkPlace(of: batch, isSettled: true)
      guard batch.end <= branch.size else { throw .aboveCheckpoint(size: branch.size) }
      var run = LeafRun(state: self, batch: hashed)
      for position in 0..<batch.count {
        if let rule = run.append(position, of: batch.leaves.span) {
          throw AcceptanceFailure.brokenRule(rule, index: batch.first + UInt64(position))
        }
      }
      guard
        Tree.verifyConsistency(
          from: batch.end, to: branch.size, fromRoot: run.tree.root(), toRoot: branch.root,
          proof: consistency)
      else { throw AcceptanceFailure.notUnderCheckpoint }
      try checkBodies(of: hashed)
      return run.verified(signaturesVerified: false, isSettled: true)
    } catch {
      throw .failure(error)
    }
  }
}
