import Log
import Replica
import Replication
import Runtime
import Secrets
import Store

// The state of this node's signing: the core's decision, the operator's decision, and the record of
// it.
extension Node {
  func signingChanged(_ state: SigningState) {
    switch state {
    case .ready:
      waitingSince = nil
      logger.notice("signing in \(identity.origin)")
      author.resume()
    case .waiting(let peers):
      if waitingSince == nil { waitingSince = loop.clock.wallMilliseconds }
      logger.notice("not signing: waiting for the answers of \(list(peers))")
      author.hold(for: peers)
    case .closed(let reason):
      author.close(because: reason)
      logger.error("\(identity.origin) is closed here: \(reason)")
    }
  }

  func releaseSigning() throws(ControlError) -> ReleaseReply {
    guard case .waiting(let peers) = core.signing else {
      throw .refused(
        reason: "signing does not wait: it is \(signingState)", hint: "see liaison status")
    }
    logger.warning("the operator released signing without the answers of \(list(peers))")
    step(.release)
    return ReleaseReply(waitedFor: peers.map(\.text))
  }

  // MARK: Status

  var signingState: String { replica.signingObstacle?.word ?? "ready" }

  var signingWhy: String? {
    switch replica.signingObstacle {
    case nil: nil
    case .closed(let reason), .paused(let reason): reason
    case .diskFull: "the disk is full"
    case .diskFailed(let error): "the disk failed: \(error)"
    case .waiting([]): "no peer has answered yet"
    case .waiting(let peers): "the answers of \(list(peers)) are not here yet"
    }
  }

  var signingHelp: String? {
    switch replica.signingObstacle {
    case nil: nil
    case .closed: "'liaison epoch open --recovery FILE' opens the next epoch; see docs/restore.md"
    case .diskFull: "make room: it goes on by itself"
    case .diskFailed: "look at the disk, then restart liaisond"
    case .paused: "look at \(token.path) and its folder: it goes on by itself"
    case .waiting:
      "it goes on when they answered, or 30 s after the start when one did; "
        + "'liaison signing release' ends the wait"
    }
  }

  var waitingFor: [String] {
    guard case .waiting(let peers) = core.signing else { return [] }
    return peers.map(\.text)
  }

  func list(_ names: [NodeName]) -> String { replica.list(names) }

  // MARK: Warnings

  /// A line of the log that a peer can bring about: now and then.
  func say(_ level: LogLevel, _ kind: String, _ text: String) {
    if let line = lineLimit.line(kind, text, at: now) { logger.log(level, line) }
  }

  /// An operator must look into it; the newest of each kind and peer stays in `status` for a day.
  func warn(_ key: String, _ text: String) {
    say(.error, key, text)
    warnings[key] = (loop.clock.wallMilliseconds, now, text)
    if warnings.count > NodeLimits.warningsKept,
      let oldest = warnings.min(by: { ($0.value.since, $0.key) < ($1.value.since, $1.key) })
    {
      warnings[oldest.key] = nil
    }
  }

  var presentWarnings: [String] {
    let present = warnings.values
      .filter { now - min(now, $0.since) < NodeLimits.warningMilliseconds }
      .sorted { ($0.since, $0.text) < ($1.since, $1.text) }
      .map { "\(UTCTime.text(milliseconds: $0.at)): \($0.text)" }
    // These warnings stand as long as their cause: no limit of time ends them.
    return replica.unsaved.lines + roster.problems + held.problems + faults.problems
      + (SecretMemory.warning.map { [$0] } ?? []) + present
  }
}
