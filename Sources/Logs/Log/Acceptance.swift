public import Crypto

extension LogState {
  /// Accepts entries one by one: each extends the log and its own signature verifies
  /// (Protocols/log.md, 3.1). Throws only failures: without a checkpoint nothing proves a fault.
  public func accept(_ batch: EntryBatch) throws(Rejection) -> VerifiedBatch {
    do throws(AcceptanceFailure) { try checkPlace(of: batch) } catch { throw .failure(error) }
    return try accept(HashedBatch(batch))
  }

  /// The same for a batch that is hashed already.
  public func accept(_ hashed: HashedBatch) throws(Rejection) -> VerifiedBatch {
    let batch = hashed.batch
    do throws(AcceptanceFailure) {
      try checkPlace(of: batch)
      var run = LeafRun(state: self, batch: hashed)
      for position in 0..<batch.count {
        if let rule = run.append(position, of: batch.leaves.span) {
          throw AcceptanceFailure.brokenRule(rule, index: batch.first + UInt64(position))
        }
        let offset = position * EntryLayout.leafBytes
        guard identity.verifySignature(leaves: batch.leaves.span, at: offset)
        else { throw AcceptanceFailure.signature(index: batch.first + UInt64(position)) }
      }
      try checkBodies(of: hashed)
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
    do throws(AcceptanceFailure) { try checkPlace(of: batch) } catch { throw .failure(error) }
    return try accept(HashedBatch(batch), under: checkpoint, consistency: consistency)
  }

  /// The same for a batch that is hashed already.
  public func accept(
    _ hashed: HashedBatch, under checkpoint: VerifiedCheckpoint, consistency: [Digest]
  ) throws(Rejection) -> VerifiedBatch {
    let batch = hashed.batch
    var run: LeafRun
    var broken: (position: Int, rule: EntryRule)?
    do throws(AcceptanceFailure) {
      try checkPlace(of: batch)
      run = LeafRun(state: self, batch: hashed)
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
        before: tree, leafHashes: hashed.leafHashes, size: checkpoint.size, consistency: consistency
      )
      throw .fault(fault(broken.position, broken.rule, batch, nodes, checkpoint))
    }
    do throws(AcceptanceFailure) {
      try checkBodies(of: hashed)
      return run.verified(signaturesVerified: false)
    } catch {
      throw .failure(error)
    }
  }

  /// - Parameter isSettled: a freeze does not bound the batch, since its branch does.
  func checkPlace(of batch: EntryBatch, isSettled: Bool = false) throws(AcceptanceFailure) {
    guard batch.count > 0 else { throw .empty }
    guard batch.first == size else { throw .notNext(expected: size) }
    if let frozenAt, batch.end > frozenAt, !isSettled { throw .frozen(at: frozenAt) }
  }

  /// Each present body hashes to what its leaf says.
  func checkBodies(of hashed: HashedBatch) throws(AcceptanceFailure) {
    if let position = hashed.wrongBody {
      throw .bodyHash(index: hashed.batch.first + UInt64(position))
    }
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
    } else if rule == .previous, !lastLeaf.isEmpty,
      identity.verifySignature(leaves: lastLeaf.span, at: 0)
    {
      predecessor = .signed(leaf: lastLeaf)
    }
    return AuthorFault(
      unverified: identity, rule: rule, exhibit: included(position), predecessor: predecessor)
  }
}
