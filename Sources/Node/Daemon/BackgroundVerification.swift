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
  /// Entries below this were looked at.
  var verified: [LogID: UInt64]
  var defects: [LogID: UInt64]
  /// Logs that the disk did not give: not asked again before the next start.
  var unreadable: Set<LogID> = []
  var isRunning = false
  var isSaveScheduled = false

  /// Goes on where it was. A log that is shorter now counts as far as it reaches: what grows again was not seen.
  init(_ folder: NodeFolder, _ store: Store) {
    let saved = VerifiedProgress.load(folder)
    verified = [:]
    defects = [:]
    for identity in store.logs {
      let size = store.durableHead(identity.id)?.size ?? 0
      verified[identity.id] = min(saved.verified[identity.id] ?? 0, size)
      defects[identity.id] = saved.defects[identity.id]
    }
  }
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
      if !self.verifySome() { self.verification.isRunning = false }
    }
  }

  private func nextUnverified() -> (LogIdentity, Range<UInt64>)? {
    guard !core.isCatchingUp else { return nil }
    for identity in store.logs where !verification.unreadable.contains(identity.id) {
      let from = verification.verified[identity.id] ?? 0
      let size = store.durableHead(identity.id)?.size ?? 0
      if from < size {
        return (identity, from..<min(size, from + UInt64(NodeLimits.backgroundVerification)))
      }
    }
    return nil
  }

  /// - Returns: whether a worker has something to do; its answer goes on.
  private func verifySome() -> Bool {
    guard let (identity, range) = nextUnverified() else { return false }
    let batch: EntryBatch
    do throws(StoreError) {
      batch = try store.read(identity.id, range, maxBytes: NodeLimits.pageReadBytes)
    } catch {
      verification.unreadable.insert(identity.id)
      counters.add("store.reads-failed")
      journal.error(
        "\(identity.origin): entries from \(range.lowerBound) on cannot be read: \(error)")
      return false
    }
    return verifier.submit {
      VerifiedRun(log: identity.id, end: batch.end, bad: identity.verifySignatures(batch))
    }
  }

  func verified(_ run: VerifiedRun) {
    verification.isRunning = false
    verification.verified[run.log] = run.end
    scheduleSave()
    guard !run.bad.isEmpty else { return }
    verification.defects[run.log, default: 0] += UInt64(run.bad.count)
    journal.error(
      "\(name(of: run.log)): bad inner signature at \(run.bad.prefix(5)): the author's defect, nothing is frozen"
    )
  }

  private func scheduleSave() {
    guard !verification.isSaveScheduled else { return }
    verification.isSaveScheduled = true
    loop.schedule(afterMilliseconds: NodeLimits.saveVerifiedMilliseconds) { [weak self] in
      self?.verification.isSaveScheduled = false
      self?.saveVerified()
    }
  }

  func saveVerified() {
    attempt("the progress of verification was not written") {
      try VerifiedProgress.save(verification.verified, verification.defects, folder)
    }
  }
}
