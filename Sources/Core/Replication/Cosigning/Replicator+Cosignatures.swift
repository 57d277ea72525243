import Crypto
import Log

// Cosignatures of others' logs, their way to the author, and the author's sets: Protocols/sync.md,
// 7.
extension Replicator {
  mutating func wantCosignature(of log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    guard log != ownLog, signing == .ready, logs[held: log].accepted.frozenAt == nil,
      now >= logs[held: log].cosigning.ownDueAt,
      let checkpoint = agreedCheckpoint(of: log),
      checkpoint.size > logs[held: log].cosigning.ownSize,
      checkpoint.size <= logs[held: log].durable.size,
      checkpoint.size <= ceiling(of: log),
      !logs[held: log].isContradicted, reader.isWhole(log, below: checkpoint.size),
      logs[held: log].cosigning.begin(checkpoint.size, at: now)
    else { return }
    effects.append(.cosign(checkpoint))
  }

  /// The newest checkpoint of every log is cosigned by the new key, as soon as the next cosignature
  /// of that log may be made: CKP-26.
  mutating func cosignAnew(_ now: UInt64, _ effects: inout [Effect]) {
    for log in logOrder where log != ownLog {
      logs[held: log].cosigning.beginAnew(ownName)
      wantCosignature(of: log, now, &effects)
    }
  }

  func isDisputedAnywhere(_ log: LogID) -> Bool {
    sessionOrder.contains { sessions[held: $0].shared[log]?.isDisputed == true }
  }

  mutating func cosigned(
    _ log: LogID, _ checkpoint: VerifiedCheckpoint, _ cosignature: Cosignature,
    _ key: CosigningPublicKey, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard logs[log] != nil else { return }
    effects.append(.keepCosignature(log, checkpoint, cosignature))
    let cosignature = NamedCosignature(cosignature, by: key)
    _ = logs[held: log].cosigning.hold(cosignature, over: checkpoint.size, at: now)
    relay(cosignature, over: checkpoint, of: log, from: nil, now)
  }

  /// Takes a cosignature along towards the author: SYNC-52.
  private mutating func relay(
    _ cosignature: NamedCosignature, over checkpoint: VerifiedCheckpoint, of log: LogID,
    from source: SessionID?, _ now: UInt64
  ) {
    guard log != ownLog else { return }
    logs[held: log].cosigning.way.add(
      OutgoingCosignature(checkpoint: checkpoint, cosignature: cosignature, source: source), at: now
    )
  }

  /// Sends what waited to the author itself, or where its entries come from.
  mutating func relayDue(of log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    guard let outgoing = logs[held: log].cosigning.way.take(now) else { return }
    let author = author(of: log)
    let direct = sessionOrder.first { isWith(author, $0) && sessions[held: $0].shared[log] != nil }
    guard let target = direct ?? logs[held: log].upstream, sessions[target] != nil else { return }
    for (checkpoint, cosignatures) in outgoing.filter({ $0.source != target }).byCheckpoint {
      for name in cosignatures.map(\.name) {
        logs[held: log].cosigning.way.sent(
          name, over: checkpoint.size, isToAuthor: target == direct)
      }
      send(cosignatures, over: checkpoint, .towardsAuthor, on: target, &effects)
    }
  }

  private func send(
    _ cosignatures: [NamedCosignature], over checkpoint: VerifiedCheckpoint,
    _ direction: CosignedDirection, on id: SessionID, _ effects: inout [Effect]
  ) {
    guard let position = sessions[held: id].lists.position(of: checkpoint.logID) else { return }
    for set in CosignatureSet.sets(direction, SignedSize(checkpoint, at: position), cosignatures) {
      send(set, on: id, &effects)
    }
  }

  /// True when a session is with the author itself, and not with who has an earlier key of it.
  private func isWith(_ author: NodeName?, _ id: SessionID) -> Bool {
    sessions[held: id].isWhole && sessions[held: id].opening.peer == author
  }

  /// A cosignature is relayed once, and may have found no way. On a new session with the author, or
  /// towards it, those over the newest checkpoint go once more that never reached the author as far
  /// as is known: SYNC-55.
  mutating func offerCosignatures(of log: LogID, on id: SessionID, _ effects: inout [Effect]) {
    let author = author(of: log)
    let isTowardsAuthor =
      isWith(author, id) || !sessionOrder.contains { isWith(author, $0) }
    guard log != ownLog, isTowardsAuthor, sessions[held: id].shared[log]?.isDisputed == false,
      let checkpoint = agreedCheckpoint(of: log)
    else { return }
    let due = logs[held: log].cosigning.undelivered(over: checkpoint.size)
    guard !due.isEmpty else { return }
    if isWith(author, id) {
      for name in due.map(\.name) {
        logs[held: log].cosigning.way.reachedAuthor(name, over: checkpoint.size)
      }
    }
    send(due, over: checkpoint, .towardsAuthor, on: id, &effects)
  }

