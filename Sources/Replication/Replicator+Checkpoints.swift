import Crypto
import Log

// Checkpoints: Protocols/sync.md, 7.
extension Replicator {
  /// Our own log got a new checkpoint: offered where its entries were announced.
  mutating func checkpointed(
    _ checkpoint: VerifiedCheckpoint, _ now: UInt64, _ effects: inout [Effect]
  ) {
    let log = checkpoint.logID
    guard logs[log] != nil, checkpoint.size <= logs[log]!.durable.size else { return }
    passOn(checkpoint, of: log, now, &effects)
  }

  mutating func received(
    checkpoint note: [UInt8], of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    received(
      try? VerifiedCheckpoint.verify(
        note: note, identity: logs[log]!.accepted.identity, known: newestCheckpoint(of: log)),
      of: log, on: id, now, &effects)
  }

  mutating func received(
    _ checkpoint: SignedSize, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    received(
      try? VerifiedCheckpoint.verify(
        size: checkpoint.size, root: checkpoint.root, signature: checkpoint.signature,
        identity: logs[log]!.accepted.identity, known: newestCheckpoint(of: log)),
      of: log, on: id, now, &effects)
  }

  /// - Parameter checkpoint: nil when it did not verify.
  private mutating func received(
    _ checkpoint: VerifiedCheckpoint?, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard let checkpoint else {
      effects.append(.count(.checkpointsBad))
      return fail(id, now, &effects)
    }
    sessions[id]!.shared[log]?.theirCheckpoint = checkpoint
    comparePairs(checkpoint, &effects)
    noticeOwn(checkpoint, from: id)
    guard checkpoint.size <= logs[log]!.accepted.size else { return }
    keep(checkpoint, of: log, from: id, now, &effects)
  }

  /// Compares a checkpoint over accepted entries with our own tree: SYNC-51.
  mutating func keep(
    _ checkpoint: VerifiedCheckpoint, of log: LogID, from id: SessionID?, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard checkpoint.size <= logs[log]!.durable.size else { return wait(checkpoint, of: log) }
    guard let own = try? reader.root(log, size: checkpoint.size) else {
      return effects.append(.count(.readsFailed))
    }
    effects.append(.keepCheckpoint(checkpoint))
    guard own == checkpoint.root else {
      logs[log]!.isContradicted = true
      if log == ownLog {
        closeSigning(
          because: "this log's key signed another history of its first \(checkpoint.size) entries")
      }
      effects.append(.event(.contradiction(log, size: checkpoint.size)))
      proveContradiction(checkpoint, own: own, &effects)
      if let id {
        dispute(log, on: id, size: checkpoint.size, now, &effects)
        seekFork(of: log, from: checkpoint.size - 1, on: id, now, &effects)
      }
      return
    }
    if checkpoint.size > logs[log]!.agreedCheckpoint?.size ?? 0 {
      logs[log]!.agreedCheckpoint = checkpoint
    }
    passOn(checkpoint, of: log, now, &effects)
    wantCosignature(of: log, now, &effects)
  }

  /// The own key signed a tree that is larger than what is here: this is an old copy. SYNC-62.
  mutating func noticeOwn(_ checkpoint: VerifiedCheckpoint, from id: SessionID) {
    guard checkpoint.logID == ownLog, checkpoint.size > logs[ownLog]!.accepted.size else { return }
    closeSigning(
      because:
        "\(sessions[id]!.opening.peer) has a checkpoint over \(checkpoint.size) own entries, more than this folder has: it is an old copy"
    )
  }

  mutating func wait(_ checkpoint: VerifiedCheckpoint, of log: LogID) {
    if checkpoint.size > logs[log]!.waitingCheckpoint?.size ?? 0 {
      logs[log]!.waitingCheckpoint = checkpoint
    }
  }

  /// Whether it is the newest that agrees with what is durable here.
  func isAgreed(_ checkpoint: VerifiedCheckpoint, _ log: LogID) -> Bool {
    guard let agreed = logs[log]!.agreedCheckpoint else { return false }
    return agreed.size == checkpoint.size && agreed.root == checkpoint.root
  }

  /// The log's entries became durable up to a checkpoint that waited for them.
  mutating func settleCheckpoint(of log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    guard let checkpoint = logs[log]!.waitingCheckpoint,
      checkpoint.size <= logs[log]!.durable.size
    else { return }
    logs[log]!.waitingCheckpoint = nil
    keep(checkpoint, of: log, from: logs[log]!.upstream, now, &effects)
  }

  /// The newest checkpoint that agrees with what is durable here.
  func newestCheckpoint(of log: LogID) -> VerifiedCheckpoint? {
    let stored = reader.newestCheckpoint(of: log)
    guard let agreed = logs[log]?.agreedCheckpoint, agreed.size > stored?.size ?? 0 else {
      return stored
    }
    return agreed
  }

  /// A checkpoint of entries we all have travels alone along the tree of its log, now and then: SYNC-50.
  private mutating func passOn(
    _ checkpoint: VerifiedCheckpoint, of log: LogID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard checkpoint.size <= logs[log]!.durable.size else { return }
    if let passedAt = logs[log]!.checkpointPassedAt,
      now < passedAt + Limits.checkpointEveryMilliseconds
    {
      logs[log]!.checkpointDueAt = passedAt + Limits.checkpointEveryMilliseconds
      return
    }
    logs[log]!.checkpointPassedAt = now
    logs[log]!.checkpointDueAt = nil
    for id in sessionOrder where sessions[id]!.isReady {
      pass(checkpoint, of: log, on: id, &effects)
    }
  }

  /// Sends a checkpoint to a peer that has its entries and takes them from us, and did not send it.
  mutating func pass(
    _ checkpoint: VerifiedCheckpoint, of log: LogID, on id: SessionID, _ effects: inout [Effect]
  ) {
    guard let shared = sessions[id]!.shared[log], !shared.isDisputed, shared.isEager,
      max(shared.known, shared.pushedTo) >= checkpoint.size,
      shared.sentCheckpointSize < checkpoint.size,
      (shared.theirCheckpoint?.size ?? 0) < checkpoint.size
    else { return }
    offer(checkpoint, of: log, on: id, &effects)
  }

  /// The newest checkpoint, when its time has come.
  mutating func passDueCheckpoint(of log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    guard let due = logs[log]!.checkpointDueAt, due <= now,
      let checkpoint = newestCheckpoint(of: log)
    else { return }
    passOn(checkpoint, of: log, now, &effects)
  }
}
