import Crypto
import Log

// The side that asks: Protocols/sync.md, 5 and SYNC-42.
extension Replicator {
  /// Entries of the highest undisputed head that a ready session announced, as far as they are
  /// wanted.
  func highestKnown(of log: LogID) -> UInt64 {
    var highest: UInt64 = 0
    for id in sessionOrder {
      if let shared = sessions[held: id].shared[log], !shared.isDisputed {
        highest = max(highest, shared.known)
      }
    }
    return min(highest, max(ceiling(of: log), logs[held: log].accepted.size))
  }

  /// Notes whether something is missing of `log`: `ask` asks for it.
  mutating func wantMore(of log: LogID, _ now: UInt64) {
    guard highestKnown(of: log) > logs[held: log].accepted.size else {
      logs[held: log].pullDueAt = nil
      return
    }
    logs[held: log].pullDueAt = min(logs[held: log].pullDueAt ?? now, now)
    enlist(log)
  }

  /// Asks for what is missing of `log` from now on.
  mutating func startPull(of log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    logs[held: log].pullDueAt = min(logs[held: log].pullDueAt ?? now, now)
    enlist(log)
    ask(now, &effects)
  }

  private mutating func enlist(_ log: LogID) {
    // The own log first: while it is behind, nothing can be signed.
    turns.want(log, isFirst: log == ownLog)
  }

  mutating func startDuePulls(
    of candidates: [LogID], _ now: UInt64, _ effects: inout [Effect]
  ) {
    for log in candidates where (logs[held: log].pullDueAt ?? .max) <= now { enlist(log) }
    ask(now, &effects)
  }

  /// Asks for pieces of all logs that lack something, one of each in turn, as long as there is room
  /// for them.
  mutating func ask(_ now: UInt64, _ effects: inout [Effect]) {
    guard !turns.wanting.isEmpty else { return }
    var isGoingOn = true
    while isGoingOn {
      isGoingOn = false
      for log in turns.wanting {
        guard isWanted(log, now) else {
          turns.unwant(log)
          continue
        }
        guard askForPiece(of: log, now, &effects) else { continue }
        isGoingOn = true
        if log != ownLog { turns.hadTurn(log) }
      }
    }
  }

  private mutating func isWanted(_ log: LogID, _ now: UInt64) -> Bool {
    guard let due = logs[held: log].pullDueAt, !logs[held: log].isLimited else { return false }
    guard min(highestKnown(of: log), ceiling(of: log)) > logs[held: log].accepted.size else {
      logs[held: log].pullDueAt = nil
      return false
    }
    return due <= now
  }

  /// - Returns: whether something was asked.
  private mutating func askForPiece(
    of log: LogID, _ now: UInt64, _ effects: inout [Effect]
  ) -> Bool {
    if askForGap(of: log, now, &effects) { return true }
    return moveSlowPiece(of: log, now, &effects) && askForGap(of: log, now, &effects)
  }

  private mutating func askForGap(
    of log: LogID, _ now: UInt64, _ effects: inout [Effect]
  ) -> Bool {
    let size = logs[held: log].accepted.size
    let target = min(highestKnown(of: log), ceiling(of: log))
    guard let gap = logs[held: log].fetch.gap(from: size, to: target) else { return false }
    let isFront = gap.lowerBound == size
    guard hasRoom(for: log, isFront: isFront),
      let source = source(of: log, at: gap.lowerBound, isFront: isFront, now)
    else { return false }
    let fetch = logs[held: log].fetch
    let step = fetch.pieceEntries(missing: target - size)
    let cut = (gap.lowerBound / step + 1) * step
    let end = min(cut, gap.upperBound, sessions[held: source].shared[held: log].known)
    let form: PullForm = fetch.suspect == gap.lowerBound ? .full : .compact
    open(gap.lowerBound..<end, of: log, form, on: source, now, &effects)
    // Little is missing: from here on entries are to come by themselves.
    if target - size <= Limits.entriesPushedAtOnce { graft(log, on: source, &effects) }
    return true
  }

