package import Log
import Replication
import Store

// Bodies that go: by a withdrawal of their author, or past their expiry (Protocols/entry.md, 6 and
// 7).
extension Replica {
  /// The facts that decide about withdrawals now.
  var withdrawalFacts: Withdrawals.Facts {
    Withdrawals.Facts(
      countsBelow: { [unowned self] in core.standsBelow($0) },
      clock: { [unowned self] in expiryClock() }, minute: host.runningMinute)
  }

  /// Entries were just staged.
  package func didStage(_ batch: EntryBatch, of log: LogID) {
    host.tell(.staged(batch, of: log))
    noteKeys(in: batch, of: log)
    report(withdrawals.staged(batch, of: log, in: store, withdrawalFacts))
  }

  /// Entries that were verified: what expired among them, what they withdraw, and what is due.
  /// - Parameter bad: entries whose signatures are not their author's.
  package func examine(_ batch: EntryBatch, of log: LogID, except bad: Set<UInt64>) {
    withdrawals.examine(batch, of: log, except: bad, in: store, withdrawalFacts)
    receipts.marks.examined(batch, of: log, in: store, expiryClock())
    removeSome()
  }

  /// A piece of what waits; once a round.
  func removeSome() {
    recheckWithdrawals()
    if withdrawals.isBusy { report(withdrawals.work(in: store, withdrawalFacts)) }
    watchUndecided()
    workOnReceipt()
    due.set(
      .removal, if: withdrawals.isBusy || receipts.isLooking,
      after(ReplicaLimits.removalPauseMilliseconds))
  }

  /// Tails wait for what is not decided yet. A withdrawal that could not be read a moment ago is
  /// not to be had in the next.
  private func watchUndecided() {
    let now = store.hasUndecided
    due.set(.undecided, if: now, after(ReplicaLimits.undecidedPauseMilliseconds))
    guard now != isUndecided else { return }
    isUndecided = now
    if now {
      host.tell(
        .line(
          .warning,
          "records are not handed out until withdrawals that may name them are read: 'liaison status' names them"
        ))
    } else {
      host.tell(
        .line(
          .notice, "withdrawals were read: records that waited for them are handed out again"))
      host.tell(.moreToRead)
    }
  }

  /// Freezes, ends and settled branches decide which withdrawals count.
  private func recheckWithdrawals() {
    guard core.standingChanges != standing.changes else { return }
    standing.changes = core.standingChanges
    for log in store.logs {
      let now = core.standsBelow(log.id)
      if let known = cards.known[log.id], known.standsBelow != now { forgetCards(of: log.id) }
      guard let before = standing.below.updateValue(now, forKey: log.id), before != now else {
        continue
      }
      withdrawals.recheck(log.origin.name)
    }
  }

  /// Everything is looked at once: what a crash, or damage, undid.
  package func recheckAllWithdrawals() {
    for log in store.logs { withdrawals.recheck(log.origin.name) }
  }

  private func report(_ outcomes: [Withdrawals.Outcome]) {
    for outcome in outcomes {
      damage.isDue = true
      host.tell(.bodiesChanged(outcome.log))
      let name = name(of: outcome.log)
      let author = name.prefix { $0 != "/" }
      let by = outcome.withdrawal.map { " by \(author)/\($0.epoch)/\($0.index)" } ?? ""
      let count = UInt64(outcome.count)
      switch outcome.what {
      case .hidden:
        host.tell(.count("store.bodies-hidden", count))
        host.tell(
          .line(.notice, "\(name): \(count) records withdrawn\(by): hidden, to be erased in 7 days")
        )
      case .purged:
        host.tell(.count("store.bodies-purged", count))
        host.tell(.line(.notice, "\(name): \(count) records erased: withdrawn\(by) 7 days ago"))
      case .expired:
        host.tell(.count("store.bodies-expired", count))
        host.tell(.line(.notice, "\(name): \(count) bodies removed: expired"))
      case .restored:
        host.tell(.count("store.bodies-restored", count))
        host.tell(
          .warning(
            key: "restored \(outcome.log)",
            "\(name): withdrawals of its records do not count, and what they hid is back: read it again from the beginning, 'liaison tail'; see docs/forks.md"
          ))
        host.tell(.moreToRead)
      }
    }
  }
}
