import Crypto
import Log
import Replication
import Runtime
import Store

// Bodies that go: by a withdrawal of their author, or past their expiry (Protocols/entry.md, 6 and 7).
extension Node {
  func expiryClock() -> ExpiryClock {
    if let clock, !clock.isStale || now < clock.at + NodeLimits.expiryClockMilliseconds {
      return clock.value
    }
    let value = computeExpiryClock()
    clock = (now, false, value)
    return value
  }

  private func computeExpiryClock() -> ExpiryClock {
    let names = Set(roster.entries.map(\.card.name) + [card.name])
    return ExpiryClock(
      cosignatures: store.logs.lazy.flatMap { log in
        // A node is no witness of itself.
        self.store.cosignatures(log.id).map(\.cosignature).filter { $0.name != log.origin.name }
      },
      of: names)
  }

  /// What decides about withdrawals now.
  var withdrawalFacts: Withdrawals.Facts {
    Withdrawals.Facts(
      countsBelow: { [unowned self] in core.standsBelow($0) },
      clock: { [unowned self] in expiryClock() }, minute: running.minute(at: now))
  }

  /// Entries were just staged.
  func didStage(_ batch: EntryBatch, of log: LogID) {
    anchors.staged(batch, of: log)
    report(withdrawals.staged(batch, of: log, in: store, withdrawalFacts))
  }

  /// Entries that were verified: what expired among them, what they withdraw, and what is due.
  /// - Parameter bad: entries whose signatures are not their author's.
  func removeDue(in batch: EntryBatch, of log: LogID, except bad: Set<UInt64>) {
    withdrawals.examine(batch, of: log, except: bad, in: store, withdrawalFacts)
    removeSome()
  }

  /// A piece of what waits; called once a round.
  func removeSome() {
    recheckWithdrawals()
    if withdrawals.isBusy { report(withdrawals.work(in: store, withdrawalFacts)) }
    watchUndecided()
    guard withdrawals.isBusy, removalTimer == nil else { return }
    removalTimer = loop.schedule(afterMilliseconds: NodeLimits.removalPauseMilliseconds) {
      [weak self] in
      self?.removalTimer = nil
    }
  }

  /// Tails wait for what is not decided yet. What could not be read a moment ago is not to be had in the next.
  private func watchUndecided() {
    let now = store.hasUndecided
    if now, undecidedTimer == nil {
      undecidedTimer = loop.schedule(afterMilliseconds: NodeLimits.undecidedPauseMilliseconds) {
        [weak self] in
        self?.undecidedTimer = nil
        self?.recheckAllWithdrawals()
      }
    }
    guard now != isUndecided else { return }
    isUndecided = now
    if now {
      journal.warning(
        "records are not handed out until withdrawals that may name them are read: 'liaison status' names them"
      )
    } else {
      journal.notice("withdrawals were read: records that waited for them are handed out again")
      wakeObservers()
    }
  }

  /// Freezes, ends and settled branches decide which withdrawals count.
  private func recheckWithdrawals() {
    guard core.standingChanges != seenStandingChanges else { return }
    seenStandingChanges = core.standingChanges
    for log in store.logs {
      let now = core.standsBelow(log.id)
      guard let before = standing.updateValue(now, forKey: log.id), before != now else { continue }
      withdrawals.recheck(log.origin.name)
    }
  }

  /// Once in some minutes: what a crash takes of it only makes what is hidden wait longer.
  func saveRunning() {
    guard running.isDue(at: now) else { return }
    attempt("the running time was not written") { try running.save(folder, now: now) }
  }

  /// Everything is looked at once: what a crash, or damage, undid.
  func recheckAllWithdrawals() {
    for log in store.logs { withdrawals.recheck(log.origin.name) }
  }

  private func report(_ outcomes: [Withdrawals.Outcome]) {
    for outcome in outcomes {
      damage.isDue = true
      let name = name(of: outcome.log)
      let author = name.prefix { $0 != "/" }
      let by = outcome.withdrawal.map { " by \(author)/\($0.epoch)/\($0.index)" } ?? ""
      let count = UInt64(outcome.count)
      switch outcome.what {
      case .hidden:
        counters.add("store.bodies-hidden", count)
        journal.notice("\(name): \(count) records withdrawn\(by): hidden, to be erased in 7 days")
      case .purged:
        counters.add("store.bodies-purged", count)
        journal.notice("\(name): \(count) records erased: withdrawn\(by) 7 days ago")
      case .expired:
        counters.add("store.bodies-expired", count)
        journal.notice("\(name): \(count) bodies removed: expired")
      case .restored:
        counters.add("store.bodies-restored", count)
        warn(
          "restored \(outcome.log)",
          "\(name): withdrawals of its records do not count, and what they hid is back: read it again from the beginning, 'liaison tail'; see docs/forks.md"
        )
        wakeObservers()
      }
    }
  }
}
