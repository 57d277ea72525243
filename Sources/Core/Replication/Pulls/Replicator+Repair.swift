import Log

// Entries that are damaged or absent here are fetched again, from one source after the other:
// SYNC-36.
extension Replicator {
  mutating func damaged(
    _ log: LogID, _ ranges: [Range<UInt64>], _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard let progress = logs[log] else { return }
    // Entries that are not synced yet count, too: the store knows that a body is absent when it
    // takes the entry.
    let size = progress.accepted.size
    let before = progress.repairs.pieces.map(\.range)
    logs[held: log].repairs.replace(
      with: ranges.map { $0.clamped(to: 0..<size) }.filter { !$0.isEmpty }, now)
    if logs[held: log].repairs.pieces.map(\.range) != before { tellOfBodies(of: log) }
    let repairs = logs[held: log].repairs
    turns.setDamaged(log, !repairs.isEmpty || repairs.pull != nil)
    logs[held: log].repairs.dueAt = now
    payForRepair(of: log, &effects)
    startRepair(of: log, now, &effects)
    wantCosignature(of: log, now, &effects)
  }

  /// A peer that asked here in vain is told by the head that it knows: else each carrier of a chain
  /// would wait for its next round.
  private mutating func tellOfBodies(of log: LogID) {
    for id in sessionOrder where sessions[held: id].shared[log]?.isWaitingForBodies == true {
      sessions[held: id].shared[held: log].isWaitingForBodies = false
      sessions[held: id].shared[held: log].announced = nil
      sessions[held: id].announcements.tell(log)
    }
  }

  /// A head that says nothing new: bodies may have come there that it lacked. Taken so now and
  /// then, since it costs a request.
  mutating func bodiesCame(of log: LogID, on id: SessionID, _ now: UInt64) {
    guard turns.damaged.contains(log),
      now >= (sessions[held: id].shared[held: log].bodiesCameAt ?? 0)
        + Limits.repairLookMilliseconds
    else { return }
    sessions[held: id].shared[held: log].bodiesCameAt = now
    logs[held: log].repairs.askAgain(sessions[held: id].opening.peer)
    logs[held: log].repairs.dueAt = min(logs[held: log].repairs.dueAt, now)
  }

  /// A head that says more: its peer may hold what nobody held. Looked at now and then, since it
  /// costs a look at all pieces.
  mutating func mayRepair(_ log: LogID, on id: SessionID, _ now: UInt64) {
    guard turns.damaged.contains(log),
      now >= (sessions[held: id].shared[held: log].lookedAt ?? 0) + Limits.repairLookMilliseconds
    else { return }
    sessions[held: id].shared[held: log].lookedAt = now
    logs[held: log].repairs.lookAt = 0
  }

  /// The store answered for what it got.
  private mutating func payForRepair(of log: LogID, _ effects: inout [Effect]) {
    guard var pull = logs[held: log].repairs.pull else { return }
    let bytes = pull.lendAgain(window: Limits.repairCreditBytes)
    guard bytes > 0 else { return }
    send(Credit(request: pull.request, bytes: UInt32(clamping: bytes)), on: pull.session, &effects)
    logs[held: log].repairs.pull = pull
  }

  mutating func startRepairs(_ now: UInt64, _ effects: inout [Effect]) {
    guard !turns.damaged.isEmpty else { return }
    for log in turns.repairs(in: logOrder) { startRepair(of: log, now, &effects) }
  }

  private mutating func startRepair(
    of log: LogID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    let progress = logs[held: log]
    guard !progress.repairs.isEmpty, progress.repairs.pull == nil, progress.repairs.dueAt <= now,
      progress.repairs.lookAt <= now, !progress.isLimited, hasRepairPlace(log)
    else { return }
    if let againAt = progress.repairs.againAt, againAt <= now { logs[held: log].repairs.askAgain() }
    let holders = holders(of: log, now)
    for (index, piece) in logs[held: log].repairs.pieces.enumerated()
    where piece.range.lowerBound < progress.durable.size {
      guard let source = holders.first(where: { $0.mayBeAsked && $0.isLeft(for: piece) }) else {
        continue
      }
      let range = logs[held: log].repairs.request(from: index)
      return openRepair(of: log, range, from: source.session, now, &effects)
    }
    let isExhausted = reportUnrepairable(log, holders, now, &effects)
    let againAt = logs[held: log].repairs.againAt ?? .max
    logs[held: log].repairs.lookAt =
      isExhausted ? againAt : min(againAt, now + Limits.repairLookMilliseconds)
  }

