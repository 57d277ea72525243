public import Crypto

/// A leaf under a valid checkpoint that breaks a rule every leaf keeps, with all that proves it. It
/// freezes the log at its position (Protocols/log.md, 5).
public struct AuthorFault: Error, Hashable, Sendable {
  /// The log whose key is at fault, by the exhibit's own checkpoint.
  public let identity: LogIdentity
  /// The first rule that the leaf breaks.
  public let rule: EntryRule
  /// The faulty leaf under a checkpoint of its author.
  public let exhibit: IncludedLeaf
  /// The leaf before it, for a broken `previous` above 0.
  public let predecessor: Exhibit?

  /// The index that the log is frozen at.
  public var position: UInt64 { exhibit.position }

  /// True when the evidence convinces a stranger. It lacks the predecessor when the faulty leaf is
  /// the first of its batch and the stored leaf before it has a bad signature of its own: the store
  /// then has its inclusion path, and `completed` takes it.
  public var isComplete: Bool { rule != .previous || position == 0 || predecessor != nil }

  /// Verifies the evidence.
  public init(
    identity: LogIdentity, rule: EntryRule, exhibit: IncludedLeaf, predecessor: Exhibit?
  ) throws(ProofError) {
    self.init(unverified: identity, rule: rule, exhibit: exhibit, predecessor: predecessor)
    guard isComplete, (predecessor != nil) == (rule == .previous && position > 0)
    else { throw .malformed }
    try exhibit.verify(identity: identity)
    var previous = Digest.zero
    if let predecessor {
      try predecessor.verify(identity: identity)
      guard predecessor.position == position - 1 else { throw .nothingProven }
      previous = EntryHeader.headerHash(of: predecessor.leaf.span)
    }
    guard
      rule.isBroken(
        by: exhibit.leaf.span, at: 0, position: position, previous: previous,
        logID: identity.id)
    else { throw .nothingProven }
  }

  /// For acceptance, which verified all of it.
  init(
    unverified identity: LogIdentity, rule: EntryRule, exhibit: IncludedLeaf,
    predecessor: Exhibit?
  ) {
    self.identity = identity
    self.rule = rule
    self.exhibit = exhibit
    self.predecessor = predecessor
  }

  /// The same fault with its predecessor's inclusion path in the same checkpoint.
  public func completed(
    predecessorLeaf: [UInt8], path: [Digest]
  ) throws(ProofError) -> AuthorFault {
    guard position > 0 else { throw .malformed }
    let included = IncludedLeaf(
      leaf: predecessorLeaf, position: position - 1, path: path, checkpoint: exhibit.checkpoint)
    return try AuthorFault(
      identity: identity, rule: rule, exhibit: exhibit, predecessor: .included(included))
  }
}

extension EntryRule {
  /// True when the leaf at `offset`, which stands at `position` of its log, breaks this rule.
  /// - Parameter previous: the hash of the header before it, zero at 0; used for `previous` only.
  func isBroken(
    by leaf: Span<UInt8>, at offset: Int, position: UInt64, previous: Digest, logID: LogID
  ) -> Bool {
    switch self {
    case .domain: !leaf.isEqual(to: EntryLayout.domainText, at: offset + EntryLayout.domain)
    case .logID: LogID(leaf, at: offset + EntryLayout.logID) != logID
    case .index: leaf.u64(at: offset + EntryLayout.index) != position
    case .previous: Digest(leaf, at: offset + EntryLayout.previous) != previous
    case .bodyLength: leaf.u32(at: offset + EntryLayout.bodyLength) > EntryLayout.maxBodyBytes
    case .genesis:
      (leaf[offset + EntryLayout.kind] == EntryKind.genesis.rawValue) != (position == 0)
    }
  }
}
