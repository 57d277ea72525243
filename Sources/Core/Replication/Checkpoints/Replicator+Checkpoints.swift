import Crypto
import Log

// Checkpoints: Protocols/sync.md, 7.
extension Replicator {
  /// Our own log got a new checkpoint: offered where its entries were announced.
  mutating func checkpointed(
    _ checkpoint: VerifiedCheckpoint, _ now: UInt64, _ effects: inout [Effect]
  ) {
    let log = checkpoint.logID
    guard logs[log] != nil, checkpoint.size <= logs[held: log].durable.size else { return }
    logs[held: log].relay.rest(at: now)
    passOn(checkpoint, of: log, now, &effects)
  }

  mutating func receiveCheckpoint(
    _ checkpoint: SignedSize, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    sessions[held: id].shared[held: log].theirCheckpointSize = checkpoint.size.value
    guard !isCovered(checkpoint, log) else { return }
    guard let checkpoint = verified(checkpoint, of: log, on: id) else {
      effects.append(.count(.checkpointsBad))
      return fail(id, now, &effects)
    }
    let isHigher = checkpoint.size > sessions[held: id].shared[held: log].theirCheckpoint?.size ?? 0
    sessions[held: id].shared[held: log].theirCheckpoint = checkpoint
    comparePairs(checkpoint, &effects)
    noticeOwn(checkpoint, from: id)
    guard checkpoint.size <= logs[held: log].accepted.size else {
      // Entries come with it, or it says nothing.
      if isHigher { costs.promised() }
      return wantMore(of: log, now)
    }
    if isHigher, checkpoint.size > agreedCheckpoint(of: log)?.size ?? 0 { progressed(log, on: id) }
    keepCheckpoint(checkpoint, of: log, from: id, now, &effects)
  }

  /// True when it tells nothing: it is no larger than the newest that agrees with what is here, and
  /// names the same tree. It is not verified again: a hash that is at hand says all.
  func isCovered(_ checkpoint: SignedSize, _ log: LogID) -> Bool {
    guard let newest = agreedCheckpoint(of: log), checkpoint.size.value <= newest.size else {
      return false
    }
    if checkpoint.size.value == newest.size { return checkpoint.root == newest.root }
    return (try? reader.root(log, size: checkpoint.size.value)) == checkpoint.root
  }

  /// - Returns: nil when its signature is not the log key's. One that this session sent last is not
  ///   verified again.
  func verified(
    _ checkpoint: SignedSize, of log: LogID, on id: SessionID
  ) -> VerifiedCheckpoint? {
    let theirs = sessions[id]?.shared[log]?.theirCheckpoint
    let known = theirs?.size == checkpoint.size.value ? theirs : agreedCheckpoint(of: log)
    return try? VerifiedCheckpoint.verify(
      size: checkpoint.size.value, root: checkpoint.root, signature: checkpoint.signature,
      identity: logs[held: log].accepted.identity, known: known)
  }

  /// Compares a checkpoint over accepted entries with our own tree: SYNC-51.
  mutating func keepCheckpoint(
    _ checkpoint: VerifiedCheckpoint, of log: LogID, from id: SessionID?, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard checkpoint.size <= logs[held: log].durable.size else {
      return holdCheckpoint(checkpoint, of: log)
    }
    guard let own = try? reader.root(log, size: checkpoint.size) else {
      return effects.append(.count(.readsFailed))
    }
    effects.append(.keepCheckpoint(checkpoint))
    guard own == checkpoint.root else {
      logs[held: log].isContradicted = true
      if log == ownLog {
        gate.close(
          because: "this log's key signed another history of its first \(checkpoint.size) entries")
      }
      effects.append(.event(.contradiction(log, size: checkpoint.size)))
      proveContradiction(checkpoint, own: own, &effects)
      // Another history, or other signatures of the same: the headers tell.
      if let id {
        seekFork(of: log, from: checkpoint.size - 1, on: id, now, &effects)
      }
      return
    }
    if checkpoint.size > logs[held: log].agreedCheckpoint?.size ?? 0 {
      logs[held: log].agreedCheckpoint = checkpoint
      logs[held: log].relay.rest(at: now)
    }
    passOn(checkpoint, of: log, now, &effects)
    wantCosignature(of: log, now, &effects)
  }