  private mutating func open(
    _ range: Range<UInt64>, of log: LogID, _ form: PullForm, on source: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    let isAlone = runningPieces(on: source) == 0
    let credit = logs[held: log].fetch.bytes(of: UInt64(range.count))
    guard
      let pull = openPull(
        range, of: log, for: .gap, form, credit: credit, on: source, now, &effects)
    else { return }
    if isAlone { sessions[held: source].pace.begin(now) }
    logs[held: log].fetch.add(Piece(pull, isAlone: isAlone))
    turns.fetch(log)
    measure(log, now)
  }

  // MARK: Room

  /// The first entry that is missing of a log is always asked for, of so many logs; what comes
  /// early has a limit.
  private func hasRoom(for log: LogID, isFront: Bool) -> Bool {
    if isFront { return log == ownLog || turns.fetching.contains(log) || hasPlace }
    return reservedBytes() < Limits.fetchedBytesAtOnce
  }

  private var hasPlace: Bool {
    turns.fetching.count < Limits.pullsAtOnce || reservedBytes() < Limits.fetchedBytesAtOnce
  }

  /// Bytes that all pieces may take yet, and those that the store has not answered for.
  func reservedBytes(on id: SessionID? = nil) -> Int {
    var bytes = 0
    for log in turns.fetching {
      for piece in logs[held: log].fetch.pieces where id == nil || piece.pull.session == id {
        bytes += piece.reservedBytes
      }
    }
    if let id { return bytes + sessions[held: id].owedBytes }
    return sessionOrder.reduce(bytes) { $0 + sessions[held: $1].owedBytes }
  }

  private func runningPieces(on id: SessionID, of log: LogID? = nil) -> Int {
    var count = 0
    for other in turns.fetching where log == nil || log == other {
      for piece in logs[held: other].fetch.pieces
      where piece.pull.session == id && !piece.pull.isOver {
        count += 1
      }
    }
    return count
  }

  // MARK: Sources

  private func mayAsk(_ id: SessionID, for log: LogID, at index: UInt64, _ now: UInt64) -> Bool {
    guard sessions[held: id].isReady, sessions[held: id].passedOverUntil <= now,
      let shared = sessions[held: id].shared[log]
    else { return false }
    return !shared.isDisputed && shared.known > index && shared.passedOverUntil <= now
      && leftUnread(log, on: id, now) == nil
  }

  /// The session with the least under way, of those that have room; of equals, the one that
  /// announced the most.
  private func source(
    of log: LogID, at index: UInt64, isFront: Bool, _ now: UInt64
  ) -> SessionID? {
    var best: (id: SessionID, bytes: Int, known: UInt64)?
    for id in sessionOrder where mayAsk(id, for: log, at: index, now) {
      guard runningPieces(on: id) < Limits.piecesOfSession else { continue }
      let bytes = reservedBytes(on: id)
      guard bytes < sessions[held: id].pace.window || isFront && runningPieces(on: id, of: log) == 0
      else {
        continue
      }
      let known = sessions[held: id].shared[held: log].known
      if best.map({ (bytes, $0.known) < ($0.bytes, known) }) ?? true { best = (id, bytes, known) }
    }
    return best?.id
  }

  /// True when somebody else can be asked for the entry at `index`.
  func hasOther(than id: SessionID, of log: LogID, at index: UInt64, _ now: UInt64) -> Bool {
    sessionOrder.contains { $0 != id && mayAsk($0, for: log, at: index, now) }
  }

