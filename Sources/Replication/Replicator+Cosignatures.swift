import Crypto
import Log

// Cosignatures of others' logs, their way to the author, and the author's sets: Protocols/sync.md, 7.
extension Replicator {
  mutating func wantCosignature(of log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    guard log != ownLog, signing == .ready, logs[held: log].accepted.frozenAt == nil,
      now >= logs[held: log].cosignDueAt,
      let checkpoint = newestCheckpoint(of: log), checkpoint.size > logs[held: log].cosignedSize,
      checkpoint.size <= logs[held: log].durable.size,
      checkpoint.size <= ceiling(of: log),
      !logs[held: log].isContradicted, reader.isWhole(log, below: checkpoint.size)
    else { return }
    logs[held: log].cosignedSize = checkpoint.size
    logs[held: log].cosignDueAt = now + Limits.cosignEveryMilliseconds
    effects.append(.cosign(checkpoint))
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
    remember(cosignature, of: log, size: checkpoint.size, now)
    relay(cosignature, over: checkpoint, of: log, from: nil, now)
  }

  /// Takes a cosignature along towards the author: SYNC-52.
  private mutating func relay(
    _ cosignature: NamedCosignature, over checkpoint: VerifiedCheckpoint, of log: LogID,
    from source: SessionID?, _ now: UInt64
  ) {
    let name = cosignature.name
    guard log != ownLog, checkpoint.size > logs[held: log].relayed[name] ?? 0 else { return }
    if let place = logs[held: log].outgoing.firstIndex(where: { $0.cosignature.name == name }) {
      guard logs[held: log].outgoing[place].checkpoint.size < checkpoint.size else { return }
      logs[held: log].outgoing.remove(at: place)
    }
    logs[held: log].outgoing.append(
      OutgoingCosignature(checkpoint: checkpoint, cosignature: cosignature, source: source))
    if logs[held: log].outgoingDueAt == nil {
      logs[held: log].outgoingDueAt = now + Limits.cosignaturesJoinMilliseconds
    }
  }

  /// Sends what waited to the author itself, or where its entries come from.
  mutating func relayDue(of log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    guard let due = logs[held: log].outgoingDueAt, due <= now else { return }
    let outgoing = logs[held: log].outgoing
    logs[held: log].outgoing = []
    logs[held: log].outgoingDueAt = nil
    let author = authorOf[log]
    let direct = sessionOrder.first { isWith(author, $0) && sessions[held: $0].shared[log] != nil }
    guard let target = direct ?? logs[held: log].upstream, sessions[target] != nil else { return }
    for size in Set(outgoing.map(\.checkpoint.size)).sorted() {
      let group = outgoing.filter { $0.checkpoint.size == size && $0.source != target }
      guard let checkpoint = group.first?.checkpoint else { continue }
      for name in group.map(\.cosignature.name) {
        logs[held: log].relayed[name] = size
        if target == direct { logs[held: log].delivered[name] = size }
      }
      send(group.map(\.cosignature), over: checkpoint, .towardsAuthor, on: target, &effects)
    }
  }

  private func send(
    _ cosignatures: [NamedCosignature], over checkpoint: VerifiedCheckpoint,
    _ direction: CosignedDirection, on id: SessionID, _ effects: inout [Effect]
  ) {
    guard let position = sessions[held: id].ourPositions[checkpoint.logID] else { return }
    var rest = cosignatures[...]
    while !rest.isEmpty {
      let some = Array(rest.prefix(Limits.cosignaturesOfMessage))
      rest = rest.dropFirst(some.count)
      send(
        .cosignatures(
          CosignatureSet(
            direction: direction, checkpoint: SignedSize(checkpoint, at: position),
            cosignatures: some)), on: id, &effects)
    }
  }

  /// Whether a session is with the author itself, and not with who has an earlier key of it.
  private func isWith(_ author: NodeName?, _ id: SessionID) -> Bool {
    sessions[held: id].isWhole && sessions[held: id].opening.peer == author
  }

  /// A cosignature is relayed once, and may have found no way: what is held over the newest checkpoint, and never reached
  /// the author as far as is known, goes to it, or towards it, on a new session: SYNC-55.
  mutating func offerCosignatures(of log: LogID, on id: SessionID, _ effects: inout [Effect]) {
    let author = authorOf[log]
    let isTowardsAuthor =
      isWith(author, id) || !sessionOrder.contains { isWith(author, $0) }
    guard log != ownLog, isTowardsAuthor, sessions[held: id].shared[log]?.isDisputed == false,
      let checkpoint = newestCheckpoint(of: log)
    else { return }
    let progress = logs[held: log]
    let due = progress.cosignatures.sorted { $0.key < $1.key }.filter { name, held in
      held.size == checkpoint.size && progress.delivered[name] ?? 0 < checkpoint.size
    }.prefix(16)
    guard !due.isEmpty else { return }
    if isWith(author, id) {
      for (name, _) in due { logs[held: log].delivered[name] = checkpoint.size }
    }
    send(due.map(\.value.cosignature), over: checkpoint, .towardsAuthor, on: id, &effects)
  }

