public import Log

// The part of a log that stands, and on which branch: Protocols/log.md, LOG-38 and 39.
extension Replicator {
  /// Entries of the log that change something beyond themselves count below this index: none that
  /// is late, and none at a freeze or above it, but on the settled branch. Decided by what is held
  /// of the log and of the epoch after it, and not by when it came.
  public func standsBelow(_ log: LogID) -> UInt64 {
    guard let progress = logs[log] else { return .max }
    let end = epochs.endsAt(log) ?? .max
    if progress.isOnSettledBranch == true { return end }
    return min(progress.accepted.frozenAt ?? .max, end)
  }

  /// True when the entry stands at a freeze or above it, on a branch that no opening settled.
  public func isDisputed(_ log: LogID, at index: UInt64) -> Bool {
    guard let frozenAt = logs[log]?.accepted.frozenAt, index >= frozenAt else { return false }
    guard logs[log]?.isOnSettledBranch == true, let branch = epochs.settledBranch(of: log) else {
      return true
    }
    return index >= branch.size
  }

  /// The index from which entries are disputed; nil: none is.
  public func disputedFrom(_ log: LogID) -> UInt64? {
    guard let frozenAt = logs[log]?.accepted.frozenAt else { return nil }
    guard logs[log]?.isOnSettledBranch == true, let branch = epochs.settledBranch(of: log) else {
      return frozenAt
    }
    return max(frozenAt, branch.size)
  }

  /// Looks again whether this is the settled branch: what is held, or what is known of the epoch
  /// after it, changed.
  mutating func compareBranch(of log: LogID) {
    guard epochs.successors[log] != nil || logs[held: log].isOnSettledBranch != nil else { return }
    var isOnBranch: Bool?
    if let branch = epochs.settledBranch(of: log) {
      if branch.size > logs[held: log].durable.size {
        isOnBranch = logs[held: log].missedBranch == branch ? false : nil
      } else if let root = try? reader.root(log, size: branch.size) {
        isOnBranch = root == branch.root
      }
    }
    guard isOnBranch != logs[held: log].isOnSettledBranch else { return }
    logs[held: log].isOnSettledBranch = isOnBranch
    standingChanged()
  }

  /// Whole leaves that lead to the branch's root from another tree than the one here: what is here
  /// is not the beginning of that branch, and it is not asked for any more.
  mutating func compareBranch(of log: LogID, with chunk: Chunk, _ batch: HashedBatch) {
    guard chunk.isFull, let branch = epochs.settledBranch(of: log),
      branch.size == chunk.checkpointSize,
      batch.isUnder(branch, before: chunk.before, consistency: chunk.proof),
      chunk.first <= logs[held: log].durable.size,
      let own = try? reader.tree(log, size: chunk.first), own.nodes != chunk.before
    else { return }
    logs[held: log].missedBranch = branch
    compareBranch(of: log)
    endPull(beyondCeilingOf: log)
  }

  /// Freezes, or what follows an epoch, changed in this step.
  mutating func compareBranches() {
    guard comparedChanges != standingChanges else { return }
    for log in epochs.ended where logs[log] != nil {
      compareBranch(of: log)
      wantSettled(log)
    }
    comparedChanges = standingChanges
  }

  /// More may be wanted above a freeze than before.
  private mutating func wantSettled(_ log: LogID) {
    guard let branch = epochs.settledBranch(of: log),
      let frozenAt = logs[held: log].accepted.frozenAt,
      frozenAt < branch.size, logs[held: log].accepted.size < branch.size
    else { return }
    logs[held: log].pullDueAt = 0
  }

  /// The branch that vouches for a chunk in the place of a checkpoint: above a freeze nothing else
  /// does.
  func branch(for early: ReceivedChunk, _ log: LogID) -> SettledBranch? {
    guard let branch = epochs.settledBranch(of: log), early.chunk.checkpointSize == branch.size,
      early.checkpoint == nil || isAboveFreeze(early.chunk, log)
    else { return nil }
    return branch
  }

  func isAboveFreeze(_ chunk: Chunk, _ log: LogID) -> Bool {
    chunk.end > logs[held: log].accepted.frozenAt ?? .max
  }

  /// The branch under which this node serves a pull of `range`, when that goes above a freeze.
  func servedBranch(of log: LogID, _ range: Range<UInt64>, on id: SessionID) -> SettledBranch? {
    guard let frozenAt = logs[held: log].accepted.frozenAt, range.upperBound > frozenAt,
      logs[held: log].isOnSettledBranch == true, let branch = epochs.settledBranch(of: log),
      range.lowerBound < branch.size, mayCiteOpening(of: log, on: id)
    else { return nil }
    return branch
  }

  /// True when both sides of a session know that an opening after the log was told of on it, or
  /// that both list a later epoch of its author: a chunk may then come under an opening, also if
  /// the receiver's card does not authorise that, or it has not got it yet.
  func mayCiteOpening(of log: LogID, on id: SessionID) -> Bool {
    guard let session = sessions[id], session.shared[log] != nil else { return false }
    if let told = session.openings[log], told.seen > 0 || !told.known.isEmpty { return true }
    let origin = logs[held: log].accepted.identity.origin
    return session.lists.ours.contains { other in
      let later = logs[held: other].accepted.identity.origin
      return later.name == origin.name && later.epoch > origin.epoch
        && isListed(other, on: id)
    }
  }
}
