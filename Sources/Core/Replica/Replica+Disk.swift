import Log
import Replication
package import Store

// The way from the disk to the core.
extension Replica {
  /// The disk executed what `store.takeBatch` gave, or failed.
  package func completed(token: UInt64, error: DiskError?) {
    for durable in store.completed(token: token, error: error) where host.goesOn() {
      becameDurable(durable)
    }
    for log in store.takeReplaced() {
      host.tell(
        .line(
          .warning,
          "\(name(of: log)): its key signed entries twice; they stand here as under its checkpoint now"
        ))
      host.tell(.settled(key: "contradiction \(log)"))
      receipts.marks.forget(log)
      forgetCards(of: log)
      step(.replaced(log))
      host.tell(.readAgain(log))
    }
    watchCondition()
  }

  private func becameDurable(_ durable: Durable) {
    host.stored(durable)
    // The core learns of the next own epoch when the node begins again with it.
    if durable.id == adopting?.id { return finishAdoption(.success(durable.head)) }
    noteDurable(durable.id, durable.head.size)
    step(.durable(durable.id, durable.head))
    guard host.goesOn() else { return }
    if durable.id == identity.id {
      token.isDue = true
      scheduleToken()
      due.set(.checkpoint, if: isCheckpointDue, after(ReplicaLimits.checkpointAfterMilliseconds))
    }
    host.announced(durable)
    if let opening = openings.removeValue(forKey: durable.id) { finishFollowing(opening.card) }
  }

  /// A full disk is tried again; one that failed is the operator's.
  func watchCondition() {
    let now = store.condition
    if now != condition {
      let wasFull = condition == .full
      condition = now
      host.tell(.condition(now))
      if now == .full || wasFull && now == .running { holdPulls(whileFull: now == .full) }
    }
    watchDamage()
    if case .failed(let error) = now, adopting != nil { finishAdoption(.failure(error)) }
    due.set(.full, if: now == .full, after(ReplicaLimits.fullAgainMilliseconds))
  }
}
