import Log
import Replication
import Runtime
import Store

/// What a worker found in a run of entries.
struct VerifiedRun: Sendable {
  let log: LogID
  let end: UInt64
  let bad: [UInt64]
}

/// Verifies the signatures of entries that were accepted under a checkpoint, on a thread of its own, while nothing
/// is being caught up. A bad one is the author's defect: counted and shown, it freezes nothing.
struct BackgroundVerification {
  /// Entries below this were looked at since the start.
  var verified: [LogID: UInt64] = [:]
  var defects: [LogID: UInt64] = [:]
  var isRunning = false
}

extension Node {
  /// Begins when something is left to verify; ends when all is, so that an idle node does nothing.
  func scheduleVerification() {
    guard !verification.isRunning, !isStopping, nextUnverified() != nil else { return }
    verification.isRunning = true
    // A peer that pulls comes first; it only slows this down, so that it cannot keep a defect hidden.
    let pause =
      core.isServing
      ? NodeLimits.backgroundPauseWhileServingMilliseconds : NodeLimits.backgroundPauseMilliseconds
    loop.schedule(afterMilliseconds: pause) { [weak self] in
      guard let self else { return }
      self.attempt("background verification") {
        if try !self.verifySome() { self.verification.isRunning = false }
      }
    }
  }

  private func nextUnverified() -> (LogIdentity, Range<UInt64>)? {
    guard !core.isCatchingUp else { return nil }
    for identity in store.logs {
      let from = verification.verified[identity.id] ?? 0
      let size = store.durableHead(identity.id)?.size ?? 0
      if from < size {
        return (identity, from..<min(size, from + UInt64(NodeLimits.backgroundVerification)))
      }
    }
    return nil
  }

  /// - Returns: whether a worker has something to do; its answer goes on.
  private func verifySome() throws -> Bool {
    guard let (identity, range) = nextUnverified() else { return false }
    let batch = try store.read(identity.id, range, maxBytes: NodeLimits.pageReadBytes)
    return verifier.submit {
      VerifiedRun(log: identity.id, end: batch.end, bad: identity.verifySignatures(batch))
    }
  }

  func verified(_ run: VerifiedRun) {
    verification.isRunning = false
    verification.verified[run.log] = run.end
    guard !run.bad.isEmpty else { return }
    verification.defects[run.log, default: 0] += UInt64(run.bad.count)
    journal.error(
      "\(name(of: run.log)): bad inner signature at \(run.bad.prefix(5)): the author's defect, nothing is frozen"
    )
  }
}