  /// The own key signed a tree that is larger than what is here: this is an old copy. SYNC-62.
  mutating func noticeOwn(_ checkpoint: VerifiedCheckpoint, from id: SessionID) {
    guard checkpoint.logID == ownLog, checkpoint.size > logs[held: ownLog].accepted.size else {
      return
    }
    gate.close(
      because:
        "\(sessions[held: id].opening.peer) has a checkpoint over \(checkpoint.size) own entries, more than this folder has: it is an old copy"
    )
  }

  mutating func holdCheckpoint(_ checkpoint: VerifiedCheckpoint, of log: LogID) {
    if checkpoint.size > logs[held: log].waitingCheckpoint?.size ?? 0 {
      logs[held: log].waitingCheckpoint = checkpoint
    }
  }

  /// True when it is the newest that agrees with what is durable here.
  func isAgreed(_ checkpoint: VerifiedCheckpoint, _ log: LogID) -> Bool {
    guard let agreed = logs[held: log].agreedCheckpoint else { return false }
    return agreed.size == checkpoint.size && agreed.root == checkpoint.root
  }

  /// The log's entries became durable up to a checkpoint that waited for them.
  mutating func settleCheckpoint(of log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    guard let checkpoint = logs[held: log].waitingCheckpoint,
      checkpoint.size <= logs[held: log].durable.size
    else { return }
    logs[held: log].waitingCheckpoint = nil
    keepCheckpoint(checkpoint, of: log, from: logs[held: log].upstream, now, &effects)
  }

  /// The newest checkpoint that agrees with what is durable here.
  func agreedCheckpoint(of log: LogID) -> VerifiedCheckpoint? {
    let stored = reader.newestDurableCheckpoint(of: log)
    guard let agreed = logs[log]?.agreedCheckpoint, agreed.size > stored?.size ?? 0 else {
      return stored
    }
    return agreed
  }

  /// A checkpoint of entries we all have travels alone along the tree of its log, now and then:
  /// SYNC-50.
  private mutating func passOn(
    _ checkpoint: VerifiedCheckpoint, of log: LogID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard checkpoint.size <= logs[held: log].durable.size, logs[held: log].relay.pass(at: now)
    else { return }
    for id in sessionOrder where sessions[held: id].isReady {
      passCheckpoint(checkpoint, of: log, on: id, &effects)
    }
  }

  /// Sends a checkpoint to a peer that has its entries and takes them from us, and did not send it.
  mutating func passCheckpoint(
    _ checkpoint: VerifiedCheckpoint, of log: LogID, on id: SessionID, _ effects: inout [Effect]
  ) {
    guard let shared = sessions[held: id].shared[log], shared.isEager else { return }
    offerWhereHeld(checkpoint, of: log, on: id, &effects)
  }

  private mutating func offerWhereHeld(
    _ checkpoint: VerifiedCheckpoint, of log: LogID, on id: SessionID, _ effects: inout [Effect]
  ) {
    guard let shared = sessions[held: id].shared[log], !shared.isDisputed,
      max(shared.known, shared.pushedTo) >= checkpoint.size,
      shared.sentCheckpointSize < checkpoint.size,
      shared.theirCheckpointSize < checkpoint.size
    else { return }
    offer(checkpoint, of: log, on: id, &effects)
  }

  /// Leaves gave way to those under this checkpoint. A peer may hold the others below a head that
  /// is the same here and there, which no comparison of heads shows, and the tree of the log may
  /// not lead to it: it is told at once. SYNC-89.
  mutating func tellOfReplaced(
    under checkpoint: VerifiedCheckpoint, of log: LogID, _ effects: inout [Effect]
  ) {
    for id in sessionOrder where sessions[held: id].isReady {
      offerWhereHeld(checkpoint, of: log, on: id, &effects)
    }
  }

  /// A session is new, or this process is: what was told before may have been lost with the last.
  mutating func restAgain(_ log: LogID, _ now: UInt64) {
    guard agreedCheckpoint(of: log) != nil else { return }
    logs[held: log].relay.rest(at: now)
  }

  /// To all who hold its entries, along the tree or beside it.
  mutating func tellRested(of log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    guard logs[held: log].relay.takeRest(at: now), let checkpoint = agreedCheckpoint(of: log)
    else { return }
    for id in sessionOrder where sessions[held: id].isReady {
      offerWhereHeld(checkpoint, of: log, on: id, &effects)
    }
  }

  /// The newest checkpoint, when its time has come.
  mutating func passDueCheckpoint(of log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    guard logs[held: log].relay.isDue(at: now), let checkpoint = agreedCheckpoint(of: log)
    else { return }
    passOn(checkpoint, of: log, now, &effects)
  }
}
