import Crypto
import Log

// One header signed twice is no fork: the leaf under a checkpoint takes the place of one that was
// accepted singly (LOG-32).
extension Replicator {
  /// Both sides have the same headers below `end`: what differed there was signatures alone.
  mutating func settleSame(
    of log: LogID, below end: UInt64, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard let shared = sessions[id]?.shared[log],
      sessions[held: id].shared[held: log].history.settle(below: end)
    else { return }
    if let newest = agreedCheckpoint(of: log), newest.size <= logs[held: log].durable.size,
      newest.size > shared.theirCheckpointSize
    {
      offer(newest, of: log, on: id, &effects)
    }
    askForTwins(of: log, on: id, now, &effects)
  }

  /// Asks for the leaves above the newest checkpoint that agrees, if the session has a larger one.
  mutating func askForTwins(
    of log: LogID, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard log != ownLog, logs[held: log].twins == nil,
      let checkpoint = sessions[id]?.shared[log]?.theirCheckpoint
    else { return }
    let from = agreedCheckpoint(of: log)?.size ?? 0
    let size = logs[held: log].durable.size
    guard logs[held: log].accepted.size == size, checkpoint.size > from, size > from,
      size - from <= Limits.twinsReach
    else { return }
    logs[held: log].twins = TwinSearch(
      session: id, next: from, to: min(size, checkpoint.size),
      dueAt: now + Limits.twinsMilliseconds)
    turns.seekTwins(log)
    askForLeaves(of: log, now, &effects)
  }

  private mutating func askForLeaves(
    of log: LogID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard var twins = logs[held: log].twins, sessions[twins.session] != nil else {
      return endTwins(of: log)
    }
    let end = min(twins.to, twins.next + Limits.leavesAtOnce)
    twins.pull = openPull(
      twins.next..<end, of: log, for: .leaves, .leaves, credit: Limits.chunkBytes,
      on: twins.session, now, &effects)
    logs[held: log].twins = twins
    if twins.pull == nil { endTwins(of: log) }
  }

  mutating func endTwins(of log: LogID) {
    endLeaves(of: log)
    logs[held: log].twins = nil
    turns.endTwins(log)
  }

  /// The answer is of one message: nothing more of it is waited for.
  private mutating func endLeaves(of log: LogID) {
    guard let pull = logs[held: log].twins?.pull else { return }
    sessions[pull.session]?.asked[pull.request] = nil
    logs[held: log].twins?.pull = nil
  }

  // MARK: The answer

  mutating func receiveLeaves(
    _ chunk: Chunk, _ message: [UInt8], of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard let pull = logs[held: log].twins?.pull else { return }
    endLeaves(of: log)
    guard chunk.form == .leaves, pull.isContinued(by: chunk),
      let batch = chunk.batch(of: message, extending: logs[held: log].accepted),
      chunk.checkpointSize == sessions[id]?.shared[log]?.theirCheckpointSize
    else { return failTwins(of: log, on: id, now, &effects) }
    guard let checkpoint = sessions[id]?.shared[log]?.theirCheckpoint,
      checkpoint.size == chunk.checkpointSize
    else { return endTwins(of: log) }
    guard batch.isUnder(checkpoint, before: chunk.before, consistency: chunk.proof) else {
      return failTwins(of: log, on: id, now, &effects)
    }
    compareLeaves(batch.batch, under: checkpoint, chunk.proof, of: log, on: id, now, &effects)
  }

  /// The session's leaves are not in the author's tree, whatever stands here.
  private mutating func failTwins(
    of log: LogID, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    effects.append(.count(.chunksFailed))
    endTwins(of: log)
    fail(id, now, &effects)
  }

  /// The leaves are the author's: they take the place of ours, or they are another history.
  private mutating func compareLeaves(
    _ batch: EntryBatch, under checkpoint: VerifiedCheckpoint, _ proof: [Digest], of log: LogID,
    on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard let held = heldLeaves(of: log, batch.first..<batch.end),
      let before = try? reader.tree(log, size: batch.first)
    else {
      effects.append(.count(.readsFailed))
      return endTwins(of: log)
    }
    progressed(log, on: id)
    if held == batch.leaves { return goOn(of: log, to: batch.end, now, &effects) }
    guard
      let replacement = try? LeafReplacement(
        logs[held: log].accepted.identity, first: batch.first, held: held, offered: batch.leaves,
        before: before, under: checkpoint, consistency: proof)
    else {
      effects.append(.count(.chunksDiffer))
      endTwins(of: log)
      seekFork(of: log, from: batch.end - 1, on: id, now, &effects)
      return
    }
    logs[held: log].twins?.withStore = batch.end
    logs[held: log].twins?.dueAt = now + Limits.twinsMilliseconds
    effects.append(.replace(replacement))
  }

  private func heldLeaves(of log: LogID, _ range: Range<UInt64>) -> [UInt8]? {
    var leaves: [UInt8] = []
    var next = range.lowerBound
    while next < range.upperBound {
      guard
        let batch = try? reader.read(
          log, next..<range.upperBound, maximumBytes: Limits.chunkBytes)
      else { return nil }
      leaves += batch.leaves
      next = batch.end
    }
    return leaves
  }

  private mutating func goOn(
    of log: LogID, to next: UInt64, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard var twins = logs[held: log].twins else { return }
    twins.withStore = nil
    twins.next = next
    twins.dueAt = now + Limits.twinsMilliseconds
    logs[held: log].twins = twins
    guard next >= twins.to else { return askForLeaves(of: log, now, &effects) }
    endTwins(of: log)
    if let checkpoint = sessions[twins.session]?.shared[log]?.theirCheckpoint,
      checkpoint.size <= logs[held: log].durable.size
    {
      keepCheckpoint(checkpoint, of: log, from: twins.session, now, &effects)
      if isAgreed(checkpoint, log) { tellOfReplaced(under: checkpoint, of: log, &effects) }
    }
    // The session's chunk did not fit, and does now.
    if sessions[twins.session] != nil {
      sessions[held: twins.session].shared[held: log].passedOverUntil = now
    }
    startPull(of: log, now, &effects)
  }

  // MARK: The store

  /// The store has the other signatures: state, head and tree are others.
  mutating func replaced(_ log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    guard logs[log] != nil, let state = reader.state(of: log) else { return }
    adopt(state, of: log)
    logs[held: log].durable = reader.durableHead(of: log)
    logs[held: log].isContradicted = reader.contradiction(of: log) != nil
    logs[held: log].signed = SignedRun()
    compareBranch(of: log)
    effects.append(.count(.leavesReplaced))
    guard let end = logs[held: log].twins?.withStore else { return }
    goOn(of: log, to: end, now, &effects)
  }

  /// Something of the log is on its way to the disk: asked again a little later.
  mutating func replaceRefused(_ log: LogID, _ now: UInt64) {
    guard logs[log]?.twins != nil else { return }
    logs[held: log].twins?.withStore = nil
    logs[held: log].twins?.dueAt = now + Limits.twinsAgainMilliseconds
    logs[held: log].twins?.retries += 1
  }

  mutating func retryTwins(_ now: UInt64, _ effects: inout [Effect]) {
    for log in turns.twins {
      guard let twins = logs[log]?.twins, twins.dueAt <= now else { continue }
      guard twins.retries > 0, twins.retries <= Limits.twinsRetries, twins.withStore == nil else {
        endTwins(of: log)
        continue
      }
      logs[held: log].twins?.dueAt = now + Limits.twinsMilliseconds
      askForLeaves(of: log, now, &effects)
    }
  }
}
