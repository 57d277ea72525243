import Crypto
import Log

// Entries that became durable go on along the tree of their log, and are announced elsewhere:
// Protocols/sync.md, 6.
extension Replicator {
  mutating func becameDurable(
    _ log: LogID, _ head: LogHead, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard logs[log] != nil, head.size > logs[held: log].durable.size else { return }
    let before = logs[held: log].durable.size
    logs[held: log].durable = head
    if let state = reader.state(of: log), state.size > logs[held: log].accepted.size {
      adopt(state, of: log)
    }
    if before == 0 { genesisCame(log) }
    compareBranch(of: log)
    measure(log, now)
    giveCreditBack(log, now, &effects)
    settleCheckpoint(of: log, now, &effects)
    compareHeads(of: log, above: before, now, &effects)
    for id in sessionOrder where sessions[held: id].isReady {
      push(log, above: before, on: id, now, &effects)
    }
    if highestKnown(of: log) <= head.size, before < head.size {
      effects.append(.event(.caughtUp(log, size: head.size)))
    }
    wantCosignature(of: log, now, &effects)
  }

  /// Durable entries take no more room; pieces that need more credit than they had get it.
  private mutating func giveCreditBack(
    _ log: LogID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    let durable = logs[held: log].durable.size
    guard logs[held: log].debts.contains(where: { $0.upTo <= durable }) else { return }
    for debt in logs[held: log].debts where debt.upTo <= durable {
      guard sessions[debt.session] != nil else { continue }
      sessions[held: debt.session].owedBytes -= debt.bytes
      giveCredit(debt.bytes, for: debt.request, of: log, on: debt.session, &effects)
    }
    logs[held: log].debts.removeAll { $0.upTo <= durable }
    ask(now, &effects)
  }

  /// Lets the source of a piece send so many bytes again, if what is left of it may need them.
  mutating func giveCredit(
    _ bytes: Int, for request: UInt32, of log: LogID, on id: SessionID, _ effects: inout [Effect]
  ) {
    let fetch = logs[held: log].fetch
    guard let index = fetch.index(of: request, id) else { return }
    let pull = fetch.pieces[index].pull
    let rest = fetch.bytes(of: pull.range.upperBound - pull.next)
    guard pull.credit - pull.received < rest else { return }
    logs[held: log].fetch.update(index) { $0.pull.lend(bytes) }
    send(Credit(request: request, bytes: UInt32(bytes)), on: id, &effects)
  }

  /// The store did not take what came: nothing of it is waited for.
  mutating func forgive(_ log: LogID) {
    for debt in logs[held: log].debts { sessions[debt.session]?.owedBytes -= debt.bytes }
    logs[held: log].debts = []
  }

  /// - Parameter before: our durable size before.
  mutating func push(
    _ log: LogID, above before: UInt64, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard let shared = sessions[held: id].shared[log], !shared.isDisputed else { return }
    let size = logs[held: log].durable.size
    // The author has its own entries; one that lost some hears of them, and pulls.
    guard shared.known < size, author(of: log) != sessions[held: id].opening.peer else {
      return acknowledge(log, on: id, now)
    }
    let theirs = max(shared.known, shared.pushedTo)
    let isServed = sessions[held: id].serving.contains(log: log)
    // Every peer pulls what it lacks of the entries that a settled branch brings above a freeze.
    let isBelowFreeze = size <= logs[held: log].accepted.frozenAt ?? .max
    guard shared.isEager, !isServed, isBelowFreeze, theirs >= before,
      !sessions[held: id].isCongested, isHeld(.pushedBytes, on: id, now) == nil
    else {
      return announceLater(log, on: id, after: lazyDelay(on: id), now)
    }
    // The peer's acknowledgement makes this needless.
    guard theirs < size else {
      return announceLater(log, on: id, after: 2 * Limits.announceMilliseconds, now)
    }
    guard size - theirs <= Limits.entriesPushedAtOnce else {
      sessions[held: id].announcements.tell(log)
      return
    }
    let covered = agreedCheckpoint(of: log)?.size ?? 0
    guard size - theirs < Limits.entriesPushedSingly || covered > theirs else {
      return announceLater(log, on: id, after: lazyDelay(on: id), now)
    }
    pushRun(of: log, theirs..<size, on: id, now, &effects)
    announceLater(log, on: id, after: 2 * Limits.announceMilliseconds, now)
  }

