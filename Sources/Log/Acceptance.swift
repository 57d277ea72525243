public import Crypto

extension LogState {
  /// Accepts entries one by one: each extends the log and its own signature verifies
  /// (Protocols/log.md, 3.1). Throws only failures: without a checkpoint nothing proves a fault.
  public func accept(_ batch: EntryBatch) throws(Rejection) -> VerifiedBatch {
    do throws(AcceptanceFailure) {
      try checkPlace(of: batch)
      var run = LeafRun(state: self, batch: batch)
      for position in 0..<batch.count {
        if let rule = run.append(position, of: batch.leaves.span) {
          throw AcceptanceFailure.brokenRule(rule, index: batch.first + UInt64(position))
        }
        let offset = position * EntryLayout.leafBytes
        guard identity.verifySignature(leaves: batch.leaves.span, at: offset)
        else { throw AcceptanceFailure.signature(index: batch.first + UInt64(position)) }
      }
      try batch.checkBodies()
      return run.verified(signaturesVerified: true)
    } catch {
      throw .failure(error)
    }
  }

  /// Accepts entries in bulk under a signed checkpoint (Protocols/log.md, 3.2): the log with the
  /// batch appended is a prefix of the checkpoint's tree.
  /// - Parameter consistency: from the size after the batch to the checkpoint's; empty if equal.
  /// - Throws: `.fault`, with evidence, for a leaf that is under the checkpoint and breaks a rule.
  public func accept(
    _ batch: EntryBatch, under checkpoint: VerifiedCheckpoint, consistency: [Digest]
  ) throws(Rejection) -> VerifiedBatch {
    var run = LeafRun(state: self, batch: batch)
    var broken: (position: Int, rule: EntryRule)?
    do throws(AcceptanceFailure) {
      try checkPlace(of: batch)
      guard checkpoint.logID == identity.id else { throw AcceptanceFailure.otherLog }
      guard batch.end <= checkpoint.size
      else { throw AcceptanceFailure.aboveCheckpoint(size: checkpoint.size) }
      for position in 0..<batch.count {
        if let rule = run.append(position, of: batch.leaves.span), broken == nil {
          broken = (position, rule)
        }
      }
      guard
        Tree.verifyConsistency(
          from: batch.end, to: checkpoint.size, fromRoot: run.tree.root(),
          toRoot: checkpoint.root, proof: consistency)
      else { throw AcceptanceFailure.notUnderCheckpoint }
    } catch {
      throw .failure(error)
    }
    if let broken {
      let nodes = AnchoredNodes(
        before: tree, leafHashes: run.leafHashes, size: checkpoint.size, consistency: consistency)
      throw .fault(fault(broken.position, broken.rule, batch, nodes, checkpoint))
    }
    do throws(AcceptanceFailure) {
      try batch.checkBodies()
      return run.verified(signaturesVerified: false)
    } catch {
      throw .failure(error)
    }
  }

  private func checkPlace(of batch: EntryBatch) throws(AcceptanceFailure) {
    guard batch.count > 0 else { throw .empty }
    guard batch.first == size else { throw .notNext(expected: size) }
    if let frozenAt, batch.end > frozenAt { throw .frozen(at: frozenAt) }
  }

  private func fault(
    _ position: Int, _ rule: EntryRule, _ batch: EntryBatch, _ nodes: AnchoredNodes,
    _ checkpoint: VerifiedCheckpoint
  ) -> AuthorFault {
    func included(_ position: Int) -> IncludedLeaf {
      let index = batch.first + UInt64(position)
      return IncludedLeaf(
        leaf: Array(batch.leaf(at: position)), position: index, path: nodes.path(of: index),
        checkpoint: checkpoint.note)
    }
    var predecessor: Exhibit?
    if rule == .previous, position > 0 {
      predecessor = .included(included(position - 1))
    } else if rule == .previous, size > 0,
      identity.verifySignature(leaves: lastLeaf.span, at: 0)
    {
      predecessor = .signed(leaf: lastLeaf)
    }
    return AuthorFault(
      unverified: identity, rule: rule, exhibit: included(position), predecessor: predecessor)
  }
}