  /// The piece that everything waits for goes on elsewhere, when somebody much faster has nothing
  /// to do: a slow source costs its own share.
  private mutating func moveSlowPiece(
    of log: LogID, _ now: UInt64, _ effects: inout [Effect]
  ) -> Bool {
    guard let front = logs[held: log].fetch.pieces.first?.pull, !front.isOver, front.hasCredit,
      sessions[front.session] != nil
    else { return false }
    let since = max(front.openedAt, sessions[held: front.session].pace.pieceEndedAt)
    let elapsed = now - min(now, since)
    let rate = front.received / Int(max(1, now - min(now, front.openedAt)))
    let isTooSlow = sessionOrder.contains { id in
      guard id != front.session, mayAsk(id, for: log, at: front.next, now),
        runningPieces(on: id, of: log) == 0
      else { return false }
      return sessions[held: id].pace.isMuchFaster(than: rate, after: elapsed)
    }
    guard isTooSlow else { return false }
    effects.append(.count(.piecesMoved))
    sessions[held: front.session].shared[log]?.passedOverUntil =
      now + Limits.sourcePassedOverMilliseconds
    release(log) { $0.session == front.session }
    return true
  }

  // MARK: Ends

  /// Leaves pieces; what came early of them is dropped, and asked for again.
  mutating func release(_ log: LogID, where isLeft: (OpenPull) -> Bool = { _ in true }) {
    for index in logs[held: log].fetch.pieces.indices.reversed()
    where isLeft(logs[held: log].fetch.pieces[index].pull) {
      leave(logs[held: log].fetch.remove(at: index).pull)
    }
    if logs[held: log].fetch.isEmpty { turns.fetched(log) }
  }

  /// Pieces that are here wholly, or that pushes overtook.
  mutating func releaseDone(of log: LogID) {
    let size = logs[held: log].accepted.size
    release(log) { $0.end <= size }
  }

  /// The source of a piece says that its answer is over.
  mutating func endOfPiece(
    of log: LogID, _ request: UInt32, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard let index = logs[held: log].fetch.index(of: request, id) else { return }
    costs.expected(on: id)
    // Short of what it announced.
    logs[held: log].fetch.update(index) { $0.pull.finish() }
    sessions[held: id].shared[held: log].passedOverUntil = now + Limits.sourcePassedOverMilliseconds
    if log == ownLog { dropClaim(on: id, now, &effects) }
    releaseDone(of: log)
    startPull(of: log, now, &effects)
  }

  /// The watchdog: another source for what makes no progress. SYNC-33.
  mutating func abandonStalledPulls(
    of candidates: [LogID], _ now: UInt64, _ effects: inout [Effect]
  ) {
    for log in candidates {
      let stalled = logs[held: log].fetch.pieces.lazy.map(\.pull).first { pull in
        !pull.isOver && pull.hasCredit && now >= stallsAt(pull, hasOther: true)
          && now
            >= stallsAt(pull, hasOther: hasOther(than: pull.session, of: log, at: pull.next, now))
      }
      guard let stalled else { continue }
      effects.append(.count(.pullsStalled))
      if let peer = sessions[stalled.session]?.opening.peer {
        effects.append(.event(.stalled(log, peer)))
      }
      // It is passed over for all logs: a source that lets one pull stall would take every place in
      // turn.
      sessions[stalled.session]?.passedOverUntil = now + Limits.sourcePassedOverMilliseconds
      for other in turns.fetching where logs[held: other].fetch.isAsked(of: stalled.session) {
        if other == ownLog { dropClaim(on: stalled.session, now, &effects) }
        release(other) { $0.session == stalled.session }
        logs[held: other].pullDueAt = now
        enlist(other)
      }
    }
  }

  /// When something of what is under way is to be looked at.
  func nextDue(of fetch: Fetch, _ now: UInt64) -> UInt64 {
    guard !fetch.isEmpty else { return .max }
    var due = now + Limits.fetchLookMilliseconds
    for pull in fetch.pieces.lazy.map(\.pull) where !pull.isOver {
      let stalls = stallsAt(pull, hasOther: true)
      if stalls > now { due = min(due, stalls) }
    }
    return due
  }
}