  /// Places are few, and one author's logs take half of them at most: of many it would keep the
  /// others waiting.
  private func hasRepairPlace(_ log: LogID) -> Bool {
    guard log != ownLog else { return true }
    let taken = turns.damaged.filter { logs[held: $0].repairs.pull != nil }
    return taken.count < Limits.repairsAtOnce
      && taken.count { author(of: $0) == author(of: log) } < Limits.repairsOfAuthor
  }

  /// Worked out once for all pieces: an author can make thousands of them.
  private func holders(of log: LogID, _ now: UInt64) -> [RepairHolder] {
    sessionOrder.compactMap { id in
      guard sessions[held: id].isReady, let shared = sessions[held: id].shared[log],
        !shared.isDisputed
      else { return nil }
      return RepairHolder(
        session: id, peer: sessions[held: id].opening.peer, known: shared.known,
        mayBeAsked: sessions[held: id].passedOverUntil <= now
          && leftUnread(log, on: id, now) == nil)
    }
  }

  private mutating func openRepair(
    of log: LogID, _ range: Range<UInt64>, from source: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    let end = min(range.upperBound, sessions[held: source].shared[held: log].known)
    guard
      let pull = openPull(
        range.lowerBound..<end, of: log, for: .repair, .full, credit: Limits.repairCreditBytes,
        on: source, now, &effects)
    else { return }
    logs[held: log].repairs.pull = pull
    logs[held: log].repairs.againAt = nil
    turns.repaired(at: logs.place(of: log) ?? 0)
  }

  /// Nobody is left to ask: said once for each piece, and tried again ever later.
  /// - Returns: whether that is so of all pieces.
  private mutating func reportUnrepairable(
    _ log: LogID, _ holders: [RepairHolder], _ now: UInt64, _ effects: inout [Effect]
  ) -> Bool {
    let repairs = logs[held: log].repairs
    var lost: [(range: Range<UInt64>, asked: Set<NodeName>)] = []
    var isExhausted = false
    var isWholly = true
    for (index, piece) in repairs.pieces.enumerated() {
      guard !sessionOrder.isEmpty, !piece.asked.isEmpty,
        !holders.contains(where: { $0.isLeft(for: piece) })
      else {
        isWholly = false
        continue
      }
      isExhausted = true
      guard !piece.isReported, isPatienceOver(piece, of: log, now) else { continue }
      logs[held: log].repairs.report(index)
      if let last = lost.last, last.range.upperBound == piece.range.lowerBound,
        last.asked == piece.everAsked
      {
        lost[lost.count - 1].range = last.range.lowerBound..<piece.range.upperBound
      } else {
        lost.append((piece.range, piece.everAsked))
      }
    }
    for (range, asked) in lost {
      effects.append(.event(.unrepairable(log, range, asked: asked.sorted())))
    }
    guard isExhausted, repairs.againAt == nil else { return isWholly }
    logs[held: log].repairs.againAt = now + repairs.waitMilliseconds
    logs[held: log].repairs.waitMilliseconds = min(
      repairs.waitMilliseconds * 2, Limits.repairAgainMaximumMilliseconds)
    return isWholly
  }

  /// An own entry that is lost ends the epoch: peers that are away may have it, and are waited for
  /// a while.
  private func isPatienceOver(_ piece: DamagedPiece, of log: LogID, _ now: UInt64) -> Bool {
    log != ownLog || (gate.roster ?? []).allSatisfy(piece.asked.contains)
      || now >= piece.since + Limits.repairPatienceMilliseconds
  }

  // MARK: The answer

  mutating func receiveRepair(
    _ chunk: Chunk, _ message: [UInt8], of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard var pull = logs[held: log].repairs.pull else { return }
    guard pull.isContinued(by: chunk), chunk.form == .full,
      chunk.areBodiesLawful(in: message),
      let batch = chunk.batch(of: message, extending: logs[held: log].accepted)
    else {
      effects.append(.count(.chunksFailed))
      endRepair(of: log, asked: pull.range, now, &effects)
      fail(id, now, &effects)
      return startRepairs(now, &effects)
    }
    costs.expected(on: id)
    pull.receive(chunk, message.count, now)
    logs[held: log].repairs.pull = pull
    sessions[held: id].pace.progressed(now)
    effects.append(.mend(log, batch.batch, from: sessions[held: id].opening.peer))
  }

