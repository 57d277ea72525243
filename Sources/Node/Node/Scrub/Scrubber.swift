import Log
import Replica
import Replication
import Runtime
import Store

/// Reads everything again in idle time: rotten entries are found, mended and asked for, and bodies
/// that have expired or were withdrawn go. The entries' signatures are verified on a thread of its
/// own.
final class Scrubber {
  private let loop: EventLoop
  private let folder: NodeFolder
  private let replica: Replica
  private let faults: FaultFolder
  private let notices: Notices
  private var scrub: Scrub
  private let nextPass: Alarm
  private let verifier: WorkerPool<VerifiedRun>
  private var isStopped = false

  private enum Work {
    /// Entries whose signatures nobody verified yet.
    case new(LogIdentity, Range<UInt64>)
    case pass
  }

  init(
    _ loop: EventLoop, _ replica: Replica, _ files: StateFiles, _ notices: Notices
  ) throws(SystemError) {
    self.loop = loop
    self.replica = replica
    self.notices = notices
    folder = files.folder
    faults = files.faults
    nextPass = Alarm(loop)
    let store = replica.store
    scrub = Scrub(
      folder, logs: store.logs.map { ($0.id, store.durableHead($0.id)?.size ?? 0) },
      own: replica.identity.id)
    scrub.recall(wall: notices.startedAt, steady: loop.now)
    let box = WeakBox<Scrubber>()
    verifier = try WorkerPool<VerifiedRun>(
      name: "liaison-verify", threads: 1, queueLimit: 1,
      results: loop.makeMailbox(of: VerifiedRun.self) { box.object?.verified($0) })
    box.object = self
  }

  private var store: Store { replica.store }

  /// How far one log was looked at.
  func progress(of log: LogID) -> ScrubbedLog { scrub.logs[log] ?? ScrubbedLog() }

  /// Beginning of the pass that is under way, and beginning and end of the last whole one: Unix ms.
  var times: (passStartedAt: UInt64?, lastStartedAt: UInt64?, lastEndedAt: UInt64?) {
    (scrub.passStartedAt, scrub.lastStartedAt, scrub.lastEndedAt)
  }

  /// Entries that this process signed itself: a later pass verifies them with all others.
  func signedHere(_ range: Range<UInt64>) { scrub.signedHere(range, of: replica.identity.id) }

  /// Entries of the log can be read again.
  func mended(_ log: LogID) { scrub.unreadable.remove(log) }

  // MARK: Work

  /// Begins when something is left to do; a node that did everything does nothing until the next
  /// pass is due. Catching up and serving only slow it down, so that nobody can keep damage or a
  /// defect hidden. Called at the end of each round.
  func schedule() {
    guard !scrub.isRunning, !isStopped else { return }
    beginPassIfDue()
    guard let work = nextWork() else { return scheduleNextPass() }
    scrub.isRunning = true
    loop.schedule(afterMilliseconds: pause(before: work)) { [weak self] in
      guard let self else { return }
      // A worker's answer goes on.
      if !self.doSome() { self.scrub.isRunning = false }
    }
  }

  private func pause(before work: Work) -> UInt64 {
    let total = store.logs.reduce(UInt64(0)) { $0 &+ (store.durableHead($1.id)?.size ?? 0) }
    let isBusy =
      scrub.isBusy(entries: total, at: loop.now) || replica.core.isCatchingUp
      || replica.core.isServing
    return switch work {
    case .new:
      isBusy ? NodeLimits.verifyPauseWhenBusyMilliseconds : NodeLimits.verifyPauseMilliseconds
    case .pass:
      (isBusy ? NodeLimits.scrubPauseWhenBusyMilliseconds : NodeLimits.scrubPauseMilliseconds)
        / (scrub.wasSmall ? 10 : 1)
    }
  }

  /// New entries and a pass take turns: an author that never stops must not keep damage hidden.
  private func nextWork() -> Work? {
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
    [replica.identity] + store.logs.filter { $0.id != replica.identity.id }
  }

