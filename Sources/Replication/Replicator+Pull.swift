import Crypto
import Log

// The side that asks: Protocols/sync.md, 5 and SYNC-42.
extension Replicator {
  /// Entries of the highest undisputed head that a ready session announced, as far as they are wanted.
  func highestKnown(of log: LogID) -> UInt64 {
    var highest: UInt64 = 0
    for id in sessionOrder {
      if let shared = sessions[id]!.shared[log], !shared.isDisputed {
        highest = max(highest, shared.known)
      }
    }
    return min(highest, max(ceiling(of: log), logs[log]!.accepted.size))
  }

  /// Decides when what is missing of `log` will be pulled.
  mutating func wantMore(
    of log: LogID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    let have = logs[log]!.accepted.size
    let known = highestKnown(of: log)
    guard known > have else {
      logs[log]!.pullDueAt = nil
      return
    }
    logs[log]!.pullDueAt = min(logs[log]!.pullDueAt ?? now, now)
    startPull(of: log, now, &effects)
  }

  /// Opens the pull of `log` if it is due, none is open, and a source is known.
  mutating func startPull(
    of log: LogID, full: Bool = false, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard let progress = logs[log], progress.pull == nil, let due = progress.pullDueAt, due <= now,
      progress.accepted.size < ceiling(of: log), !progress.isLimited,
      log == ownLog
        || logs.slots.indices.count(where: { logs.slots[$0]!.pull != nil }) < Limits.pullsAtOnce,
      let source = source(of: log, now)
    else { return }
    let from = progress.accepted.size
    let to = min(sessions[source]!.shared[log]!.known, ceiling(of: log))
    let request = takeRequest()
    leaveRepair(of: log, on: source, now, &effects)
    logs[log]!.pull = Pull(
      session: source, request: request, from: from, to: to, full: full, openedAt: now,
      next: from, progressAt: now)
    logs[log]!.pullDueAt = nil
    measure(log, now)
    let position = sessions[source]!.ourPositions[log]!
    graft(log, on: source, &effects)
    send(
      .pull(
        PullRequest(
          request: request, position: position, from: from, to: to,
          credit: Limits.pullCreditBytes, full: full)), on: source, &effects)
  }

  mutating func takeRequest() -> UInt32 {
    let request = nextRequest
    nextRequest = nextRequest == .max ? 1 : nextRequest + 1
    return request
  }

  /// The session that announced the most; the first of equals. One that stalled is passed over.
  private func source(
    of log: LogID, except other: SessionID? = nil, _ now: UInt64
  ) -> SessionID? {
    var best: (id: SessionID, size: UInt64)?
    for id in sessionOrder where id != other && sessions[id]!.isReady {
      guard sessions[id]!.passedOverUntil <= now, let shared = sessions[id]!.shared[log],
        !shared.isDisputed, shared.known > logs[log]!.accepted.size, shared.passedOverUntil <= now
      else { continue }
      if best == nil || shared.known > best!.size { best = (id, shared.known) }
    }
    return best?.id
  }

  mutating func ended(
    _ request: UInt32, _ reason: EndReason, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    if let log = logOrder.first(where: { isRepair($0, request, id) }) {
      return ended(repairOf: log, reason, on: id, now, &effects)
    }
    guard let log = logOrder.first(where: { isPull(logs[$0]!, request, id) }) else { return }
    let isComplete = logs[log]!.accepted.size >= logs[log]!.pull!.to
    logs[log]!.pull = nil
    if reason != .done || !isComplete {
      sessions[id]!.shared[log]!.passedOverUntil = now + Limits.sourcePassedOverMilliseconds
      if log == ownLog { dropClaim(on: id, now, &effects) }
    }
    if highestKnown(of: log) > logs[log]!.accepted.size {
      logs[log]!.pullDueAt = now
      startPull(of: log, now, &effects)
    }
    startDuePulls(of: logOrder, now, &effects)
  }

  private func isPull(_ progress: LogProgress, _ request: UInt32, _ id: SessionID) -> Bool {
    progress.pull?.request == request && progress.pull?.session == id
  }

  mutating func startDuePulls(
    of candidates: [LogID], _ now: UInt64, _ effects: inout [Effect]
  ) {
    for log in candidates where (logs[log]!.pullDueAt ?? .max) <= now {
      startPull(of: log, now, &effects)
      if logs[log]!.pull == nil, highestKnown(of: log) <= logs[log]!.accepted.size {
        logs[log]!.pullDueAt = nil
      }
    }
  }