  mutating func endOfRepair(
    of log: LogID, _ reason: EndReason, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard let pull = logs[held: log].repairs.pull else { return }
    logs[held: log].repairs.pull?.finish()
    let end = pull.range.upperBound
    switch reason {
    case .done, .notHere: endRepair(of: log, asked: pull.range, now, &effects)
    // The source may have what comes after the entry that it lacks.
    case .readError:
      endRepair(of: log, asked: pull.range.lowerBound..<min(pull.next + 1, end), now, &effects)
    case .busy:
      sessions[held: id].passedOverUntil = now + Limits.sourcePassedOverMilliseconds
      endRepair(of: log, asked: pull.came, now, &effects)
    }
    startRepairs(now, &effects)
  }

  /// - Parameter range: what the source gave all it has of.
  private mutating func endRepair(
    of log: LogID, asked range: Range<UInt64>, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard let pull = logs[held: log].repairs.pull else { return }
    logs[held: log].repairs.pull = nil
    leave(pull)
    if let peer = sessions[pull.session]?.opening.peer {
      logs[held: log].repairs.note(peer, asked: range)
    }
    // Entries that came are being written: the node's next list tells what is still missing.
    logs[held: log].repairs.dueAt = !pull.came.isEmpty ? now + Limits.repairGraceMilliseconds : now
  }

  /// A peer whose session is new may have got since what it lacked before.
  mutating func askAgainForRepairs(of peer: NodeName) {
    for log in turns.damaged { logs[held: log].repairs.askAgain(peer) }
  }

  /// The peer's entries are not what stands here, and that may be ours to blame: another is asked.
  mutating func mendRefused(
    _ log: LogID, by peer: NodeName, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard let progress = logs[log] else { return }
    effects.append(.count(.chunksDiffer))
    if let pull = progress.repairs.pull, sessions[pull.session]?.opening.peer == peer {
      endRepair(of: log, asked: pull.range, now, &effects)
    }
    logs[held: log].repairs.dueAt = now
    startRepairs(now, &effects)
  }

  /// The session is needed for something else of this log, or gone.
  mutating func leaveRepair(
    of log: LogID, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard let pull = logs[held: log].repairs.pull, pull.session == id else { return }
    endRepair(of: log, asked: pull.came, now, &effects)
  }

  mutating func abandonStalledRepairs(_ now: UInt64, _ effects: inout [Effect]) {
    guard !turns.damaged.isEmpty else { return }
    for log in logOrder where turns.damaged.contains(log) {
      guard let pull = logs[held: log].repairs.pull, now >= repairEndsAt(pull) else {
        continue
      }
      guard pull.hasCredit else {
        leaveRepair(of: log, on: pull.session, now, &effects)
        continue
      }
      // Others wait for the place: who works gets its turn again.
      if now < slicedAt(pull) || isSlow(pull, now) {
        effects.append(.count(.pullsStalled))
        sessions[pull.session]?.passedOverUntil = now + Limits.sourcePassedOverMilliseconds
      }
      // The source may have what it did not come to.
      let asked = pull.received == 0 ? pull.range : pull.came
      endRepair(of: log, asked: asked, now, &effects)
    }
    startRepairs(now, &effects)
  }

  private func repairEndsAt(_ pull: OpenPull) -> UInt64 {
    min(stallsAt(pull, hasOther: false), slicedAt(pull))
  }

  /// When others have their turn.
  private func slicedAt(_ pull: OpenPull) -> UInt64 {
    let held = sessions[pull.session].map { costs.receivingHeldUntil($0.opening.peer) } ?? 0
    return max(pull.openedAt, held) + Limits.repairPullMilliseconds
  }

  /// A chunk now and then is progress, and keeps others waiting.
  private func isSlow(_ pull: OpenPull, _ now: UInt64) -> Bool {
    let passed = now - min(now, pull.openedAt)
    return UInt64(pull.received) * 1_000 / Limits.repairLeastBytesPerSecond < passed
  }

  func nextDue(of repairs: RepairList, _ now: UInt64) -> UInt64 {
    guard !repairs.isEmpty else { return .max }
    if let pull = repairs.pull { return max(repairEndsAt(pull), now + 1) }
    if max(repairs.dueAt, repairs.lookAt) > now { return max(repairs.dueAt, repairs.lookAt) }
    // A source that is passed over, or a place: looked for now and then.
    return min(repairs.againAt ?? .max, now + Limits.repairLookMilliseconds)
  }
}