  /// - Returns: whether a worker has something to do.
  private func doSome() -> Bool {
    guard !isStopped, let work = nextWork() else { return false }
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
      notices.count("store.reads-failed")
      notices.logger.error(
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
      notices.count("store.reads-failed")
      notices.logger.error("the scrub stopped: \(error)")
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

  private func verified(_ run: VerifiedRun) {
    scrub.isRunning = false
    let new = scrub.verified(run)
    scheduleSave()
    if !new.isEmpty {
      notices.logger.error(
        "\(replica.name(of: run.log)): bad inner signature at \(new.prefix(5)): the author's defect, nothing is frozen; proof in \(folder.faults)"
      )
    }
    if let batch = scrub.batch, !run.bad.isEmpty { keepDefects(run, leaves: batch) }
    if let batch = scrub.batch { replica.examine(batch, of: run.log, except: Set(run.bad)) }
    scrub.batch = nil
  }

  // MARK: Passes

  /// Begins a pass, also by the operator's wish.
  func beginPass() {
    scrub.beginPass(at: loop.wallNow, steady: loop.now, day: replica.expiryClock().day)
    notices.logger.info("a scrub begins")
    scheduleSave()
  }

  private func beginPassIfDue() {
    guard scrub.passStartedAt == nil, loop.now >= scrub.passDue(day: replica.expiryClock().day)
    else { return }
    beginPass()
  }

  /// Damage that one read found is seldom the only damage: a pass follows soon, not a day later.
  func noteDamage() { scrub.noteDamage() }

  private func endPass() {
    scrub.endPass(at: loop.wallNow)
    let damaged = store.logs.filter { !store.damagedRanges($0.id).isEmpty }.map(\.origin.text)
    notices.logger.info(
      damaged.isEmpty
        ? "a scrub ended: everything is whole"
        : "a scrub ended: still damaged in \(damaged.joined(separator: " "))")
  }

  /// The round that follows the alarm begins the pass.
  private func scheduleNextPass() {
    let now = loop.now
    let due = scrub.passDue(day: scrub.day)
    let wait = min(due - min(now, due), NodeLimits.scrubEveryMilliseconds)
    nextPass.ring(by: now + max(wait, NodeLimits.scrubPauseMilliseconds))
  }

  // MARK: Progress

  private func scheduleSave() {
    guard !scrub.isSaveScheduled else { return }
    scrub.isSaveScheduled = true
    loop.schedule(afterMilliseconds: NodeLimits.saveVerifiedMilliseconds) { [weak self] in
      self?.scrub.isSaveScheduled = false
      self?.save()
    }
  }

  /// Writes how far it is: now and then, and at the end.
  func save() {
    replica.keepSafe("scrub", "how far the scrub is") { [unowned self] in
      try scrub.progress.save(folder)
    }
  }
  /// Verifies nothing more.
  func stop() {
    isStopped = true
    verifier.stop()
  }

  // MARK: Defects

  /// Entries with bad signatures of their own, under a checkpoint: the author's doing, shown and
  /// frozen nowhere.
  private func keepDefects(_ run: VerifiedRun, leaves: EntryBatch) {
    guard let identity = store.logs.first(where: { $0.id == run.log }) else { return }
    for index in run.bad where faults.count(of: run.log, ".defect") < NodeLimits.defectsKept {
      // Without a checkpoint over it yet, the next pass finds it again.
      guard let checkpoint = store.newestCheckpoint(run.log), checkpoint.size > index,
        let path = try? store.inclusionProof(run.log, index: index, size: checkpoint.size)
      else { continue }
      let exhibit = IncludedLeaf(
        leaf: Array(leaves.leaf(at: Int(index - leaves.first))), position: index, path: path,
        checkpoint: checkpoint.note)
      // Made from damaged hashes it is none.
      guard let proof = try? DefectProof(identity: identity, exhibit: exhibit) else { continue }
      notices.attempt("the proof of a defect was not written") {
        try faults.write(proof.encode(), of: run.log, "\(index).defect")
      }
    }
  }
}