  /// When a pull has stalled. What its session brought for another log counts: they share a line.
  func stallsAt(_ pull: Pull) -> UInt64 {
    max(pull.progressAt, sessions[pull.session]?.progressAt ?? 0) + Limits.pullStalledMilliseconds
  }

  /// The watchdog: another source for what makes no progress, or next to none. SYNC-33.
  mutating func abandonStalledPulls(
    of candidates: [LogID], _ now: UInt64, _ effects: inout [Effect]
  ) {
    for log in candidates {
      guard let pull = logs[log]!.pull else { continue }
      let isStalled = logs[log]!.debts.isEmpty && now >= stallsAt(pull)
      let hadItsTurn =
        now >= pull.openedAt + Limits.pullTurnMilliseconds
        && source(of: log, except: pull.session, now) != nil
      guard isStalled || hadItsTurn else { continue }
      logs[log]!.pull = nil
      logs[log]!.pullDueAt = now
      // For all logs: who lets one pull stall would take every place in turn.
      sessions[pull.session]?.passedOverUntil = now + Limits.sourcePassedOverMilliseconds
      guard isStalled else { continue }
      if log == ownLog { dropClaim(on: pull.session, now, &effects) }
      effects.append(.count(.pullsStalled))
      if let peer = sessions[pull.session]?.opening.peer {
        effects.append(.event(.stalled(log, peer)))
      }
    }
  }

  // MARK: Chunks

  mutating func received(
    chunk message: [UInt8], on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    let chunk = try Chunk.decode(message)
    let log = try log(chunk.position, id)
    guard let shared = sessions[id]!.shared[log] else {
      throw MalformedMessage(what: "chunk of a log that is not shared")
    }
    if chunk.request != 0, isRepair(log, chunk.request, id) {
      return received(repair: chunk, message, of: log, on: id, now, &effects)
    }
    let pull = logs[log]!.pull
    let isAnswer = chunk.request != 0
    if isAnswer, pull == nil || !isPull(logs[log]!, chunk.request, id) {
      return effects.append(.count(.chunksUnasked))
    }
    guard !shared.isDisputed else { return }
    if logs[log]!.isLimited { return notNow(log, on: id, &effects) }
    let end = chunk.first + UInt64(chunk.count)
    guard end <= ceiling(of: log) else {
      return beyond(chunk, log, on: id, now, &effects)
    }
    if isAnswer {
      guard chunk.first == pull!.next, end <= pull!.to else {
        return blame(id, for: log, now, &effects)
      }
      logs[log]!.pull!.next = end
    }
    let size = logs[log]!.accepted.size
    guard chunk.first == size else {
      return outOfPlace(chunk, log, on: id, size: size, now, &effects)
    }
    accept(chunk, message, log, on: id, now, &effects)
  }

  /// At its limit: a peer that pushes is to announce only, until a pull grafts again.
  private mutating func notNow(_ log: LogID, on id: SessionID, _ effects: inout [Effect]) {
    effects.append(.count(.pushesLimited))
    prune(log, on: id, &effects)
  }

  /// Above the end of the epoch, or the freeze: what stands below is asked for, the rest not taken.
  private mutating func beyond(
    _ chunk: Chunk, _ log: LogID, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard chunk.request == 0 else { return blame(id, for: log, now, &effects) }
    effects.append(.count(.pushesEnded))
    prune(log, on: id, &effects)
    guard logs[log]!.accepted.size < ceiling(of: log) else { return }
    logs[log]!.pullDueAt = now
    startPull(of: log, now, &effects)
  }

  private mutating func outOfPlace(
    _ chunk: Chunk, _ log: LogID, on id: SessionID, size: UInt64, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    let end = chunk.first + UInt64(chunk.count)
    if chunk.request != 0 {
      // A push overtook the answer; the pull is asked for again from where we are.
      guard end > size else {
        logs[log]!.pull!.progressAt = now
        return repay(chunk.request, messageBytes(chunk), on: id, &effects)
      }
      logs[log]!.pull = nil
      logs[log]!.pullDueAt = now
      return startPull(of: log, now, &effects)
    }
    let shown = sessions[id]!.shared[log]!.shown
    sessions[id]!.shared[log]!.shown = max(shown, end)
    if end <= size {
      effects.append(.count(.pushesDuplicate))
      return prune(log, on: id, &effects)
    }
    effects.append(.count(.pushesAhead))
    logs[log]!.pullDueAt = now
    startPull(of: log, now, &effects)
  }

