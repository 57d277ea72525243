import Log
import Runtime
import Store

/// Verifies the signatures of entries that were accepted under a checkpoint, a few at a time while the loop has nothing better to do.
/// A bad one is the author's defect: counted and shown, it freezes nothing.
struct BackgroundVerification {
  /// Entries below this were looked at since the start.
  var verified: [LogID: UInt64] = [:]
  var defects: [LogID: UInt64] = [:]
  var isRunning = false

  mutating func start(_ node: Node) {
    for identity in node.store.logs { verified[identity.id] = 0 }
  }
}

extension Node {
  /// Begins when something is left to verify; ends when all is, so that an idle node does nothing.
  func scheduleVerification() {
    guard !verification.isRunning, !isStopping, nextUnverified() != nil else { return }
    verification.isRunning = true
    loop.schedule(afterMilliseconds: NodeLimits.backgroundPauseMilliseconds) { [weak self] in
      guard let self else { return }
      self.verification.isRunning = false
      self.attempt("background verification") { try self.verifySome() }
    }
  }

  private func nextUnverified() -> (LogIdentity, Range<UInt64>)? {
    for identity in store.logs {
      let from = verification.verified[identity.id] ?? 0
      let size = store.durableHead(identity.id)?.size ?? 0
      if from < size {
        return (identity, from..<min(size, from + UInt64(NodeLimits.backgroundVerification)))
      }
    }
    return nil
  }

  private func verifySome() throws {
    guard let (identity, range) = nextUnverified() else { return }
    let batch = try store.read(identity.id, range, maxBytes: NodeLimits.pageReadBytes)
    let bad = identity.verifySignatures(batch)
    verification.verified[identity.id] = batch.end
    guard !bad.isEmpty else { return }
    verification.defects[identity.id, default: 0] += UInt64(bad.count)
    journal.error(
      "\(identity.origin): bad inner signature at \(bad.prefix(5)): the author's defect, nothing is frozen"
    )
  }
}
