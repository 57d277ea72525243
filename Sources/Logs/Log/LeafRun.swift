internal import Crypto

/// A run of leaves checked one after the other, in one pass over one array, and the tree that they
/// make.
struct LeafRun {
  let state: LogState
  let hashed: HashedBatch
  let tree: CompactTree
  private var previous: Digest
  private var defects: [Defect] = []

  init(state: LogState, batch: HashedBatch) {
    self.state = state
    hashed = batch
    tree = batch.tree(extending: state)
    previous = state.lastHeaderHash
  }

  private var batch: EntryBatch { hashed.batch }

  /// Checks the leaf at `position`. The leaves are the batch's, lent by the caller: a span of an
  /// own property would keep this type from changing.
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
    previous = hashed.headerHash(at: position)
    appendDefects(leaves, offset, index)
    return broken
  }

  private mutating func appendDefects(_ leaves: Span<UInt8>, _ offset: Int, _ index: UInt64) {
    let kind = EntryKind(rawValue: leaves[offset + EntryLayout.kind])
    let suite = EntrySuite(rawValue: leaves[offset + EntryLayout.suite])
    if let suite, !suite.isSealedToAudience,
      AudienceTag(leaves, at: offset + EntryLayout.audienceTag) != .zero
    {
      defects.append(Defect(index: index, kind: .tag))
    }
    guard let kind else { return }
    if !kind.mayExpire, leaves.u16(at: offset + EntryLayout.expiry) != 0 {
      defects.append(Defect(index: index, kind: .expiry))
    }
    if let suite, !kind.has(suite) { defects.append(Defect(index: index, kind: .suite)) }
  }

  func verified(signaturesVerified: Bool, isSettled: Bool = false) -> VerifiedBatch {
    var after = state
    after.tree = tree
    after.head = LogHead(size: tree.size, leafHash: hashed.leafHash(at: batch.count - 1))
    after.lastHeaderHash = previous
    after.lastLeaf = Array(batch.leaf(at: batch.count - 1))
    let bodies = state.identity.bodyDefects(in: batch)
    return VerifiedBatch(
      batch: batch, leafHashes: hashed.leafHashes, before: state, after: after,
      signaturesVerified: signaturesVerified, isSettled: isSettled, defects: defects + bodies)
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
