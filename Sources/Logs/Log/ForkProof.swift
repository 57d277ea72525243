public import Crypto

/// Two statements of one log key that contradict each other, verified (Protocols/log.md, 5). It
/// names the key, not the country.
public struct ForkProof: Hashable, Sendable {
  /// The log that is forked.
  public let identity: LogIdentity
  /// Verified: either statement is the key's own.
  public let evidence: Evidence
  /// The index that it freezes the log at: the entries', or the smaller checkpoint's size.
  public let frozenAt: UInt64

  /// The two statements (Protocols/log.md, 5).
  public enum Evidence: Hashable, Sendable {
    /// Two entries of one index whose headers differ.
    case entries(Exhibit, Exhibit)
    /// Two checkpoints of one size whose roots differ; notes with one signature line each.
    case roots([UInt8], [UInt8])
    /// `proof` shows a prefix of `newer` that has `older`'s size and, as `prefixRoot`, another
    /// root.
    case prefix(older: [UInt8], newer: [UInt8], prefixRoot: Digest, proof: [Digest])
  }

  /// Verifies the evidence.
  public init(identity: LogIdentity, evidence: Evidence) throws(ProofError) {
    self.identity = identity
    self.evidence = evidence
    frozenAt =
      switch evidence {
      case .entries(let a, let b): try ForkProof.verifyEntries(a, b, identity)
      case .roots(let a, let b): try ForkProof.verifyRoots(a, b, identity)
      case .prefix(let older, let newer, let root, let proof):
        try ForkProof.verifyPrefix(older, newer, root, proof, identity)
      }
  }

  private static func verifyEntries(
    _ a: Exhibit, _ b: Exhibit, _ identity: LogIdentity
  ) throws(ProofError) -> UInt64 {
    for exhibit in [a, b] {
      try exhibit.verify(identity: identity)
      let leaf = exhibit.leaf.span
      for rule in [EntryRule.domain, .logID, .index]
      where rule.isBroken(
        by: leaf, at: 0, position: exhibit.position, previous: .zero, logID: identity.id)
      {
        throw .otherLog
      }
    }
    let header = 0..<EntryLayout.headerBytes
    guard a.position == b.position, a.leaf[header] != b.leaf[header] else { throw .nothingProven }
    return a.position
  }

  private static func verifyRoots(
    _ a: [UInt8], _ b: [UInt8], _ identity: LogIdentity
  ) throws(ProofError) -> UInt64 {
    let first = try verifiedCheckpoint(a, identity)
    let second = try verifiedCheckpoint(b, identity)
    guard first.size == second.size, first.root != second.root else { throw .nothingProven }
    return first.size
  }

  private static func verifyPrefix(
    _ older: [UInt8], _ newer: [UInt8], _ prefixRoot: Digest, _ proof: [Digest],
    _ identity: LogIdentity
  ) throws(ProofError) -> UInt64 {
    let older = try verifiedCheckpoint(older, identity)
    let newer = try verifiedCheckpoint(newer, identity)
    guard proof.count <= LogLimits.consistencyProofHashes else { throw .malformed }
    guard older.size < newer.size, prefixRoot != older.root else { throw .nothingProven }
    guard
      Tree.verifyConsistency(
        from: older.size, to: newer.size, fromRoot: prefixRoot, toRoot: newer.root, proof: proof)
    else { throw .consistency }
    return older.size
  }
}
