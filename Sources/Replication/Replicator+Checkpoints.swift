import Crypto
import Log

// Checkpoints and cosignatures: Protocols/sync.md, 7.
extension Replicator {
  /// Our own log got a new checkpoint: offered where its entries were announced.
  mutating func checkpointed(_ checkpoint: VerifiedCheckpoint, _ effects: inout [Effect]) {
    let log = checkpoint.logID
    guard logs[log] != nil, checkpoint.size <= logs[log]!.durable.size else { return }
    for id in sessionOrder where sessions[id]!.isReady {
      guard let shared = sessions[id]!.shared[log], !shared.isDisputed,
        max(shared.pushedTo, shared.theirs?.size ?? 0) >= checkpoint.size
      else { continue }
      offer(checkpoint, of: log, on: id, &effects)
    }
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
    noticeOwn(checkpoint, from: id)
    guard checkpoint.size <= logs[log]!.accepted.size else { return }
    keep(checkpoint, of: log, from: id, now, &effects)
  }

  /// Compares a checkpoint over accepted entries with our own tree: SYNC-51.
  private mutating func keep(
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
      if let id { dispute(log, on: id, size: checkpoint.size, now, &effects) }
      return
    }
    if checkpoint.size > logs[log]!.agreedCheckpoint?.size ?? 0 {
      logs[log]!.agreedCheckpoint = checkpoint
    }
    passOn(checkpoint, of: log, except: id, &effects)
    wantCosignature(of: log, now, &effects)
  }

  /// The own key signed a tree that is larger than what is here: this is an old copy. SYNC-62.
  private mutating func noticeOwn(_ checkpoint: VerifiedCheckpoint, from id: SessionID) {
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

  /// A checkpoint of entries we all have travels on its own: carriers hand it to those behind them.
  private mutating func passOn(
    _ checkpoint: VerifiedCheckpoint, of log: LogID, except source: SessionID?,
    _ effects: inout [Effect]
  ) {
    guard checkpoint.size <= logs[log]!.durable.size else { return }
    for id in sessionOrder where id != source && sessions[id]!.isReady {
      guard let shared = sessions[id]!.shared[log], !shared.isDisputed,
        let theirs = shared.theirs, theirs.size >= checkpoint.size,
        shared.sentCheckpointSize < checkpoint.size,
        (shared.theirCheckpoint?.size ?? 0) < checkpoint.size
      else { continue }
      offer(checkpoint, of: log, on: id, &effects)
    }
  }

  // MARK: Cosigning others' logs

  mutating func wantCosignature(of log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    guard log != ownLog, signing == .ready, logs[log]!.accepted.frozenAt == nil,
      now >= logs[log]!.cosignDueAt,
      let checkpoint = newestCheckpoint(of: log), checkpoint.size > logs[log]!.cosignedSize,
      checkpoint.size <= logs[log]!.durable.size, checkpoint.size <= ceiling(of: log),
      !logs[log]!.isContradicted, reader.isWhole(log, below: checkpoint.size)
    else { return }
    logs[log]!.cosignedSize = checkpoint.size
    logs[log]!.cosignDueAt = now + Limits.cosignEveryMilliseconds
    effects.append(.cosign(checkpoint))
  }

  func isDisputedAnywhere(_ log: LogID) -> Bool {
    sessionOrder.contains { sessions[$0]!.shared[log]?.isDisputed == true }
  }

  mutating func cosigned(
    _ log: LogID, _ checkpoint: VerifiedCheckpoint, _ cosignature: Cosignature, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    effects.append(.keepCosignature(log, checkpoint, cosignature))
    remember(cosignature, of: log, size: checkpoint.size, now)
    relay(cosignature, over: checkpoint, of: log, except: nil, &effects)
  }

  /// Sends a cosignature towards the author: to the author itself, or where its entries come from.
  private mutating func relay(
    _ cosignature: Cosignature, over checkpoint: VerifiedCheckpoint, of log: LogID,
    except source: SessionID?, _ effects: inout [Effect]
  ) {
    guard log != ownLog, checkpoint.size > logs[log]!.relayed[cosignature.name] ?? 0 else { return }
    let author = authorOf[log]!
    let direct = sessionOrder.first {
      sessions[$0]!.opening.peer == author && sessions[$0]!.shared[log] != nil
    }
    guard let target = direct ?? logs[log]!.upstream, target != source,
      let position = sessions[target]?.ourPositions[log]
    else { return }
    logs[log]!.relayed[cosignature.name] = checkpoint.size
    if target == direct { logs[log]!.delivered[cosignature.name] = checkpoint.size }
    let note = checkpoint.note(cosignatures: [cosignature])
    send(
      .cosigned(direction: .towardsAuthor, position: position, note: note), on: target, &effects)
  }

  /// A cosignature is relayed once, and may have found no way: what is held over the newest checkpoint, and never reached
  /// the author as far as is known, goes to it, or towards it, on a new session: SYNC-55.
  mutating func offerCosignatures(of log: LogID, on id: SessionID, _ effects: inout [Effect]) {
    let author = authorOf[log]
    let isTowardsAuthor =
      sessions[id]!.opening.peer == author
      || !sessionOrder.contains { sessions[$0]!.opening.peer == author }
    guard log != ownLog, isTowardsAuthor, sessions[id]!.shared[log]?.isDisputed == false,
      let position = sessions[id]!.ourPositions[log], let checkpoint = newestCheckpoint(of: log)
    else { return }
    let held = logs[log]!.cosignatures
    let names = held.keys.sorted().filter { name in
      held[name]!.size == checkpoint.size && logs[log]!.delivered[name] ?? 0 < checkpoint.size
    }.prefix(16)
    guard !names.isEmpty else { return }
    if sessions[id]!.opening.peer == author {
      for name in names { logs[log]!.delivered[name] = checkpoint.size }
    }
    let note = checkpoint.note(cosignatures: names.map { held[$0]!.cosignature })
    send(.cosigned(direction: .towardsAuthor, position: position, note: note), on: id, &effects)
  }

  mutating func received(
    cosigned note: [UInt8], _ direction: CosignedDirection, of log: LogID, on id: SessionID,
    _ now: UInt64, _ effects: inout [Effect]
  ) {
    let identity = logs[log]!.accepted.identity
    guard
      let checkpoint = try? VerifiedCheckpoint.verify(
        note: note, identity: identity, known: newestCheckpoint(of: log)),
      let lines = try? Note(parsing: note).signatures
    else {
      effects.append(.count(.checkpointsBad))
      return fail(id, now, &effects)
    }
    noticeOwn(checkpoint, from: id)
    var verified: [Cosignature] = []
    for line in lines where sessions[id] != nil {
      // A line of another kind is some other tool's, and no business of ours.
      guard let cosignature = try? Cosignature(line) else { continue }
      if take(cosignature, over: checkpoint, of: log, direction, on: id, now, &effects) {
        verified.append(cosignature)
      }
    }
    guard direction == .fromAuthor, sessions[id] != nil,
      checkpoint.size <= logs[log]!.accepted.size
    else { return }
    keep(checkpoint, of: log, from: id, now, &effects)
    // Only what was verified counts and travels on: lines cost a carrier nothing to invent.
    let set = CosignedSet(size: checkpoint.size, count: verified.count)
    guard !verified.isEmpty, set > logs[log]!.passedSet else { return }
    logs[log]!.passedSet = set
    hand(checkpoint.note(cosignatures: verified), over: checkpoint, except: id, &effects)
  }

  /// - Returns: whether the cosignature is known to be valid.
  private mutating func take(
    _ cosignature: Cosignature, over checkpoint: VerifiedCheckpoint, of log: LogID,
    _ direction: CosignedDirection, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) -> Bool {
    let known = logs[log]!.cosignatures[cosignature.name]
    if let known, known.size == checkpoint.size, known.cosignature == cosignature {
      if direction == .fromAuthor { logs[log]!.delivered[cosignature.name] = checkpoint.size }
      return true
    }
    guard cosignature.name != ownName else { return false }
    guard let key = peers[cosignature.name]?.cosigningKey else {
      effects.append(.count(.cosignaturesUnknown))
      return false
    }
    guard checkpoint.size > known?.size ?? 0 else { return false }
    guard cosignature.verify(over: checkpoint, key: key) else {
      effects.append(.count(.cosignaturesBad))
      fail(id, now, &effects)
      return false
    }
    if direction == .fromAuthor { logs[log]!.delivered[cosignature.name] = checkpoint.size }
    // As with checkpoints: nothing on disk speaks of entries that are not there.
    if checkpoint.size <= logs[log]!.durable.size {
      remember(cosignature, of: log, size: checkpoint.size, now)
      effects.append(.keepCosignature(log, checkpoint, cosignature))
    }
    if direction == .towardsAuthor {
      relay(cosignature, over: checkpoint, of: log, except: id, &effects)
    }
    return true
  }

  private mutating func remember(
    _ cosignature: Cosignature, of log: LogID, size: UInt64, _ now: UInt64
  ) {
    guard
      logs[log]!.cosignatures[cosignature.name] != nil
        || logs[log]!.cosignatures.count < Limits.cosignersOfLog
    else { return }
    logs[log]!.cosignatures[cosignature.name] = (size: size, cosignature: cosignature)
    if !logs[log]!.cosignaturesChanged {
      logs[log]!.cosignaturesChanged = true
      // The first of a set waits a second for the others.
      logs[log]!.cosignaturesDueAt = max(logs[log]!.cosignaturesDueAt, now + 1_000)
    }
  }

  /// The author hands the newest set to everybody, now and then: SYNC-53.
  mutating func publishCosignatures(_ now: UInt64, _ effects: inout [Effect]) {
    guard let own = logs[ownLog], own.cosignaturesChanged, now >= own.cosignaturesDueAt,
      let checkpoint = reader.newestCheckpoint(of: ownLog)
    else { return }
    let set = own.cosignatures.keys.sorted().compactMap { name in
      own.cosignatures[name]!.size == checkpoint.size ? own.cosignatures[name]!.cosignature : nil
    }
    guard !set.isEmpty else { return }
    logs[ownLog]!.cosignaturesChanged = false
    logs[ownLog]!.cosignaturesDueAt = now + Limits.cosignaturesEveryMilliseconds
    let note = checkpoint.note(cosignatures: Array(set.prefix(16)))
    hand(note, over: checkpoint, except: nil, &effects)
  }

  /// Sends the author's set to every session whose peer has the entries.
  private func hand(
    _ note: [UInt8], over checkpoint: VerifiedCheckpoint, except source: SessionID?,
    _ effects: inout [Effect]
  ) {
    let log = checkpoint.logID
    for id in sessionOrder where id != source && sessions[id]!.isReady {
      guard let shared = sessions[id]!.shared[log], !shared.isDisputed,
        (shared.theirs?.size ?? 0) >= checkpoint.size
      else { continue }
      let position = sessions[id]!.ourPositions[log]!
      send(.cosigned(direction: .fromAuthor, position: position, note: note), on: id, &effects)
    }
  }
}
