public import Crypto

/// A leaf that its author cannot deny: signed by itself, or under a checkpoint
/// (Protocols/log.md, 5).
public enum Exhibit: Hashable, Sendable {
  /// 216 bytes whose own signature verifies.
  case signed(leaf: [UInt8])
  case included(IncludedLeaf)

  /// 216 bytes.
  public var leaf: [UInt8] {
    switch self {
    case .signed(let leaf): leaf
    case .included(let included): included.leaf
    }
  }

  /// Where the leaf stands in its log: by its own word if it is signed, by its path if included.
  public var position: UInt64 {
    switch self {
    case .signed(let leaf): leaf.span.u64(at: EntryLayout.index)
    case .included(let included): included.position
    }
  }

  /// - Throws: unless `identity` signed the leaf, or a checkpoint that the leaf's path leads to.
  public func verify(identity: LogIdentity) throws(ProofError) {
    switch self {
    case .signed(let leaf):
      guard leaf.count == EntryLayout.leafBytes else { throw .malformed }
      guard leaf.span.isEqual(to: EntryLayout.domainText, at: EntryLayout.domain),
        LogID(leaf.span, at: EntryLayout.logID) == identity.id
      else { throw .otherLog }
      guard identity.verifySignature(leaves: leaf.span, at: 0) else { throw .signature }
    case .included(let included):
      try included.verify(identity: identity)
    }
  }
}

/// A leaf, its inclusion path, and the checkpoint that the path leads to.
public struct IncludedLeaf: Hashable, Sendable {
  /// 216 bytes.
  public let leaf: [UInt8]
  /// Its place in the tree; a faulty leaf may say another.
  public let position: UInt64
  /// The siblings of the leaf and of the nodes above it, from below: at most 63.
  public let path: [Digest]
  /// The checkpoint, as `VerifiedCheckpoint.note`.
  public let checkpoint: [UInt8]

  /// Checks nothing: `Exhibit.verify` does.
  public init(leaf: [UInt8], position: UInt64, path: [Digest], checkpoint: [UInt8]) {
    self.leaf = leaf
    self.position = position
    self.path = path
    self.checkpoint = checkpoint
  }

  func verify(identity: LogIdentity) throws(ProofError) {
    guard leaf.count == EntryLayout.leafBytes, path.count <= LogLimits.inclusionPathHashes
    else { throw .malformed }
    let checkpoint = try verifiedCheckpoint(self.checkpoint, identity)
    guard
      Tree.verifyInclusion(
        leafHash: EntryHeader.leafHash(of: leaf.span), index: position, size: checkpoint.size,
        path: path, root: checkpoint.root)
    else { throw .path }
  }
}

/// A checkpoint in evidence: the log's signature line and no other, so that a proof has one
/// encoding.
func verifiedCheckpoint(
  _ note: [UInt8], _ identity: LogIdentity
) throws(ProofError) -> VerifiedCheckpoint {
  guard note.count <= LogLimits.checkpointBytes else { throw .malformed }
  let checkpoint: VerifiedCheckpoint
  do {
    checkpoint = try VerifiedCheckpoint.verify(note: note, identity: identity)
  } catch {
    throw .checkpoint(error)
  }
  guard checkpoint.note == note else { throw .malformed }
  return checkpoint
}

/// Why evidence proves nothing. It is dropped and counted against its sender.
public enum ProofError: Error, Hashable, Sendable {
  /// Not the encoding of a proof, or a length beyond its limit.
  case malformed
  /// A leaf of another log.
  case otherLog
  /// A leaf whose own signature does not verify.
  case signature
  case checkpoint(NoteError)
  /// An inclusion path that does not lead to the checkpoint's root.
  case path
  /// A consistency proof that does not verify.
  case consistency
  /// All is valid, and nothing contradicts anything.
  case nothingProven
}
