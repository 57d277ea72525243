import Log
import Store

// The own erasure receipts (Protocols/entry.md, 9).
extension Replica {
  /// A piece of what is to be done for the next one; once a round.
  func workOnReceipt() {
    switch receipts.work(in: store, withdrawalFacts, identity) {
    case .none: break
    case .nothingNew: due.set(.receipt, after(ReplicaLimits.receiptEveryMilliseconds))
    case .ready(let plan): offer(plan)
    }
  }

  /// Nothing is signed while the log is closed, frozen, or waits for peers; then it is tried again.
  private func offer(_ plan: ReceiptPlan) {
    let isSigned =
      signingObstacle == nil && store.state(identity.id)?.frozenAt == nil
      && host.signReceipt(plan, after: receipts.said.newestTime)
    if isSigned { receipts.wiped = nil }
    due.set(
      .receipt,
      after(
        isSigned
          ? ReplicaLimits.receiptEveryMilliseconds : ReplicaLimits.receiptAgainMilliseconds))
  }
}
