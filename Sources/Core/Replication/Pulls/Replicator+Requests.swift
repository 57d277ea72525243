import Log

// Requests of all purposes: how they are asked, answered, and given up. Protocols/sync.md, 5.
extension Replicator {
  /// Asks a session for a part of a log.
  /// - Parameter credit: bytes that it may send.
  /// - Returns: nil for a log that was not listed there.
  mutating func openPull(
    _ range: Range<UInt64>, of log: LogID, for purpose: PullPurpose, _ form: PullForm, credit: Int,
    on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) -> OpenPull? {
    guard let position = sessions[held: id].lists.position(of: log) else { return nil }
    let request = turns.takeRequest()
    sessions[held: id].asked[request] = AskedPull(log: log, purpose: purpose)
    send(
      PullRequest(
        request: request, position: position, from: LogSize(own: range.lowerBound),
        to: LogSize(own: range.upperBound), credit: UInt32(clamping: credit), form: form),
      on: id, &effects)
    return OpenPull(
      session: id, request: request, range: range, form: form, credit: credit, now)
  }

  /// Takes nothing more of a pull; its source is told at the end of the step, unless it has sent
  /// all.
  mutating func leave(_ pull: OpenPull) {
    sessions[pull.session]?.asked[pull.request] = nil
    if !pull.isOver { sessions[pull.session]?.leaving.append(pull.request) }
  }

  mutating func leaveRequests(on id: SessionID, _ effects: inout [Effect]) {
    guard !sessions[held: id].leaving.isEmpty else { return }
    for request in sessions[held: id].leaving { send(Leave(request: request), on: id, &effects) }
    sessions[held: id].leaving = []
  }

  /// The source says that the answer to a request is over; one that was left is nobody's business.
  mutating func receiveEnd(
    _ request: UInt32, _ reason: EndReason, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard let asked = sessions[held: id].asked[request] else { return }
    switch asked.purpose {
    case .gap: endOfPiece(of: asked.log, request, on: id, now, &effects)
    case .repair: endOfRepair(of: asked.log, reason, on: id, now, &effects)
    // Nothing of it came.
    case .leaves: endTwins(of: asked.log)
    }
  }

  /// When a pull has stalled. Progress of its session's other pulls counts: they share a line.
  /// While a rate of ours holds the session, nothing is read of it, and its silence is not the
  /// source's.
  func stallsAt(_ pull: OpenPull, hasOther: Bool) -> UInt64 {
    guard let session = sessions[pull.session] else {
      return pull.progressAt + Limits.pullStalledMilliseconds
    }
    let held = costs.receivingHeldUntil(session.opening.peer)
    return max(pull.progressAt, session.pace.progressAt, held)
      + session.pace.patience(hasOther: hasOther)
  }

  /// The watchdog: another source for what makes no progress. SYNC-33.
  mutating func abandonStalled(of due: [LogID], _ now: UInt64, _ effects: inout [Effect]) {
    abandonStalledPulls(of: due, now, &effects)
    abandonStalledRepairs(now, &effects)
    retryTwins(now, &effects)
  }
}