  private func messageBytes(_ chunk: Chunk) -> UInt32 { UInt32(chunk.bodies.upperBound) }

  private func repay(
    _ request: UInt32, _ bytes: UInt32, on id: SessionID, _ effects: inout [Effect]
  ) {
    send(.credit(request: request, bytes: bytes), on: id, &effects)
  }

  private mutating func accept(
    _ chunk: Chunk, _ message: [UInt8], _ log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    do {
      let verified = try verify(chunk, message, log, on: id)
      take(verified, from: id, chunk, log, now, &effects)
    } catch {
      switch error {
      case .failure:
        // What stands here may be another history than the sender's.
        if logs[log]!.accepted.size > 0 {
          seekFork(of: log, from: logs[log]!.accepted.size - 1, on: id, &effects)
        }
        failed(chunk, log, on: id, now, &effects)
      case .fault(let fault): freeze(log, fault, &effects)
      }
    }
  }

  private func verify(
    _ chunk: Chunk, _ message: [UInt8], _ log: LogID, on id: SessionID
  ) throws(Rejection) -> VerifiedBatch {
    let state = logs[log]!.accepted
    guard chunk.areStatesLawful(in: message), let batch = chunk.batch(of: message, extending: state)
    else { throw .failure(.empty) }
    if chunk.checkpointSize == 0 {
      guard chunk.count <= Limits.entriesAcceptedSingly else { throw .failure(.notUnderCheckpoint) }
      return try state.accept(batch)
    }
    guard let checkpoint = sessions[id]!.shared[log]!.theirCheckpoint,
      checkpoint.size == chunk.checkpointSize
    else { throw .failure(.notUnderCheckpoint) }
    return try state.accept(batch, under: checkpoint, consistency: chunk.proof)
  }

  private mutating func take(
    _ verified: VerifiedBatch, from id: SessionID, _ chunk: Chunk, _ log: LogID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    logs[log]!.accepted = verified.after
    logs[log]!.upstream = id
    let shown = sessions[id]!.shared[log]!.shown
    sessions[id]!.shared[log]!.shown = max(shown, verified.after.size)
    if log == ownLog {
      let peer = sessions[id]!.opening.peer
      closeSigning(
        because:
          "\(peer) held own entries up to \(verified.after.size) that this folder lacked: it is an old copy"
      )
      effects.append(.event(.ownEntriesFrom(peer, size: verified.after.size)))
    }
    if chunk.request != 0 {
      logs[log]!.pull!.progressAt = now
      sessions[id]!.progressAt = now
      logs[log]!.debts.append(
        Debt(
          session: id, request: chunk.request, upTo: verified.after.size,
          bytes: messageBytes(chunk)))
    }
    effects.append(.append(verified, bulk: chunk.request != 0 && chunk.checkpointSize > 0))
    if let checkpoint = sessions[id]!.shared[log]!.theirCheckpoint,
      checkpoint.size <= verified.after.size
    {
      wait(checkpoint, of: log)
    }
    if highestKnown(of: log) <= verified.after.size { logs[log]!.pullDueAt = nil }
  }

  private mutating func failed(
    _ chunk: Chunk, _ log: LogID, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    if chunk.request != 0, !chunk.full, chunk.checkpointSize > 0, logs[log]!.pull?.full == false {
      effects.append(.count(.chunksAskedInFull))
      logs[log]!.pull = nil
      logs[log]!.pullDueAt = now
      return startPull(of: log, full: true, now, &effects)
    }
    blame(id, for: log, now, &effects)
  }

  /// What came is the sender's failure: counted, and the log is asked for elsewhere.
  private mutating func blame(
    _ id: SessionID, for log: LogID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    effects.append(.count(.chunksFailed))
    if logs[log]!.pull?.session == id { logs[log]!.pull = nil }
    sessions[id]!.shared[log]!.passedOverUntil = now + Limits.sourcePassedOverMilliseconds
    logs[log]!.pullDueAt = now
    if log == ownLog { dropClaim(on: id, now, &effects) }
    fail(id, now, &effects)
    startPull(of: log, now, &effects)
  }

  mutating func fail(_ id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    guard sessions[id] != nil else { return }
    sessions[id]!.failures += 1
    if sessions[id]!.failures >= Limits.failuresOfSession { close(id, .failures, now, &effects) }
  }

  private mutating func freeze(_ log: LogID, _ fault: AuthorFault, _ effects: inout [Effect]) {
    effects.append(.count(.faults))
    effects.append(.keepEvidence(log, fault))
    freeze(log, at: fault.position, &effects)
  }
}
