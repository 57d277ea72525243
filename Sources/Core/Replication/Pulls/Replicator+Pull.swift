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
    guard !logs[held: log].isEnlisted else { return }
    logs[held: log].isEnlisted = true
    // The own log first: while it is behind, nothing can be signed.
    if log == ownLog { wanting.insert(log, at: 0) } else { wanting.append(log) }
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
    guard !wanting.isEmpty else { return }
    var isGoingOn = true
    while isGoingOn {
      isGoingOn = false
      for log in wanting {
        guard isWanted(log, now) else {
          logs[held: log].isEnlisted = false
          wanting.removeAll { $0 == log }
          continue
        }
        guard askForPiece(of: log, now, &effects) else { continue }
        isGoingOn = true
        if log != ownLog {
          wanting.removeAll { $0 == log }
          wanting.append(log)
        }
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
    guard let position = sessions[held: source].ourPositions[log] else { return }
    let request = takeRequest()
    let credit = logs[held: log].fetch.bytes(of: UInt64(range.count))
    let isAlone = runningPieces(on: source) == 0
    if isAlone {
      sessions[held: source].pieceEndedAt = now
      sessions[held: source].pieceBytes = 0
    }
    logs[held: log].fetch.add(
      Piece(
        session: source, request: request, range: range, form: form, openedAt: now,
        isAlone: isAlone, next: range.lowerBound, progressAt: now, credit: credit))
    if !fetching.contains(log) { fetching.append(log) }
    measure(log, now)
    send(

      PullRequest(
        request: request, position: position, from: LogSize(own: range.lowerBound),
        to: LogSize(own: range.upperBound), credit: UInt32(clamping: credit), form: form),
      on: source, &effects)
  }

  mutating func takeRequest() -> UInt32 {
    let request = nextRequest
    nextRequest = nextRequest == .max ? 1 : nextRequest + 1
    return request
  }

  // MARK: Room

  /// The first entry that is missing of a log is always asked for, of so many logs; what comes
  /// early has a limit.
  private func hasRoom(for log: LogID, isFront: Bool) -> Bool {
    if isFront { return log == ownLog || fetching.contains(log) || hasPlace }
    return reservedBytes() < Limits.fetchedBytesAtOnce
  }

  private var hasPlace: Bool {
    fetching.count < Limits.pullsAtOnce || reservedBytes() < Limits.fetchedBytesAtOnce
  }

  /// Bytes that all pieces may take yet, and those that the store has not answered for.
  func reservedBytes(on id: SessionID? = nil) -> Int {
    var bytes = 0
    for log in fetching {
      for piece in logs[held: log].fetch.pieces where id == nil || piece.session == id {
        bytes += piece.reservedBytes
      }
    }
    if let id { return bytes + sessions[held: id].owedBytes }
    return sessionOrder.reduce(bytes) { $0 + sessions[held: $1].owedBytes }
  }

  private func runningPieces(on id: SessionID, of log: LogID? = nil) -> Int {
    var count = 0
    for other in fetching where log == nil || log == other {
      for piece in logs[held: other].fetch.pieces where piece.session == id && !piece.isOver {
        count += 1
      }
    }
    return count
  }

  /// How much may be under way on a session: what its line brings in a second, at least a piece.
  private func window(of id: SessionID) -> Int {
    let rate = sessions[held: id].bytesPerMillisecond
    guard rate > 0 else { return 2 * Limits.pieceBytes }
    return min(max(rate * 1_000, Limits.pieceBytes), Limits.fetchedBytesOfSession)
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
      guard bytes < window(of: id) || isFront && runningPieces(on: id, of: log) == 0 else {
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
    guard let front = logs[held: log].fetch.pieces.first, !front.isOver,
      front.credit > front.received,
      sessions[front.session] != nil
    else { return false }
    let since = max(front.openedAt, sessions[held: front.session].pieceEndedAt)
    let elapsed = now - min(now, since)
    let rate = front.received / Int(max(1, now - min(now, front.openedAt)))
    let isTooSlow = sessionOrder.contains { id in
      guard id != front.session, mayAsk(id, for: log, at: front.next, now),
        runningPieces(on: id, of: log) == 0
      else { return false }
      let other = sessions[held: id].bytesPerMillisecond
      guard other > 0 else { return elapsed > Limits.pieceMilliseconds }
      let expected = UInt64(Limits.pieceBytes / other) + sessions[held: id].roundTrip
      return elapsed > max(4 * expected, Limits.pieceLeastMilliseconds) && other > 2 * rate
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
  mutating func release(_ log: LogID, where isLeft: (Piece) -> Bool = { _ in true }) {
    for index in logs[held: log].fetch.pieces.indices.reversed()
    where isLeft(logs[held: log].fetch.pieces[index]) {
      let piece = logs[held: log].fetch.remove(at: index)
      if !piece.isOver { sessions[piece.session]?.leaving.append(piece.request) }
    }
    if logs[held: log].fetch.isEmpty { fetching.removeAll { $0 == log } }
  }

  mutating func leaveRequests(on id: SessionID, _ effects: inout [Effect]) {
    guard !sessions[held: id].leaving.isEmpty else { return }
    for request in sessions[held: id].leaving { send(Leave(request: request), on: id, &effects) }
    sessions[held: id].leaving = []
  }

  /// Pieces that are here wholly, or that pushes overtook.
  mutating func releaseDone(of log: LogID) {
    let size = logs[held: log].accepted.size
    release(log) { $0.end <= size }
  }

  mutating func ended(
    _ request: UInt32, _ reason: EndReason, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    if let log = logOrder.first(where: { damagedLogs.contains($0) && isRepair($0, request, id) }) {
      return ended(repairOf: log, reason, on: id, now, &effects)
    }
    if endedTwins(request, on: id, now) { return }
    guard
      let log = fetching.first(where: { logs[held: $0].fetch.index(of: request, id) != nil }),
      let index = logs[held: log].fetch.index(of: request, id)
    else { return }
    costs.expected(on: id)
    // Short of what it announced.
    logs[held: log].fetch.update(index) { $0.isOver = true }
    sessions[held: id].shared[held: log].passedOverUntil = now + Limits.sourcePassedOverMilliseconds
    if log == ownLog { dropClaim(on: id, now, &effects) }
    releaseDone(of: log)
    startPull(of: log, now, &effects)
  }

  /// When a piece has stalled. Progress of its session's other pieces counts: they share a line.
  /// While a rate of ours holds the session, nothing is read of it, and its silence is not the
  /// source's.
  func stallsAt(_ piece: Piece, hasOther: Bool) -> UInt64 {
    guard let session = sessions[piece.session] else {
      return piece.progressAt + Limits.pullStalledMilliseconds
    }
    var patience = Limits.pullStalledMilliseconds
    if hasOther, session.roundTrip > 0, session.bytesPerMillisecond > 0 {
      // A chunk counts when it is here wholly, which takes its time on a slow line.
      let chunks = UInt64(2 * Limits.chunkBytes / session.bytesPerMillisecond)
      let trips = max(
        Limits.stallRoundTrips * session.roundTrip, Limits.pullStalledLeastMilliseconds)
      patience = min(trips + chunks, patience)
    }
    let held = costs.receivingHeldUntil(session.opening.peer)
    return max(piece.progressAt, session.progressAt, held) + patience
  }

  /// The watchdog: another source for what makes no progress. SYNC-33.
  mutating func abandonStalledPulls(
    of candidates: [LogID], _ now: UInt64, _ effects: inout [Effect]
  ) {
    for log in candidates {
      // Without credit it is our store that is slow.
      let stalled = logs[held: log].fetch.pieces.first { piece in
        !piece.isOver && piece.credit > piece.received
          && now >= stallsAt(piece, hasOther: true)
          && now
            >= stallsAt(
              piece, hasOther: hasOther(than: piece.session, of: log, at: piece.next, now))
      }
      guard let stalled else { continue }
      effects.append(.count(.pullsStalled))
      if let peer = sessions[stalled.session]?.opening.peer {
        effects.append(.event(.stalled(log, peer)))
      }
      // It is passed over for all logs: a source that lets one pull stall would take every place in
      // turn.
      sessions[stalled.session]?.passedOverUntil = now + Limits.sourcePassedOverMilliseconds
      for other in fetching
      where logs[held: other].fetch.pieces.contains(where: { $0.session == stalled.session }) {
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
    for piece in fetch.pieces where !piece.isOver {
      let stalls = stallsAt(piece, hasOther: true)
      if stalls > now { due = min(due, stalls) }
    }
    return due
  }
}
