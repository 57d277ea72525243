import Log
import Replica
import Replication
import Runtime
import Store

// Reads everything again in idle time: rotten entries are found, mended and asked for, and bodies
// that have expired or were withdrawn go.
extension Node {
  private enum ScrubWork {
    /// Entries whose signatures nobody verified yet.
    case new(LogIdentity, Range<UInt64>)
    case pass
  }

  /// Begins when something is left to do; a node that did everything does nothing until the next
  /// pass is due. Catching up and serving only slow it down, so that nobody can keep damage or a
  /// defect hidden.
  func scheduleScrub() {
    guard !scrub.isRunning, !isStopping else { return }
    beginPassIfDue()
    guard let work = nextScrubWork() else { return scheduleNextPass() }
    scrub.isRunning = true
    loop.schedule(afterMilliseconds: pause(before: work)) { [weak self] in
      guard let self else { return }
      // A worker's answer goes on.
      if !self.doSome() { self.scrub.isRunning = false }
    }
  }

  private func pause(before work: ScrubWork) -> UInt64 {
    let total = store.logs.reduce(UInt64(0)) { $0 &+ (store.durableHead($1.id)?.size ?? 0) }
    let isBusy =
      scrub.isBusy(entries: total, at: now) || core.isCatchingUp || core.isServing
    return switch work {
    case .new:
      isBusy ? NodeLimits.verifyPauseWhenBusyMilliseconds : NodeLimits.verifyPauseMilliseconds
    case .pass:
      (isBusy ? NodeLimits.scrubPauseWhenBusyMilliseconds : NodeLimits.scrubPauseMilliseconds)
        / (scrub.wasSmall ? 10 : 1)
    }
  }

  /// New entries and a pass take turns: an author that never stops must not keep damage hidden.
  private func nextScrubWork() -> ScrubWork? {
    if case .failed = store.condition { return nil }
    if scrub.passStartedAt != nil, scrub.isPassTurn { return .pass }
    for identity in ownFirst where !scrub.unreadable.contains(identity.id) {
      let from = scrub.logs[identity.id]?.verified ?? 0
      let size = store.durableHead(identity.id)?.size ?? 0
      guard from < size else { continue }
      return .new(identity, from..<min(size, from + UInt64(NodeLimits.verifiedAtOnce)))
    }
    return scrub.passStartedAt == nil ? nil : .pass
  }

  private var ownFirst: [LogIdentity] {
    [identity] + store.logs.filter { $0.id != identity.id }
  }

  /// - Returns: whether a worker has something to do.
  private func doSome() -> Bool {
    guard !isStopping, let work = nextScrubWork() else { return false }
    scrub.isPassTurn.toggle()
    switch work {
    case .new(let identity, let range): return verifySome(identity, range)
    case .pass: return scrubSome()
    }
  }

  private func verifySome(_ identity: LogIdentity, _ range: Range<UInt64>) -> Bool {
    do throws(StoreError) {
      let batch = try store.read(identity.id, range, maxBytes: NodeLimits.pageReadBytes)
      return verify(batch, of: identity)
    } catch {
      scrub.unreadable.insert(identity.id)
      counters.add("store.reads-failed")
      logger.error(
        "\(identity.origin): entries from \(range.lowerBound) on cannot be read: \(error)")
      replica.watchDamage()
      return false
    }
  }

  private func scrubSome() -> Bool {
    let step: ScrubStep
    do throws(StoreError) {
      step = try store.scrub(&scrub.cursor, maxBytes: NodeLimits.scrubStepBytes)
    } catch {
      counters.add("store.reads-failed")
      logger.error("the scrub stopped: \(error)")
      return false
    }
    scrub.wasSmall = step.batch == nil
    replica.watchDamage()
    if step.isPassOver { endPass() }
    scheduleSave()
    guard let id = step.log, let batch = step.batch,
      let identity = store.logs.first(where: { $0.id == id })
    else { return false }
    scrub.logs[id, default: ScrubbedLog()].scrubbed = batch.end
    return verify(batch, of: identity)
  }

  private func verify(_ batch: EntryBatch, of identity: LogIdentity) -> Bool {
    scrub.batch = batch
    return verifier.submit {
      VerifiedRun(
        log: identity.id, range: batch.first..<batch.end, bad: identity.verifySignatures(batch))
    }
  }

  func verified(_ run: VerifiedRun) {
    scrub.isRunning = false
    let new = scrub.verified(run)
    scheduleSave()
    if !new.isEmpty {
      logger.error(
        "\(name(of: run.log)): bad inner signature at \(new.prefix(5)): the author's defect, nothing is frozen; proof in \(folder.faults)"
      )
    }
    if let batch = scrub.batch, !run.bad.isEmpty { keepDefects(run, leaves: batch) }
    if let batch = scrub.batch { replica.examine(batch, of: run.log, except: Set(run.bad)) }
    scrub.batch = nil
  }

  // MARK: Passes

  /// Begins a pass, also by the operator's wish.
  func beginPass() {
    scrub.beginPass(at: loop.clock.wallMilliseconds, steady: now, day: replica.expiryClock().day)
    logger.info("a scrub begins")
    scheduleSave()
  }

  private func beginPassIfDue() {
    guard scrub.passStartedAt == nil, now >= scrub.passDue(day: replica.expiryClock().day)
    else { return }
    beginPass()
  }

  /// Damage that one read found is seldom the only damage: a pass follows soon, not a day later.
  func beginPassAfterDamage() {
    guard scrub.noteDamage() else { return }
    if let passTimer { loop.cancel(passTimer) }
    passTimer = nil
  }

  private func endPass() {
    scrub.endPass(at: loop.clock.wallMilliseconds)
    let damaged = store.logs.filter { !store.damagedRanges($0.id).isEmpty }.map(\.origin.text)
    logger.info(
      damaged.isEmpty
        ? "a scrub ended: everything is whole"
        : "a scrub ended: still damaged in \(damaged.joined(separator: " "))")
  }

  private func scheduleNextPass() {
    guard passTimer == nil else { return }
    let due = scrub.passDue(day: scrub.day)
    let wait = min(due - min(now, due), NodeLimits.scrubEveryMilliseconds)
    passTimer = loop.schedule(afterMilliseconds: max(wait, NodeLimits.scrubPauseMilliseconds)) {
      [weak self] in
      self?.passTimer = nil
    }
  }

  // MARK: Progress

  private func scheduleSave() {
    guard !scrub.isSaveScheduled else { return }
    scrub.isSaveScheduled = true
    loop.schedule(afterMilliseconds: NodeLimits.saveVerifiedMilliseconds) { [weak self] in
      self?.scrub.isSaveScheduled = false
      self?.saveScrub()
    }
  }

  func saveScrub() {
    replica.keepSafe("scrub", "how far the scrub is") { [unowned self] in
      try scrub.progress.save(folder)
    }
  }
}
