import Log
import Store

// The own erasure receipts (Protocols/entry.md, 9).
extension Replica {
  /// A piece of what is to be done for the next one; once a round. Nothing is signed while the log
  /// is closed, frozen, or waits for peers; then it is tried again.
  func workOnReceipt() {
    guard case .ends(let plan) = receipts.work(in: store, withdrawalFacts, identity) else { return }
    let maySign = signingObstacle == nil && store.state(identity.id)?.frozenAt == nil
    let last = receipts.said.newestTime
    let isSigned = plan.map { maySign && host.signReceipt($0, after: last) } ?? true
    let wait = receipts.answered(isSigned)
    due.set(.receipt, after(wait))
  }
}
