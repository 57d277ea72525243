import Log

// What time alone brings about. The daemon calls `tick` when `nextDue` says so.
extension Replicator {
  mutating func tick(_ now: UInt64, _ effects: inout [Effect]) {
    settleCopies(now, &effects)
    for id in sessionOrder { keepAlive(id, now, &effects) }
    resumeAnswers(now, &effects)
    abandonStalledPulls(now, &effects)
    abandonStalledRepairs(now, &effects)
    startDuePulls(now, &effects)
    for log in logOrder {
      wantCosignature(of: log, now, &effects)
      relayDue(of: log, now, &effects)
      passDueCheckpoint(of: log, now, &effects)
    }
    publishCosignatures(now, &effects)
  }

  private mutating func keepAlive(_ id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    guard let session = sessions[id] else { return }
    let silent = now - min(now, session.lastReceivedAt)
    if silent >= Limits.silenceMilliseconds { return close(id, .silent, now, &effects) }
    if session.opening.weInitiated {
      if now - session.openedAt >= Limits.sessionMilliseconds {
        return close(id, .aged, now, &effects)
      }
      if session.isReady, silent >= Limits.pingAfterMilliseconds, session.pingedAt == nil {
        sessions[id]!.pingedAt = now
        send(.ping, on: id, &effects)
      }
    }
    if session.isReady, now - session.lastDigestAt >= Limits.digestMilliseconds {
      sendDigest(on: id, now, &effects)
    }
  }

  /// When `tick` is wanted next, in the milliseconds of `now`; nil while nothing waits.
  public func nextDue(_ now: UInt64) -> UInt64? {
    var due = gate.nextDue(now)
    for id in sessionOrder { due = min(due, nextDue(of: sessions[id]!)) }
    for log in logOrder { due = min(due, nextDue(of: logs[log]!, log, now)) }
    return due == .max ? nil : max(due, now + 1)
  }

  private func nextDue(of session: Session) -> UInt64 {
    var due = min(session.lateDueAt, session.lastReceivedAt + Limits.silenceMilliseconds)
    due = min(due, session.lastDigestAt + Limits.digestMilliseconds)
    if session.opening.weInitiated {
      due = min(due, session.openedAt + Limits.sessionMilliseconds)
      if session.pingedAt == nil {
        due = min(due, session.lastReceivedAt + Limits.pingAfterMilliseconds)
      }
    }
    if let answersDueAt = session.answersDueAt { due = min(due, answersDueAt) }
    if let wait = session.waitsForSilenceOf {
      due = min(due, wait.since + Limits.secondCopyMilliseconds)
    }
    return due
  }

  private func nextDue(of progress: LogProgress, _ log: LogID, _ now: UInt64) -> UInt64 {
    var due = nextDue(of: progress.repairs, now)
    if let pull = progress.pull {
      // Past its time it waits for the disk, or for another source.
      for time in [stallsAt(pull), pull.openedAt + Limits.pullTurnMilliseconds] {
        due = min(due, time >= now ? time : now + 1_000)
      }
    } else if let pullDue = progress.pullDueAt {
      // A due pull without a source waits for one that was passed over, or for a place.
      due = min(due, pullDue > now ? pullDue : now + 1_000)
    }
    due = min(due, progress.checkpointDueAt ?? .max, progress.outgoingDueAt ?? .max)
    if log == ownLog, progress.cosignaturesChanged {
      due = min(due, max(progress.cosignaturesDueAt, now + 1_000))
    }
    if log != ownLog, progress.cosignedSize < progress.durable.size, progress.cosignDueAt > now {
      due = min(due, progress.cosignDueAt)
    }
    return due
  }
}
