import Log
import Store

// States that must be remembered over a restart, and meet a disk that fails or is full.
extension Replica {
  /// Writes a state that the node's safety, or that of others, depends on; until it is written it
  /// is tried again.
  /// - Parameters:
  ///   - key: one that is kept again under it takes the place of the first.
  ///   - what: for an operator: `the proof of a fork of be/1`.
  package func keepSafe(_ key: String, _ what: String, _ save: @escaping () throws -> Void) {
    guard let why = unsaved.save(key, what, save) else { return }
    host.tell(.count("node.unsaved", 1))
    host.tell(.line(.error, "not saved: \(what): \(why); it is tried again"))
    due.set(.unsaved, after(ReplicaLimits.unsavedAgainMilliseconds))
  }

  /// Tries again what could not be written; at a clean stop, too.
  func saveUnsaved() {
    for what in unsaved.retry() { host.tell(.line(.notice, "saved: \(what)")) }
    due.set(.unsaved, if: !unsaved.isEmpty, after(ReplicaLimits.unsavedAgainMilliseconds))
  }

  // MARK: The token

  func scheduleToken() {
    due.set(
      .token, if: token.isDue && !isClosed, after(ReplicaLimits.tokenEveryMilliseconds))
  }

  /// It names durable entries only, so that it is never ahead of the log; it may be a second behind
  /// it.
  func writeToken() {
    guard token.isDue, !isClosed, let head = store.durableHead(identity.id), head.size > 0
    else { return }
    token.isDue = false
    do {
      _ = try host.write(
        .token(
          RollbackToken(origin: identity.origin, size: head.size, leafHash: head.leafHash)))
      tokenWritten()
    } catch {
      tokenFailed(error)
    }
  }

  /// Nothing more is signed while the token falls behind: a copy of the data folder that is older
  /// than the log, and younger than the token, would pass for the original.
  private func tokenFailed(_ error: any Error) {
    token.isDue = true
    if token.failingSince == nil {
      host.tell(.line(.error, "the token could not be written: \(error)"))
    }
    token.failingSince = token.failingSince ?? host.now
    token.why = "\(error)"
    host.tell(.count("node.token-failures", 1))
    scheduleToken()
  }

  private func tokenWritten() {
    guard token.failingSince != nil else { return }
    token.failingSince = nil
    token.why = nil
    host.tell(.line(.notice, "the token is written again"))
  }

  /// Why nothing more is signed for now.
  package var pause: String? {
    guard let since = token.failingSince,
      host.now >= since + ReplicaLimits.tokenBehindMilliseconds
    else { return nil }
    return "the token cannot be written: \(token.why ?? "")"
  }
}
