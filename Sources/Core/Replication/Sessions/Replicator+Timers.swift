import Log

// The work that time alone brings about. The daemon calls `tick` when `nextDue` says so.
extension Replicator {
  mutating func tick(_ now: UInt64, _ effects: inout [Effect]) {
    settleCopies(now, &effects)
    for id in sessionOrder { keepAlive(id, now, &effects) }
    resumeAnswers(now, &effects)
    resumeProofs(now)
    let due = dueLogs(now)
    abandonStalled(of: due, now, &effects)
    startDuePulls(of: due, now, &effects)
    for log in due {
      wantCosignature(of: log, now, &effects)
      relayDue(of: log, now, &effects)
      passDueCheckpoint(of: log, now, &effects)
      tellRested(of: log, now, &effects)
    }
    publishCosignatures(now, &effects)
  }

  /// The logs of which something is due.
  func dueLogs(_ now: UInt64) -> [LogID] {
    logDue.indices.lazy.filter { logDue[$0] <= now }.map { logOrder[$0] }
  }

  private mutating func keepAlive(_ id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    endUnread(id, now, &effects)
    guard sessions.place(of: id) != nil else { return }
    let isHeard = sessions[held: id].runID != nil
    guard now < sessions[held: id].liveness.silentAt(isHeard: isHeard) else {
      return close(id, .silent, now, &effects)
    }
    if sessions[held: id].opening.weInitiated {
      if now - min(now, sessions[held: id].openedAt) >= Limits.sessionMilliseconds {
        return close(id, .aged, now, &effects)
      }
      if sessions[held: id].isReady, let due = sessions[held: id].liveness.pingDueAt, due <= now {
        sessions[held: id].liveness.ask(now)
        send(Ping(), on: id, &effects)
      }
    }
    if sessions[held: id].isReady, sessions[held: id].isWhole,
      now - min(now, sessions[held: id].lastDigestAt) >= Limits.digestMilliseconds
    {
      sendDigest(on: id, now, &effects)
    }
  }

  /// When `tick` is wanted next, in the milliseconds of `now`; nil while nothing waits.
  public func nextDue(_ now: UInt64) -> UInt64? {
    var due = gate.nextDue(now)
    for place in sessions.allPlaces where sessions.isFilled(at: place) {
      due = min(due, nextDue(of: sessions[at: place]))
    }
    for at in logDue { due = min(due, at) }
    return due == .max ? nil : max(due, now + 1)
  }

  /// Works out anew when something of a log is due: of those that changed, and after a tick of
  /// those whose time has come.
  mutating func settleDue(_ now: UInt64, afterTick: Bool) {
    var places = logs.takeTouched()
    if afterTick { places += logDue.indices.filter { logDue[$0] <= now } }
    for place in places { logDue[place] = nextDue(ofLogAt: place, now, afterTick: afterTick) }
  }

  private func nextDue(of session: borrowing Session) -> UInt64 {
    var due = min(
      session.announcements.lateDueAt, session.liveness.silentAt(isHeard: session.runID != nil))
    if let proofsDueAt = session.proofsDueAt { due = min(due, proofsDueAt) }
    if session.isWhole {
      due = min(due, session.lastDigestAt + Limits.digestMilliseconds)
    }
    if session.opening.weInitiated {
      due = min(due, session.openedAt + Limits.sessionMilliseconds)
      if let pingDueAt = session.liveness.pingDueAt { due = min(due, pingDueAt) }
    }
    if let unreadUntil = session.unreadUntil { due = min(due, unreadUntil) }
    if let answersDueAt = session.answersDueAt { due = min(due, answersDueAt) }
    if let wait = session.copies.waitsForSilenceOf {
      due = min(due, wait.since + Limits.secondCopyMilliseconds)
    }
    return due
  }

  /// - Parameter afterTick: `tick` has just run: whatever is still due is blocked by something
  ///   other than time, and is looked at again in a second.
  private func nextDue(ofLogAt place: Int, _ now: UInt64, afterTick: Bool) -> UInt64 {
    func time(_ at: UInt64) -> UInt64 { at > now || !afterTick ? at : now + 1_000 }
    var due = nextDue(of: logs[at: place].repairs, now)
    due = min(due, nextDue(of: logs[at: place].fetch, now))
    if let twins = logs[at: place].twins { due = min(due, time(twins.dueAt)) }
    if let pullDue = logs[at: place].pullDueAt {
      // A log that is enlisted was asked for as far as there is room.
      let isBlocked = turns.isWanting(logOrder[place]) && pullDue <= now
      due = min(due, isBlocked ? now + 1_000 : time(pullDue))
    }
    if let passes = logs[at: place].relay.dueAt { due = min(due, time(passes)) }
    if let rests = logs[at: place].relay.restDueAt { due = min(due, time(rests)) }
    if let relays = logs[at: place].cosigning.way.dueAt { due = min(due, time(relays)) }
    if logOrder[place] == ownLog {
      if logs[at: place].cosigning.set.isChanged {
        due = min(due, time(logs[at: place].cosigning.set.dueAt))
      }
    } else if logs[at: place].cosigning.ownSize < logs[at: place].durable.size {
      let cosigns = logs[at: place].cosigning.ownDueAt
      if cosigns > now || cosigns > 0 && !afterTick { due = min(due, cosigns) }
    }
    return due
  }
}