  private mutating func pushRun(
    of log: LogID, _ range: Range<UInt64>, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    var next = range.lowerBound
    var budget = Limits.bytesPushedAtOnce
    while next < range.upperBound, budget > 0 {
      guard
        let sent = sendChunk(
          of: log, next..<range.upperBound, request: 0, .compact, on: id, &effects)
      else {
        effects.append(.count(.readsFailed))
        break
      }
      meter(sent.bytes, of: .pushedBytes, on: id, now, &effects)
      next = sent.next
      budget -= sent.bytes
    }
    noteSent(log, range.lowerBound..<next, on: id)
    // The rest is for the peer to pull, as its credit lets.
    if next < range.upperBound { sessions[held: id].announcements.tell(log) }
  }

  /// The peer takes this log from us from now on, and has `size` entries.
  mutating func receiveGraft(
    _ log: LogID, _ size: UInt64, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard sessions[held: id].shared[log] != nil else { return }
    sessions[held: id].shared[held: log].isEager = true
    let durable = logs[held: log].durable.size
    let pushedTo = sessions[held: id].shared[held: log].pushedTo
    sessions[held: id].shared[held: log].pushedTo = max(pushedTo, min(size, durable))
    if let checkpoint = agreedCheckpoint(of: log), checkpoint.size <= min(size, durable) {
      passCheckpoint(checkpoint, of: log, on: id, &effects)
    }
  }

  /// Asks the peer to push this log to us, if we had told it not to.
  mutating func graft(_ log: LogID, on id: SessionID, _ effects: inout [Effect]) {
    guard let shared = sessions[held: id].shared[log], !shared.isFedByPeer,
      let position = sessions[held: id].lists.position(of: log)
    else { return }
    sessions[held: id].shared[held: log].isFedByPeer = true
    let size = LogSize(own: logs[held: log].accepted.size)
    send(Graft(position: position, size: size), on: id, &effects)
  }

  mutating func prune(_ log: LogID, on id: SessionID, _ effects: inout [Effect]) {
    guard let position = sessions[held: id].lists.position(of: log) else { return }
    sessions[held: id].shared[held: log].isFedByPeer = false
    send(Prune(position: position), on: id, &effects)
  }

  /// The session that brought this log is gone: another that we had told to announce only takes its
  /// place.
  mutating func replaceUpstream(of log: LogID, _ effects: inout [Effect]) {
    logs[held: log].upstream = nil
    guard log != ownLog, !logs[held: log].isLimited else { return }
    var best: (id: SessionID, known: UInt64, isAhead: Bool)?
    for id in sessionOrder where sessions[held: id].isReady {
      guard let shared = sessions[held: id].shared[log], !shared.isDisputed, shared.known > 0
      else { continue }
      // A peer that got it from us is behind us in the tree.
      let isAhead = shared.pushedTo < logs[held: log].durable.size
      let isBetter =
        best.map { best in
          isAhead != best.isAhead ? isAhead : shared.known > best.known
        } ?? true
      if isBetter { best = (id, shared.known, isAhead) }
    }
    if let best { graft(log, on: best.id, &effects) }
  }

  // MARK: Heads

  /// The peer has what we have: it hears so soon enough, its author at once, since somebody may
  /// wait for replicas.
  private mutating func acknowledge(_ log: LogID, on id: SessionID, _ now: UInt64) {
    if author(of: log) == sessions[held: id].opening.peer {
      sessions[held: id].announcements.tell(log)
    } else {
      announceLater(log, on: id, after: Limits.announceMilliseconds, now)
    }
  }

  /// One side waits longer, so that the other's head makes its own needless.
  private func lazyDelay(on id: SessionID) -> UInt64 {
    sessions[held: id].opening.weInitiated
      ? Limits.pushGraceMilliseconds : 2 * Limits.pushGraceMilliseconds
  }

  private mutating func announceLater(
    _ log: LogID, on id: SessionID, after delay: UInt64, _ now: UInt64
  ) {
    sessions[held: id].announcements.tell(log, at: now + delay, now)
  }

  /// Moves what is due to the heads of this step.
  mutating func collectLate(on id: SessionID, _ now: UInt64) {
    guard sessions[held: id].announcements.lateDueAt <= now else { return }
    var announcements = sessions[held: id].announcements
    announcements.collect(now) { need(of: $0, on: id) }
    sessions[held: id].announcements = announcements
  }

  private func need(of log: LogID, on id: SessionID) -> Announcements.Need {
    guard let shared = sessions[held: id].shared[log] else { return .none }
    let size = logs[held: log].durable.size
    if shared.announced?.size ?? 0 >= size { return .none }
    guard shared.known >= size else { return .news }
    // The peer was sent all of this, and said that it has it: both know.
    return shared.pushedTo >= size ? .none : .acknowledgement
  }
}