  /// - Precondition: the log is shared on this session.
  mutating func receiveCosignatures(
    _ set: CosignatureSet, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    // Nothing in it is newer than what is here: not even the checkpoint is verified.
    let size = set.checkpoint.size.value
    guard !logs[held: log].cosigning.areOld(set.cosignatures, over: size) else { return }
    guard let checkpoint = verifiedOrKnown(set.checkpoint, of: log, on: id) else {
      effects.append(.count(.checkpointsBad))
      return fail(id, now, &effects)
    }
    let isCovered = isCovered(set.checkpoint, log)
    if !isCovered { comparePairs(checkpoint, &effects) }
    noticeOwn(checkpoint, from: id)
    // Whoever signed another history is no witness of this one.
    guard isCovered || mayBeOurs(checkpoint) else {
      return keepCheckpoint(checkpoint, of: log, from: id, now, &effects)
    }
    var verified: [NamedCosignature] = []
    for cosignature in set.cosignatures where sessions[id] != nil {
      if takeCosignature(
        cosignature, over: checkpoint, of: log, set.direction, on: id, now, &effects)
      {
        verified.append(cosignature)
      }
    }
    guard set.direction == .fromAuthor, sessions[id] != nil,
      checkpoint.size <= logs[held: log].accepted.size
    else { return }
    if !isCovered { keepCheckpoint(checkpoint, of: log, from: id, now, &effects) }
    // Only what was verified counts and travels on: lines cost a carrier nothing to invent.
    let passed = CosignedSet(size: checkpoint.size, count: verified.count)
    guard logs[held: log].cosigning.pass(passed) else { return }
    hand(verified, over: checkpoint, except: id, &effects)
  }

  /// False for a checkpoint that is not of the tree that is held; true also where that reaches less
  /// far.
  private func mayBeOurs(_ checkpoint: VerifiedCheckpoint) -> Bool {
    let log = checkpoint.logID
    guard checkpoint.size <= logs[held: log].durable.size else { return true }
    return (try? reader.root(log, size: checkpoint.size)) == checkpoint.root
  }

  /// The checkpoint that cosignatures came over: one that is at hand is not verified again.
  private func verifiedOrKnown(
    _ checkpoint: SignedSize, of log: LogID, on id: SessionID
  ) -> VerifiedCheckpoint? {
    let newest = agreedCheckpoint(of: log)
    let isNewest = newest?.size == checkpoint.size.value && newest?.root == checkpoint.root
    return isNewest ? newest : verified(checkpoint, of: log, on: id)
  }

  /// - Returns: whether the cosignature is known to be valid.
  private mutating func takeCosignature(
    _ cosignature: NamedCosignature, over checkpoint: VerifiedCheckpoint, of log: LogID,
    _ direction: CosignedDirection, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) -> Bool {
    let name = cosignature.name
    let news = logs[held: log].cosigning.compare(cosignature, over: checkpoint.size)
    // A cosignature received behind a proof says nothing of before it; and a node is no witness of
    // itself.
    guard logs[held: log].accepted.frozenAt == nil, name != author(of: log) else { return false }
    if news == .known {
      if direction == .fromAuthor {
        logs[held: log].cosigning.way.reachedAuthor(name, over: checkpoint.size)
      }
      return true
    }
    guard name != ownName else { return false }
    // Our roster alone says whose key it is: another one's is nobody's failure, and goes nowhere.
    guard let key = peers[name]?.cosigningKey, key == cosignature.key else {
      effects.append(.count(.cosignaturesUnknown))
      return false
    }
    guard news != .old else { return false }
    let signed = cosignature.cosignature
    guard signed.verify(over: checkpoint, key: key) else {
      effects.append(.count(.cosignaturesBad))
      fail(id, now, &effects)
      return false
    }
    if news == .byAnotherKey { logs[held: log].cosigning.way.forget(name) }
    if direction == .fromAuthor {
      logs[held: log].cosigning.way.reachedAuthor(name, over: checkpoint.size)
    }
    // As with checkpoints: nothing on disk speaks of entries that are not there. One that is not
    // kept is verified each time, and charged.
    if checkpoint.size <= logs[held: log].durable.size {
      progressed(log, on: id)
      _ = logs[held: log].cosigning.hold(cosignature, over: checkpoint.size, at: now)
      effects.append(.keepCosignature(log, checkpoint, signed))
    }
    if direction == .towardsAuthor {
      relay(cosignature, over: checkpoint, of: log, from: id, now)
    }
    return true
  }

  /// The author hands the newest set to everybody, now and then: SYNC-53.
  mutating func publishCosignatures(_ now: UInt64, _ effects: inout [Effect]) {
    guard logs[held: ownLog].cosigning.set.isDue(at: now),
      let checkpoint = reader.newestDurableCheckpoint(of: ownLog),
      let set = logs[held: ownLog].cosigning.takeSet(over: checkpoint.size, at: now)
    else { return }
    hand(set, over: checkpoint, except: nil, &effects)
  }

  /// Sends the author's set along the tree, to every peer that has the entries.
  private func hand(
    _ cosignatures: [NamedCosignature], over checkpoint: VerifiedCheckpoint,
    except source: SessionID?,
    _ effects: inout [Effect]
  ) {
    let log = checkpoint.logID
    for id in sessionOrder where id != source && sessions[held: id].isReady {
      guard let shared = sessions[held: id].shared[log], !shared.isDisputed, shared.isEager,
        max(shared.known, shared.pushedTo) >= checkpoint.size
      else { continue }
      send(cosignatures, over: checkpoint, .fromAuthor, on: id, &effects)
    }
  }
}