/// A run of leaves hashed and checked one after the other, in one pass over one array.
struct LeafRun {
  let state: LogState
  let batch: EntryBatch
  private(set) var tree: CompactTree
  private(set) var leafHashes: [UInt8] = []
  private var previous: Digest
  private var leafHash: Digest
  private var defects: [Defect] = []

  init(state: LogState, batch: EntryBatch) {
    self.state = state
    self.batch = batch
    tree = state.tree
    previous = state.lastHeaderHash
    leafHash = state.head.leafHash
    leafHashes.reserveCapacity(batch.count * 32)
  }

  /// Hashes the leaf at `position` into the tree. The leaves are the batch's, lent by the caller:
  /// a span of an own property would keep this type from changing.
  /// - Returns: the first rule that it breaks.
  mutating func append(_ position: Int, of leaves: Span<UInt8>) -> EntryRule? {
    let offset = position * EntryLayout.leafBytes
    let index = batch.first + UInt64(position)
    var broken: EntryRule?
    if EntryRule.domain.isBroken(leaves, offset, index, previous, state) {
      broken = .domain
    } else if EntryRule.logID.isBroken(leaves, offset, index, previous, state) {
      broken = .logID
    } else if EntryRule.index.isBroken(leaves, offset, index, previous, state) {
      broken = .index
    } else if EntryRule.previous.isBroken(leaves, offset, index, previous, state) {
      broken = .previous
    } else if EntryRule.bodyLength.isBroken(leaves, offset, index, previous, state) {
      broken = .bodyLength
    } else if EntryRule.genesis.isBroken(leaves, offset, index, previous, state) {
      broken = .genesis
    }
    previous = EntryHeader.headerHash(of: leaves, at: offset)
    leafHash = EntryHeader.leafHash(of: leaves, at: offset)
    leafHash.append(to: &leafHashes)
    tree.append(leafHash)
    appendDefects(leaves, offset, index)
    return broken
  }

  private mutating func appendDefects(_ leaves: Span<UInt8>, _ offset: Int, _ index: UInt64) {
    let kind = EntryKind(rawValue: leaves[offset + EntryLayout.kind])
    let suite = EntrySuite(rawValue: leaves[offset + EntryLayout.suite])
    if suite == .plain || suite == .grant,
      AudienceTag(leaves, at: offset + EntryLayout.audienceTag) != .zero
    {
      defects.append(Defect(index: index, kind: .tag))
    }
    guard let kind else { return }
    if kind != .record, leaves.u16(at: offset + EntryLayout.expiry) != 0 {
      defects.append(Defect(index: index, kind: .expiry))
    }
    if let suite, suite != kind.suite { defects.append(Defect(index: index, kind: .suite)) }
  }

  func verified(signaturesVerified: Bool) -> VerifiedBatch {
    var after = state
    after.tree = tree
    after.head = LogHead(size: tree.size, leafHash: leafHash)
    after.lastHeaderHash = previous
    after.lastLeaf = Array(batch.leaf(at: batch.count - 1))
    let bodies = state.identity.bodyDefects(in: batch)
    return VerifiedBatch(
      batch: batch, leafHashes: leafHashes, before: state, after: after,
      signaturesVerified: signaturesVerified, defects: defects + bodies)
  }
}

extension EntryRule {
  fileprivate func isBroken(
    _ leaves: Span<UInt8>, _ offset: Int, _ index: UInt64, _ previous: Digest, _ state: LogState
  ) -> Bool {
    isBroken(
      by: leaves, at: offset, position: index, previous: previous, logID: state.identity.id)
  }
}

extension EntryBatch {
  /// Each present body hashes to what its leaf says.
  fileprivate func checkBodies() throws(AcceptanceFailure) {
    var offset = 0
    for position in 0..<count where bodyState(at: position) == .present {
      let length = claimedBodyBytes(at: position)
      let hash = Digest(
        leaves.span, at: position * EntryLayout.leafBytes + EntryLayout.bodyHash)
      guard SHA256.hash(bodies.span.extracting(offset..<(offset + length))) == hash
      else { throw .bodyHash(index: first + UInt64(position)) }
      offset += length
    }
  }
}
