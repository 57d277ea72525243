import Runtime
import Store

// What must be remembered over a restart, and meets a disk that fails or is full.
extension Node {
  /// Writes a state that the node's safety, or that of others, depends on; until it is written it is tried again.
  func keepSafe(_ key: String, _ what: String, _ save: @escaping () throws -> Void) {
    guard let why = unsaved.save(key, what, save) else { return }
    counters.add("node.unsaved")
    journal.error("not saved: \(what): \(why); it is tried again")
    scheduleUnsaved()
  }

  private func scheduleUnsaved() {
    guard unsavedTimer == nil, !unsaved.isEmpty, !isStopping else { return }
    unsavedTimer = loop.schedule(afterMilliseconds: NodeLimits.unsavedAgainMilliseconds) {
      [weak self] in
      guard let self else { return }
      self.unsavedTimer = nil
      self.saveUnsaved()
      self.scheduleUnsaved()
    }
  }

  /// Also at a clean stop.
  func saveUnsaved() {
    for what in unsaved.retry() { journal.notice("saved: \(what)") }
  }

  // MARK: The token

  /// Nothing more is signed while the token falls behind: a copy of the data folder that is older than the log, and younger
  /// than the token, would pass for the original.
  func tokenFailed(_ error: any Error) {
    token.isDue = true
    if token.failingSince == nil { journal.error("the token could not be written: \(error)") }
    token.failingSince = token.failingSince ?? now
    token.why = "\(error)"
    counters.add("node.token-failures")
    scheduleToken()
  }

  func tokenWritten() {
    guard token.failingSince != nil else { return }
    token.failingSince = nil
    token.why = nil
    journal.notice("the token is written again")
  }

  /// Why nothing more is signed for now.
  var pause: String? {
    isTokenBehind ? "the token cannot be written: \(token.why ?? "")" : nil
  }

  var isTokenBehind: Bool {
    token.failingSince.map { now >= $0 + NodeLimits.tokenBehindMilliseconds } ?? false
  }
}
