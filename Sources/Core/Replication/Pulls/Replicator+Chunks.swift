import Crypto
import Log

// Chunks that answers and pushes bring: Protocols/sync.md, 4 and 5.
extension Replicator {
  mutating func receiveChunk(
    _ chunk: Chunk, of message: [UInt8], on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    let log = try log(chunk.position, id)
    guard let shared = sessions[id]?.shared[log] else {
      throw MalformedMessage(what: "chunk of a log that is not shared")
    }
    let asked = sessions[held: id].asked[chunk.request]
    if chunk.request != 0, asked?.log != log { return effects.append(.count(.chunksUnasked)) }
    switch asked?.purpose {
    case .repair: return receiveRepair(chunk, message, of: log, on: id, now, &effects)
    case .leaves: return receiveLeaves(chunk, message, of: log, on: id, now, &effects)
    case .gap, nil: break
    }
    let index = chunk.request == 0 ? nil : logs[held: log].fetch.index(of: chunk.request, id)
    let early = ReceivedChunk(
      chunk: chunk, message: message,
      checkpoint: shared.theirCheckpoint.flatMap { $0.size == chunk.checkpointSize ? $0 : nil })
    let pull = index.map { logs[held: log].fetch.pieces[$0].pull }
    guard isWellMade(early, pull, of: log, on: id) else {
      return blame(id, for: log, now, &effects)
    }
    guard !shared.isDisputed else { return }
    if logs[held: log].isLimited { return notNow(log, on: id, &effects) }
    guard chunk.end <= ceiling(of: log) else { return beyond(log, on: id, now, &effects) }
    if let index {
      note(chunk, message.count, index, of: log, on: id, now)
      receiveAnswer(early, of: log, on: id, now, &effects)
    } else {
      receivePush(early, of: log, on: id, now, &effects)
    }
  }

  /// True when a chunk keeps what it must by itself, and by what this session asked for and was
  /// sent: its sender sees all of that as we do. Nothing else that is wrong with it is the sender's
  /// failure at once (Protocols/sync.md, 13).
  private func isWellMade(
    _ early: ReceivedChunk, _ pull: OpenPull?, of log: LogID, on id: SessionID
  ) -> Bool {
    let chunk = early.chunk
    if let pull {
      guard pull.isContinued(by: chunk), chunk.form != .compact || pull.form == .compact else {
        return false
      }
    }
    guard chunk.form != .leaves, chunk.areBodiesLawful(in: early.message) else { return false }
    if chunk.checkpointSize == 0 { return chunk.count <= Limits.entriesAcceptedSingly }
    // A checkpoint that told nothing new is not kept.
    let isSent =
      early.checkpoint != nil
      || chunk.checkpointSize == sessions[held: id].shared[held: log].theirCheckpointSize
    return chunk.end <= chunk.checkpointSize && (isSent || mayCiteOpening(of: log, on: id))
  }

  /// Learns from a piece's progress about it and its session.
  private mutating func note(
    _ chunk: Chunk, _ bytes: Int, _ index: Int, of log: LogID, on id: SessionID, _ now: UInt64
  ) {
    costs.expected(on: id)
    logs[held: log].fetch.note(chunk.count, bytes)
    logs[held: log].fetch.update(index) { $0.pull.receive(chunk, bytes, now) }
    sessions[held: id].pace.received(bytes, now)
    let shown = sessions[held: id].shared[held: log].shown
    sessions[held: id].shared[held: log].shown = max(shown, chunk.end)
    let piece = logs[held: log].fetch.pieces[index]
    if piece.isAlone, piece.pull.received == bytes {
      sessions[held: id].pace.answerBegan(openedAt: piece.pull.openedAt, now)
    }
    guard chunk.end == piece.pull.range.upperBound else { return }
    logs[held: log].fetch.update(index) { $0.pull.finish() }
    sessions[held: id].asked[chunk.request] = nil
    sessions[held: id].pace.pieceEnded(now)
  }