  /// - Precondition: the log is shared on this session.
  mutating func received(
    _ set: CosignatureSet, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    // Nothing in it is newer than what is here: not even the checkpoint is verified.
    let size = set.checkpoint.size.value
    let isOld = set.cosignatures.allSatisfy {
      logs[held: log].cosignatures[$0.name]?.size ?? 0 > size
    }
    guard !isOld else { return }
    guard let checkpoint = verifiedOrKnown(set.checkpoint, of: log, on: id) else {
      effects.append(.count(.checkpointsBad))
      return fail(id, now, &effects)
    }
    let isCovered = isCovered(set.checkpoint, log)
    if !isCovered { comparePairs(checkpoint, &effects) }
    noticeOwn(checkpoint, from: id)
    var verified: [NamedCosignature] = []
    for cosignature in set.cosignatures where sessions[id] != nil {
      if take(cosignature, over: checkpoint, of: log, set.direction, on: id, now, &effects) {
        verified.append(cosignature)
      }
    }
    guard set.direction == .fromAuthor, sessions[id] != nil,
      checkpoint.size <= logs[held: log].accepted.size
    else { return }
    if !isCovered { keep(checkpoint, of: log, from: id, now, &effects) }
    // Only what was verified counts and travels on: lines cost a carrier nothing to invent.
    let passed = CosignedSet(size: checkpoint.size, count: verified.count)
    guard !verified.isEmpty, passed > logs[held: log].passedSet else { return }
    logs[held: log].passedSet = passed
    hand(verified, over: checkpoint, except: id, &effects)
  }

  /// The checkpoint that cosignatures came over: one that is at hand is not verified again.
  private func verifiedOrKnown(
    _ checkpoint: SignedSize, of log: LogID, on id: SessionID
  ) -> VerifiedCheckpoint? {
    if let newest = newestCheckpoint(of: log), newest.size == checkpoint.size.value,
      newest.root == checkpoint.root
    {
      return newest
    }
    return verified(checkpoint, of: log, on: id)
  }

  /// - Returns: whether the cosignature is known to be valid.
  private mutating func take(
    _ cosignature: NamedCosignature, over checkpoint: VerifiedCheckpoint, of log: LogID,
    _ direction: CosignedDirection, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) -> Bool {
    let name = cosignature.name
    let known = logs[held: log].cosignatures[name]
    // What is received behind a proof says nothing of before it; and a node is no witness of itself.
    guard logs[held: log].accepted.frozenAt == nil, name != authorOf[log] else { return false }
    if let known, known.size == checkpoint.size, known.cosignature == cosignature {
      if direction == .fromAuthor { logs[held: log].delivered[name] = checkpoint.size }
      return true
    }
    guard name != ownName else { return false }
    // Whose key it is, our roster alone says: another one's is nobody's failure, and goes nowhere.
    guard let key = peers[name]?.cosigningKey, key == cosignature.key else {
      effects.append(.count(.cosignaturesUnknown))
      return false
    }
    // A new key says anew what the one before it said.
    let isAnew = known.map { $0.cosignature.key != cosignature.key } ?? false
    guard checkpoint.size > known?.size ?? 0 || isAnew && checkpoint.size == known?.size else {
      return false
    }
    let signed = cosignature.cosignature
    guard signed.verify(over: checkpoint, key: key) else {
      effects.append(.count(.cosignaturesBad))
      fail(id, now, &effects)
      return false
    }
    if isAnew {
      logs[held: log].delivered[name] = nil
      logs[held: log].relayed[name] = nil
    }
    if direction == .fromAuthor { logs[held: log].delivered[name] = checkpoint.size }
    // As with checkpoints: nothing on disk speaks of entries that are not there. What is not kept is verified each time, and charged.
    if checkpoint.size <= logs[held: log].durable.size {
      progressed(log, on: id)
      remember(cosignature, of: log, size: checkpoint.size, now)
      effects.append(.keepCosignature(log, checkpoint, signed))
    }
    if direction == .towardsAuthor {
      relay(cosignature, over: checkpoint, of: log, from: id, now)
    }
    return true
  }

  private mutating func remember(
    _ cosignature: NamedCosignature, of log: LogID, size: UInt64, _ now: UInt64
  ) {
    guard
      logs[held: log].cosignatures[cosignature.name] != nil
        || logs[held: log].cosignatures.count < Limits.cosignersOfLog
    else { return }
    logs[held: log].cosignatures[cosignature.name] = HeldCosignature(
      size: size, cosignature: cosignature)
    logs[held: log].cosignaturesChanged = true
    if size > logs[held: log].cosignaturesSize {
      logs[held: log].cosignaturesSize = size
      // The first of a set waits for the others.
      logs[held: log].cosignaturesDueAt = max(
        logs[held: log].cosignaturesDueAt, now + Limits.cosignaturesSettleMilliseconds)
    }
  }

  /// The author hands the newest set to everybody, now and then: SYNC-53.
  mutating func publishCosignatures(_ now: UInt64, _ effects: inout [Effect]) {
    guard let own = logs[ownLog], own.cosignaturesChanged, now >= own.cosignaturesDueAt,
      let checkpoint = reader.newestCheckpoint(of: ownLog)
    else { return }
    let set = own.cosignatures.sorted { $0.key < $1.key }.compactMap { _, held in
      held.size == checkpoint.size ? held.cosignature : nil
    }
    guard !set.isEmpty else { return }
    logs[held: ownLog].cosignaturesChanged = false
    logs[held: ownLog].cosignaturesDueAt = now + Limits.cosignaturesEveryMilliseconds
    hand(
      Array(set.prefix(Limits.cosignaturesOfMessage)), over: checkpoint, except: nil, &effects)
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
