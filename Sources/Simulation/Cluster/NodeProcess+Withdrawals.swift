import Log
import Replication
import Secrets
import Store

// Withdrawals, as Node+Removal does them.
extension NodeProcess {
  static let workMilliseconds: UInt64 = 20

  var withdrawalFacts: Withdrawals.Facts {
    Withdrawals.Facts(
      countsBelow: { [unowned self] in core.standsBelow($0) },
      clock: { ExpiryClock(cosignatures: [], of: []) },
      minute: site.runningMinute(world.now))
  }

  /// Entries were just staged.
  func didStage(_ batch: EntryBatch, of log: LogID) {
    note(withdrawals.staged(batch, of: log, in: store, withdrawalFacts))
  }

  /// What is not withdrawn any more may have to be fetched, once that is on the disk.
  private func note(_ outcomes: [Withdrawals.Outcome]) {
    for outcome in outcomes {
      world.say("\(site.label): \(outcome.count) bodies are \(outcome.what)")
      site.lacksBodies = true
    }
  }

  /// Freezes, ends and settled branches decide which withdrawals count.
  func watchWithdrawals() {
    if core.standingChanges != seenStandingChanges {
      seenStandingChanges = core.standingChanges
      for log in store.logs {
        let now = core.standsBelow(log.id)
        guard let before = standing.updateValue(now, forKey: log.id), before != now else {
          continue
        }
        withdrawals.recheck(log.origin.name)
      }
    }
    guard withdrawals.isBusy, !withdrawalsAreDue else { return }
    withdrawalsAreDue = true
    after(NodeProcess.workMilliseconds) { (process) throws(Violation) in
      process.withdrawalsAreDue = false
      process.note(process.withdrawals.work(in: process.store, process.withdrawalFacts))
      process.work()
      process.watchWithdrawals()
    }
  }

  /// As a pass of the scrub does it.
  func examineAll() throws(Violation) {
    for log in store.logs {
      let size = store.durableHead(log.id)?.size ?? 0
      guard size > 0 else { continue }
      let batch = try must("\(site.label): reading \(log.origin)") {
        try store.read(log.id, 0..<size, maxBytes: 1 << 24)
      }
      withdrawals.examine(
        batch, of: log.id, except: Set(log.verifySignatures(batch)), in: store, withdrawalFacts)
    }
    watchWithdrawals()
  }

  /// Withdraws own records, if the node may sign.
  func withdraw(_ indices: [UInt64]) throws(Violation) -> Bool {
    guard core.signing == .ready, let state = store.state(identity.id) else { return false }
    let body = try must("a withdrawal") {
      try Withdrawal(
        records: indices.map { Withdrawal.Record(origin: identity.origin, index: $0) }
      ).encode()
    }
    let secrets = site.keys.secrets(site.folder.epoch)
    var builder = EntryBuilder(state: state)
    builder.append(kind: .withdrawal, time: site.wallClock(world.now), body: body)
    let batch = builder.finish { secrets.log.sign($0) }
    try attempt("withdrawing") {
      try store.append(try state.accept(batch))
      didStage(batch, of: identity.id)
    }
    work()
    return true
  }
}
