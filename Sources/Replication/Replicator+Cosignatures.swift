import Crypto
import Log

// Cosignatures of others' logs, their way to the author, and the author's sets: Protocols/sync.md, 7.
extension Replicator {
  mutating func wantCosignature(of log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    guard log != ownLog, signing == .ready, logs[log]!.accepted.frozenAt == nil,
      now >= logs[log]!.cosignDueAt,
      let checkpoint = newestCheckpoint(of: log), checkpoint.size > logs[log]!.cosignedSize,
      checkpoint.size <= logs[log]!.durable.size,
      checkpoint.size <= min(ceiling(of: log), successors[log]?.endsAt ?? .max),
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
    relay(cosignature, over: checkpoint, of: log, from: nil, now)
  }

  /// Takes a cosignature along towards the author: SYNC-52.
  private mutating func relay(
    _ cosignature: Cosignature, over checkpoint: VerifiedCheckpoint, of log: LogID,
    from source: SessionID?, _ now: UInt64
  ) {
    let name = cosignature.name
    guard log != ownLog, checkpoint.size > logs[log]!.relayed[name] ?? 0 else { return }
    if let place = logs[log]!.outgoing.firstIndex(where: { $0.cosignature.name == name }) {
      guard logs[log]!.outgoing[place].checkpoint.size < checkpoint.size else { return }
      logs[log]!.outgoing.remove(at: place)
    }
    logs[log]!.outgoing.append(
      OutgoingCosignature(checkpoint: checkpoint, cosignature: cosignature, source: source))
    if logs[log]!.outgoingDueAt == nil {
      logs[log]!.outgoingDueAt = now + Limits.cosignaturesJoinMilliseconds
    }
  }

  /// Sends what waited to the author itself, or where its entries come from.
  mutating func relayDue(of log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    guard let due = logs[log]!.outgoingDueAt, due <= now else { return }
    let outgoing = logs[log]!.outgoing
    logs[log]!.outgoing = []
    logs[log]!.outgoingDueAt = nil
    let author = authorOf[log]!
    let direct = sessionOrder.first {
      sessions[$0]!.opening.peer == author && sessions[$0]!.shared[log] != nil
    }
    guard let target = direct ?? logs[log]!.upstream, sessions[target] != nil else { return }
    for size in Set(outgoing.map(\.checkpoint.size)).sorted() {
      let group = outgoing.filter { $0.checkpoint.size == size && $0.source != target }
      guard let checkpoint = group.first?.checkpoint else { continue }
      for name in group.map(\.cosignature.name) {
        logs[log]!.relayed[name] = size
        if target == direct { logs[log]!.delivered[name] = size }
      }
      send(group.map(\.cosignature), over: checkpoint, .towardsAuthor, on: target, &effects)
    }
  }

  /// Sends cosignatures, in the form of the session's version.
  private func send(
    _ cosignatures: [Cosignature], over checkpoint: VerifiedCheckpoint,
    _ direction: CosignedDirection, on id: SessionID, _ effects: inout [Effect]
  ) {
    guard let position = sessions[id]!.ourPositions[checkpoint.logID] else { return }
    var rest = cosignatures[...]
    while !rest.isEmpty {
      let some = Array(rest.prefix(Limits.cosignaturesOfMessage))
      rest = rest.dropFirst(some.count)
      guard sessions[id]!.version > 1 else {
        let note = checkpoint.note(cosignatures: some)
        send(.cosigned(direction: direction, position: position, note: note), on: id, &effects)
        continue
      }
      let lines = some.map {
        CosignatureSet.Line(keyID: $0.keyID, time: $0.time, signature: $0.signature)
      }
      send(
        .cosignatures(
          CosignatureSet(
            direction: direction, checkpoint: SignedSize(checkpoint, at: position),
            cosignatures: lines)), on: id, &effects)
    }
  }