  private mutating func receiveAnswer(
    _ early: ReceivedChunk, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    let size = logs[held: log].accepted.size
    if early.chunk.first == size {
      accept(early, log, on: id, now, &effects)
      acceptEarly(of: log, now, &effects)
    } else if early.chunk.first > size, let index = pieceHolding(early.chunk, log, id) {
      logs[held: log].fetch.update(index) { $0.wait(early) }
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
    logs[held: log].fetch.pieces.firstIndex {
      $0.pull.session == id && $0.pull.request == chunk.request
    }
  }

  /// Goes on with what came early and is next now.
  private mutating func acceptEarly(
    of log: LogID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    while true {
      let size = logs[held: log].accepted.size
      guard
        let index = logs[held: log].fetch.pieces.firstIndex(where: {
          $0.early.first.map { $0.chunk.first <= size } ?? false
        })
      else { return }
      let pull = logs[held: log].fetch.pieces[index].pull
      let early = logs[held: log].fetch.takeEarly(at: index)
      if early.chunk.first == size {
        accept(early, log, on: pull.session, now, &effects)
      } else if early.chunk.end > size {
        release(log) { $0.session == pull.session && $0.request == pull.request }
      } else {
        overtaken(early, of: log, on: pull.session, &effects)
      }
    }
  }

  /// A push brought all of it before: no entry of it will be stored, so that its credit comes back
  /// now or never.
  private mutating func overtaken(
    _ early: ReceivedChunk, of log: LogID, on id: SessionID, _ effects: inout [Effect]
  ) {
    giveCredit(early.message.count, for: early.chunk.request, of: log, on: id, &effects)
  }

  private mutating func receivePush(
    _ early: ReceivedChunk, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    let size = logs[held: log].accepted.size
    if early.chunk.first == size {
      accept(early, log, on: id, now, &effects)
      acceptEarly(of: log, now, &effects)
      releaseDone(of: log)
      return
    }
    let shown = sessions[held: id].shared[held: log].shown
    sessions[held: id].shared[held: log].shown = max(shown, early.chunk.end)
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

  /// True when the last leaf of a push that is here already is ours: two who push to each other
  /// announce no heads.
  private func isHeld(lastOf early: ReceivedChunk, _ log: LogID) -> Bool {
    guard let held = heldLeaf(of: log, at: early.chunk.end - 1) else { return true }
    return early.message[..<early.chunk.leaves.upperBound].suffix(EntryLayout.signatureBytes)
      == held[EntryLayout.signature...]
  }

  /// At its limit: a peer that pushes is to announce only, until a pull grafts again.
  private mutating func notNow(_ log: LogID, on id: SessionID, _ effects: inout [Effect]) {
    effects.append(.count(.pushesLimited))
    prune(log, on: id, &effects)
  }

  /// A chunk above the end of the epoch, or the freeze: what stands below is asked for, the rest
  /// not taken.
  private mutating func beyond(
    _ log: LogID, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    effects.append(.count(.pushesEnded))
    prune(log, on: id, &effects)
    guard logs[held: log].accepted.size < ceiling(of: log) else { return }
    startPull(of: log, now, &effects)
  }

  /// A chunk above a freeze, or under an opening, that is not of the branch that the next epoch
  /// settled, as far as it is known here. Its sender may hold another, or not know of the opening;
  /// or what stands here is another. It is nobody's failure: others are asked.
  private mutating func otherBranch(
    _ early: ReceivedChunk, _ batch: HashedBatch, _ log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    let chunk = early.chunk
    costs.cameToNothing(on: id)
    if logs[held: log].accepted.frozenAt == nil, chunk.first > 0 {
      seekFork(of: log, from: chunk.first - 1, on: id, now, &effects)
    }
    guard sessions[id] != nil else { return }
    release(log) { $0.session == id }
    let isAskedInFull = chunk.request != 0 && !chunk.isFull
    if isAskedInFull {
      effects.append(.count(.chunksAskedInFull))
      logs[held: log].fetch.suspect = chunk.first
    } else {
      effects.append(.count(.chunksDiffer))
      compareBranch(of: log, with: chunk, batch)
    }
    if chunk.request == 0 { prune(log, on: id, &effects) }
    if !isAskedInFull || hasOther(than: id, of: log, at: chunk.first, now) {
      sessions[held: id].shared[held: log].passedOverUntil =
        now + Limits.sourcePassedOverMilliseconds
    }
    startPull(of: log, now, &effects)
  }

  // MARK: Acceptance

  private mutating func accept(
    _ early: ReceivedChunk, _ log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    let state = logs[held: log].accepted
    guard let batch = early.chunk.batch(of: early.message, extending: state) else {
      return blame(id, for: log, now, &effects)
    }
    if early.chunk.checkpointSize > 0, early.checkpoint == nil, branch(for: early, log) == nil {
      // All entries under a checkpoint that told nothing new are here already: this one was sent,
      // and did not verify. One that was not sent is an opening's, which may not be known here.
      let sentSize = sessions[id]?.shared[log]?.theirCheckpointSize
      guard early.chunk.checkpointSize != sentSize else {
        return blame(id, for: log, now, &effects)
      }
      return otherBranch(early, batch, log, on: id, now, &effects)
    }
    if early.chunk.checkpointSize == 0, !hasRoomAboveCheckpoint(early.chunk, log) {
      return waitForCheckpoint(log, on: id, &effects)
    }
    do {
      takeEntries(try verify(batch, early, state), from: id, early, log, now, &effects)
    } catch {
      switch error {
      case .failure(let failure)
      where !failure.isOfBody
        && (isAboveFreeze(early.chunk, log) || branch(for: early, log) != nil):
        otherBranch(early, batch, log, on: id, now, &effects)
      case .failure(let failure):
        failed(early, batch, failure, log, on: id, now, &effects)
      case .fault(let fault): freeze(log, fault, &effects)
      }
    }
  }

  private func verify(
    _ batch: HashedBatch, _ early: ReceivedChunk, _ state: LogState
  ) throws(Rejection) -> VerifiedBatch {
    if let branch = branch(for: early, state.identity.id) {
      return try state.accept(batch, settledBy: branch, consistency: early.chunk.proof)
    }
    guard early.chunk.checkpointSize > 0 else { return try state.accept(batch) }
    guard let checkpoint = early.checkpoint else { throw .failure(.notUnderCheckpoint) }
    return try state.accept(batch, under: checkpoint, consistency: early.chunk.proof)
  }

  /// Entries that no checkpoint of their author covers are taken up to a bound: only so many could
  /// ever have other signatures elsewhere (SYNC-26). An author that keeps SYNC-50 never comes near
  /// it.
  private func hasRoomAboveCheckpoint(_ chunk: Chunk, _ log: LogID) -> Bool {
    chunk.end - min(agreedCheckpoint(of: log)?.size ?? 0, chunk.end)
      <= Limits.entriesWithoutCheckpoint
  }

  private mutating func waitForCheckpoint(
    _ log: LogID, on id: SessionID, _ effects: inout [Effect]
  ) {
    effects.append(.count(.checkpointsMissing))
    release(log)
    logs[held: log].pullDueAt = nil
    prune(log, on: id, &effects)
  }

  private mutating func takeEntries(
    _ verified: VerifiedBatch, from id: SessionID, _ early: ReceivedChunk, _ log: LogID,
    _ now: UInt64, _ effects: inout [Effect]
  ) {
    let chunk = early.chunk
    progressed(log, on: id)
    logs[held: log].accepted = verified.after
    if verified.signaturesVerified { logs[held: log].signed.add(chunk.first..<chunk.end) }
    logs[held: log].upstream = id
    let shown = sessions[held: id].shared[held: log].shown
    sessions[held: id].shared[held: log].shown = max(shown, verified.after.size)
    if log == ownLog {
      let peer = sessions[held: id].opening.peer
      gate.close(
        because:
          "\(peer) held own entries up to \(verified.after.size) that this folder lacked: it is an old copy"
      )
      effects.append(.event(.ownEntriesFrom(peer, size: verified.after.size)))
    }
    if chunk.request != 0 {
      logs[held: log].debts.append(
        Debt(
          session: id, request: chunk.request, upTo: verified.after.size,
          bytes: early.message.count))
      sessions[held: id].owedBytes += early.message.count
    }
    if logs[held: log].fetch.suspect == chunk.first { logs[held: log].fetch.suspect = nil }
    effects.append(.append(verified, bulk: chunk.request != 0 && chunk.checkpointSize > 0))
    for checkpoint in [early.checkpoint, sessions[id]?.shared[log]?.theirCheckpoint] {
      // The one that everybody knows comes with each push: it was compared with the tree once.
      guard let checkpoint, checkpoint.size <= verified.after.size, !isAgreed(checkpoint, log)
      else { continue }
      holdCheckpoint(checkpoint, of: log)
    }
    if highestKnown(of: log) <= verified.after.size { logs[held: log].pullDueAt = nil }
  }

  // MARK: Chunks that do not fit

  /// Compact leaves are rebuilt with what is stored here: when they fail, either side may be wrong.
  /// Whole ones tell.
  private mutating func failed(
    _ early: ReceivedChunk, _ batch: HashedBatch, _ failure: AcceptanceFailure, _ log: LogID,
    on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    costs.cameToNothing(on: id)
    let chunk = early.chunk
    if chunk.isFull, isSendersFailure(early, batch, failure, log) {
      return blame(id, for: log, now, &effects)
    }
    if chunk.isFull {
      // It is the author's, and what stands here may be another history, or have other signatures.
      effects.append(.count(.chunksDiffer))
    } else {
      effects.append(.count(.chunksAskedInFull))
      logs[held: log].fetch.suspect = chunk.first
    }
    if chunk.first > 0 { seekFork(of: log, from: chunk.first - 1, on: id, now, &effects) }
    guard sessions[id] != nil else { return }
    release(log) { $0.session == id }
    if chunk.isFull || hasOther(than: id, of: log, at: chunk.first, now) {
      sessions[held: id].shared[held: log].passedOverUntil =
        now + Limits.sourcePassedOverMilliseconds
    }
    startPull(of: log, now, &effects)
  }

  /// True when whole leaves are wrong by themselves: not what the log's key signed, one by one or
  /// by the checkpoint that they came under, or with another body than they name.
  private func isSendersFailure(
    _ early: ReceivedChunk, _ batch: HashedBatch, _ failure: AcceptanceFailure, _ log: LogID
  ) -> Bool {
    if case .bodyHash = failure { return true }
    let identity = logs[held: log].accepted.identity
    guard let checkpoint = early.checkpoint else {
      return identity.firstUnsigned(in: batch.batch) != nil
    }
    return !batch.isUnder(
      checkpoint, before: early.chunk.before, consistency: early.chunk.proof)
  }

  /// Counts the sender's failure, and asks for the log elsewhere.
  private mutating func blame(
    _ id: SessionID, for log: LogID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    costs.cameToNothing(on: id)
    effects.append(.count(.chunksFailed))
    release(log) { $0.session == id }
    sessions[held: id].shared[held: log].passedOverUntil =
      now + Limits.sourcePassedOverMilliseconds
    if log == ownLog { dropClaim(on: id, now, &effects) }
    fail(id, now, &effects)
    startPull(of: log, now, &effects)
  }

  mutating func fail(_ id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    guard sessions[id] != nil else { return }
    sessions[held: id].failures += 1
    if sessions[held: id].failures >= Limits.failuresOfSession {
      close(id, .failures, now, &effects)
    }
  }

  private mutating func freeze(_ log: LogID, _ fault: AuthorFault, _ effects: inout [Effect]) {
    effects.append(.count(.faults))
    effects.append(.keepEvidence(log, fault))
    freeze(log, at: fault.position, &effects)
  }
}
