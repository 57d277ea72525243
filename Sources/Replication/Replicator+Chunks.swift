import Crypto
import Log

// What answers and pushes bring: Protocols/sync.md, 4 and 5.
extension Replicator {
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
    let index = chunk.request == 0 ? nil : logs[log]!.fetch.index(of: chunk.request, id)
    if chunk.request != 0, index == nil { return effects.append(.count(.chunksUnasked)) }
    guard !shared.isDisputed else { return }
    if logs[log]!.isLimited { return notNow(log, on: id, &effects) }
    guard chunk.end <= ceiling(of: log) else {
      return beyond(chunk, log, on: id, now, &effects)
    }
    let early = EarlyChunk(
      chunk: chunk, message: message,
      checkpoint: shared.theirCheckpoint.flatMap { $0.size == chunk.checkpointSize ? $0 : nil })
    if let index {
      guard isInOrder(chunk, logs[log]!.fetch.pieces[index]) else {
        return blame(id, for: log, now, &effects)
      }
      note(chunk, message.count, index, of: log, on: id, now)
      received(answer: early, of: log, on: id, now, &effects)
    } else {
      received(push: early, of: log, on: id, now, &effects)
    }
  }

  private func isInOrder(_ chunk: Chunk, _ piece: Piece) -> Bool {
    chunk.first == piece.next && chunk.end <= piece.range.upperBound
      && piece.received < piece.credit
  }

  /// What a piece's progress tells about it and its session.
  private mutating func note(
    _ chunk: Chunk, _ bytes: Int, _ index: Int, of log: LogID, on id: SessionID, _ now: UInt64
  ) {
    logs[log]!.fetch.note(chunk.count, bytes)
    logs[log]!.fetch.update(index) {
      $0.next = chunk.end
      $0.received += bytes
      $0.progressAt = now
      $0.isOver = chunk.end == $0.range.upperBound
    }
    sessions[id]!.progressAt = now
    sessions[id]!.pieceBytes += bytes
    let shown = sessions[id]!.shared[log]!.shown
    sessions[id]!.shared[log]!.shown = max(shown, chunk.end)
    let piece = logs[log]!.fetch.pieces[index]
    if piece.isAlone, piece.received == bytes {
      let trip = max(1, now - piece.openedAt)
      let known = sessions[id]!.roundTrip
      sessions[id]!.roundTrip = known == 0 ? trip : (known + trip) / 2
    }
    guard piece.isOver else { return }
    let took = max(1, now - min(now, sessions[id]!.pieceEndedAt))
    let rate = max(1, sessions[id]!.pieceBytes / Int(took))
    let known = sessions[id]!.bytesPerMillisecond
    sessions[id]!.bytesPerMillisecond = known == 0 ? rate : (known + rate) / 2
    sessions[id]!.pieceEndedAt = now
    sessions[id]!.pieceBytes = 0
  }

  private mutating func received(
    answer early: EarlyChunk, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    let size = logs[log]!.accepted.size
    if early.chunk.first == size {
      accept(early, log, on: id, now, &effects)
      acceptEarly(of: log, now, &effects)
    } else if early.chunk.first > size, let index = pieceHolding(early.chunk, log, id) {
      logs[log]!.fetch.update(index) {
        $0.early.append(early)
        $0.earlyBytes += early.message.count
      }
    } else if early.chunk.end > size {
      // A push overtook a part of it: what is above is asked for from where we are.
      release(log) { $0.session == id && $0.request == early.chunk.request }
    } else {
      overtaken(early, of: log, on: id, &effects)
    }
    releaseDone(of: log)
    ask(now, &effects)
  }

  private func pieceHolding(_ chunk: Chunk, _ log: LogID, _ id: SessionID) -> Int? {
    logs[log]!.fetch.pieces.firstIndex { $0.session == id && $0.request == chunk.request }
  }

  /// Goes on with what came early and is next now.
  private mutating func acceptEarly(
    of log: LogID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    while true {
      let size = logs[log]!.accepted.size
      guard
        let index = logs[log]!.fetch.pieces.firstIndex(where: {
          $0.early.first.map { $0.chunk.first <= size } ?? false
        })
      else { return }
      let early = logs[log]!.fetch.pieces[index].early[0]
      logs[log]!.fetch.update(index) {
        $0.early.removeFirst()
        $0.earlyBytes -= early.message.count
      }
      let piece = logs[log]!.fetch.pieces[index]
      if early.chunk.first == size {
        accept(early, log, on: piece.session, now, &effects)
      } else if early.chunk.end > size {
        release(log) { $0.session == piece.session && $0.request == piece.request }
      } else {
        overtaken(early, of: log, on: piece.session, &effects)
      }
    }
  }

  /// A push brought all of it before: no entry of it will be stored, so that its credit comes back now or never.
  private mutating func overtaken(
    _ early: EarlyChunk, of log: LogID, on id: SessionID, _ effects: inout [Effect]
  ) {
    giveCredit(early.message.count, for: early.chunk.request, of: log, on: id, &effects)
  }

  private mutating func received(
    push early: EarlyChunk, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    let size = logs[log]!.accepted.size
    if early.chunk.first == size {
      accept(early, log, on: id, now, &effects)
      acceptEarly(of: log, now, &effects)
      releaseDone(of: log)
      return
    }
    let shown = sessions[id]!.shared[log]!.shown
    sessions[id]!.shared[log]!.shown = max(shown, early.chunk.end)
    if early.chunk.end <= size {
      effects.append(.count(.pushesDuplicate))
      guard isHeld(lastOf: early, log) else {
        return contradicted(log, at: early.chunk.end - 1, on: id, now, &effects)
      }
      return prune(log, on: id, &effects)
    }
    effects.append(.count(.pushesAhead))
    startPull(of: log, now, &effects)
  }

  /// Whether the last leaf of a push that is here already is ours: two who push to each other announce no heads.
  private func isHeld(lastOf early: EarlyChunk, _ log: LogID) -> Bool {
    guard let held = heldLeaf(of: log, at: early.chunk.end - 1) else { return true }
    return early.message[..<early.chunk.leaves.upperBound].suffix(EntryLayout.signatureBytes)
      == held[EntryLayout.signature...]
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
    startPull(of: log, now, &effects)
  }

  // MARK: Acceptance

  private mutating func accept(
    _ early: EarlyChunk, _ log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    do {
      let verified = try verify(early, log)
      take(verified, from: id, early, log, now, &effects)
    } catch {
      switch error {
      case .failure:
        // What stands here may be another history than the sender's.
        if logs[log]!.accepted.size > 0 {
          seekFork(of: log, from: logs[log]!.accepted.size - 1, on: id, now, &effects)
        }
        failed(early.chunk, log, on: id, now, &effects)
      case .fault(let fault): freeze(log, fault, &effects)
      }
    }
  }

  private func verify(_ early: EarlyChunk, _ log: LogID) throws(Rejection) -> VerifiedBatch {
    let state = logs[log]!.accepted
    let chunk = early.chunk
    guard chunk.areStatesLawful(in: early.message),
      let batch = chunk.batch(of: early.message, extending: state)
    else { throw .failure(.empty) }
    if chunk.checkpointSize == 0 {
      guard chunk.count <= Limits.entriesAcceptedSingly else { throw .failure(.notUnderCheckpoint) }
      return try state.accept(batch)
    }
    guard let checkpoint = early.checkpoint else { throw .failure(.notUnderCheckpoint) }
    return try state.accept(batch, under: checkpoint, consistency: chunk.proof)
  }

  private mutating func take(
    _ verified: VerifiedBatch, from id: SessionID, _ early: EarlyChunk, _ log: LogID,
    _ now: UInt64, _ effects: inout [Effect]
  ) {
    let chunk = early.chunk
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
      logs[log]!.debts.append(
        Debt(
          session: id, request: chunk.request, upTo: verified.after.size,
          bytes: early.message.count))
      sessions[id]!.owedBytes += early.message.count
      clearSuspect(of: log, by: chunk, id, now, &effects)
    }
    effects.append(.append(verified, bulk: chunk.request != 0 && chunk.checkpointSize > 0))
    for checkpoint in [early.checkpoint, sessions[id]?.shared[log]?.theirCheckpoint] {
      // The one that everybody knows comes with each push: it was compared with the tree once.
      guard let checkpoint, checkpoint.size <= verified.after.size, !isAgreed(checkpoint, log)
      else { continue }
      wait(checkpoint, of: log)
    }
    if highestKnown(of: log) <= verified.after.size { logs[log]!.pullDueAt = nil }
  }

  /// The entries were right, in full: who sent them otherwise lied.
  private mutating func clearSuspect(
    of log: LogID, by chunk: Chunk, _ id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard let suspect = logs[log]!.fetch.suspect, chunk.first == suspect.first else { return }
    logs[log]!.fetch.suspect = nil
    guard suspect.session != id, sessions[suspect.session] != nil else { return }
    effects.append(.count(.chunksFailed))
    fail(suspect.session, now, &effects)
  }

  private mutating func failed(
    _ chunk: Chunk, _ log: LogID, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    // Nobody is asked for the same in full twice.
    guard chunk.request != 0, !chunk.full, chunk.checkpointSize > 0,
      logs[log]!.fetch.suspect?.first != chunk.first
    else { return blame(id, for: log, now, &effects) }
    effects.append(.count(.chunksAskedInFull))
    logs[log]!.fetch.suspect = (chunk.first, id)
    release(log) { $0.session == id }
    // Of another, if there is one.
    if hasOther(than: id, of: log, at: chunk.first, now) {
      sessions[id]!.shared[log]!.passedOverUntil = now + Limits.sourcePassedOverMilliseconds
    }
    startPull(of: log, now, &effects)
  }

  /// What came is the sender's failure: counted, and the log is asked for elsewhere.
  private mutating func blame(
    _ id: SessionID, for log: LogID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    effects.append(.count(.chunksFailed))
    release(log) { $0.session == id }
    sessions[id]!.shared[log]!.passedOverUntil = now + Limits.sourcePassedOverMilliseconds
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