  /// A cosignature is relayed once, and may have found no way: what is held over the newest checkpoint, and never reached
  /// the author as far as is known, goes to it, or towards it, on a new session: SYNC-55.
  mutating func offerCosignatures(of log: LogID, on id: SessionID, _ effects: inout [Effect]) {
    let author = authorOf[log]
    let isTowardsAuthor =
      sessions[id]!.opening.peer == author
      || !sessionOrder.contains { sessions[$0]!.opening.peer == author }
    guard log != ownLog, isTowardsAuthor, sessions[id]!.shared[log]?.isDisputed == false,
      let checkpoint = newestCheckpoint(of: log)
    else { return }
    let held = logs[log]!.cosignatures
    let names = held.keys.sorted().filter { name in
      held[name]!.size == checkpoint.size && logs[log]!.delivered[name] ?? 0 < checkpoint.size
    }.prefix(16)
    guard !names.isEmpty else { return }
    if sessions[id]!.opening.peer == author {
      for name in names { logs[log]!.delivered[name] = checkpoint.size }
    }
    send(
      names.map { held[$0]!.cosignature }, over: checkpoint, .towardsAuthor, on: id, &effects)
  }

  mutating func received(
    cosigned note: [UInt8], _ direction: CosignedDirection, of log: LogID, on id: SessionID,
    _ now: UInt64, _ effects: inout [Effect]
  ) {
    let checkpoint = try? VerifiedCheckpoint.verify(
      note: note, identity: logs[log]!.accepted.identity, known: newestCheckpoint(of: log))
    // A line of another kind is some other tool's, and no business of ours.
    let lines = (try? Note(parsing: note))?.signatures.compactMap { try? Cosignature($0) }
    received(lines ?? [], over: checkpoint, direction, of: log, on: id, now, &effects)
  }

  mutating func received(
    _ set: CosignatureSet, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    let checkpoint = try? VerifiedCheckpoint.verify(
      size: set.checkpoint.size, root: set.checkpoint.root, signature: set.checkpoint.signature,
      identity: logs[log]!.accepted.identity, known: newestCheckpoint(of: log))
    let own = logs[log]!.cosignatures[ownName]?.cosignature.keyID
    let cosignatures = set.cosignatures.compactMap { line -> Cosignature? in
      guard let name = line.keyID == own ? ownName : cosigners[line.keyID] else {
        effects.append(.count(.cosignaturesUnknown))
        return nil
      }
      return Cosignature(
        name: name, keyID: line.keyID, time: line.time, signature: line.signature)
    }
    received(cosignatures, over: checkpoint, set.direction, of: log, on: id, now, &effects)
  }

  /// - Parameter checkpoint: nil when it did not verify.
  private mutating func received(
    _ cosignatures: [Cosignature], over checkpoint: VerifiedCheckpoint?,
    _ direction: CosignedDirection, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard let checkpoint else {
      effects.append(.count(.checkpointsBad))
      return fail(id, now, &effects)
    }
    comparePairs(checkpoint, &effects)
    noticeOwn(checkpoint, from: id)
    var verified: [Cosignature] = []
    for cosignature in cosignatures where sessions[id] != nil {
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
    hand(verified, over: checkpoint, except: id, &effects)
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
      relay(cosignature, over: checkpoint, of: log, from: id, now)
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
    logs[log]!.cosignaturesChanged = true
    if size > logs[log]!.cosignaturesSize {
      logs[log]!.cosignaturesSize = size
      // The first of a set waits for the others.
      logs[log]!.cosignaturesDueAt = max(
        logs[log]!.cosignaturesDueAt, now + Limits.cosignaturesSettleMilliseconds)
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
    hand(
      Array(set.prefix(Limits.cosignaturesOfMessage)), over: checkpoint, except: nil, &effects)
  }

  /// Sends the author's set along the tree, to every peer that has the entries.
  private func hand(
    _ cosignatures: [Cosignature], over checkpoint: VerifiedCheckpoint, except source: SessionID?,
    _ effects: inout [Effect]
  ) {
    let log = checkpoint.logID
    for id in sessionOrder where id != source && sessions[id]!.isReady {
      guard let shared = sessions[id]!.shared[log], !shared.isDisputed, shared.isEager,
        max(shared.known, shared.pushedTo) >= checkpoint.size
      else { continue }
      send(cosignatures, over: checkpoint, .fromAuthor, on: id, &effects)
    }
  }
}
