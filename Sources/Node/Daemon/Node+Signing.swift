import Log
import Replication
import Runtime
import Secrets
import Store

// Whether this node signs: what the core decided, what the operator decides, and what is remembered of it.
extension Node {
  /// The state that the core begins with gives no event.
  func startSigning(_ start: SigningStart) {
    if let reason = start.closedBecause {
      author.close(because: reason)
      if start.isRemembered { rememberClosed(reason) }
      journal.error("\(identity.origin) is closed here: \(reason)")
    } else if core.signing != .ready {
      // The core may have found the next epoch in the store.
      signingChanged(core.signing)
    }
  }

  func signingChanged(_ state: SigningState) {
    switch state {
    case .ready:
      waitingSince = nil
      journal.notice("signing in \(identity.origin)")
      author.resume()
      scheduleCheckpoint()
    case .waiting(let peers):
      if waitingSince == nil { waitingSince = loop.clock.wallMilliseconds }
      journal.notice("not signing: waiting for the answers of \(list(peers))")
      author.hold(for: peers)
    case .closed(let reason):
      author.close(because: reason)
      rememberClosed(reason)
      journal.error("\(identity.origin) is closed here: \(reason)")
    }
  }

  /// Own entries that were not here: the folder is no longer what it was, so that from now on no token opens it.
  func ownEntriesCame(from peer: NodeName, size: UInt64) {
    let reason =
      "\(peer) held own entries up to \(size) that this data folder lacked: it is an old copy"
    // Before they are taken: once they are here, the token names an entry of this folder again.
    rememberClosed(reason)
    if author.closedBecause == nil { return step(.close(because: reason)) }
    journal.error("\(identity.origin): \(reason)")
  }

  private func rememberClosed(_ reason: String) {
    guard !isClosedRemembered else { return }
    let mark = ClosedMark(origin: identity.origin, reason: reason)
    keepSafe("closed", "that \(identity.origin) is closed here") { [unowned self] in
      try mark.save(folder)
      isClosedRemembered = true
    }
  }

  func releaseSigning() throws(ControlError) -> ReleaseReply {
    guard case .waiting(let peers) = core.signing else {
      throw .refused(
        reason: "signing does not wait: it is \(signingState)", hint: "see liaison status")
    }
    journal.warning("the operator released signing without the answers of \(list(peers))")
    step(.release)
    return ReleaseReply(waitedFor: peers.map(\.text))
  }

  // MARK: Status

  var signingState: String {
    if author.closedBecause != nil { return "closed" }
    switch store.condition {
    case .running: break
    case .full: return "full"
    case .failed: return "failed"
    }
    if pause != nil { return "paused" }
    if case .waiting = core.signing { return "waiting" }
    return "ready"
  }

  var signingWhy: String? {
    if let reason = author.closedBecause { return reason }
    switch store.condition {
    case .running: break
    case .full: return "the disk is full"
    case .failed(let error): return "the disk failed: \(error)"
    }
    if let pause { return pause }
    guard case .waiting(let peers) = core.signing else { return nil }
    return peers.isEmpty
      ? "no peer has answered yet" : "the answers of \(list(peers)) are not here yet"
  }

  var signingHelp: String? {
    switch signingState {
    case "waiting":
      "it goes on when they answered, or 30 s after the start when one did; "
        + "'liaison signing release' ends the wait"
    case "closed": "'liaison epoch open --recovery FILE' opens the next epoch; see docs/restore.md"
    case "full": "make room: it goes on by itself"
    case "paused": "look at \(token.file.path) and its folder: it goes on by itself"
    case "failed": "look at the disk, then restart liaisond"
    default: nil
    }
  }

  var waitingFor: [String] {
    guard case .waiting(let peers) = core.signing else { return [] }
    return peers.map(\.text)
  }

  func list(_ names: [NodeName]) -> String {
    names.isEmpty ? "its peers" : names.map(\.text).joined(separator: ", ")
  }

  // MARK: Warnings

  /// A line of the log that a peer can bring about: now and then.
  func say(_ level: LogLevel, _ kind: String, _ text: String) {
    if let line = lineLimit.line(kind, text, at: now) { journal.log(level, line) }
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
    // As long as it is so: a limit does not rise by itself.
    return unsaved.lines + roster.problems + held.problems + faults.problems
      + (SecretMemory.warning.map { [$0] } ?? []) + present
  }
}
