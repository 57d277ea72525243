import Log
import Replica
import Replication
import Secrets
import Store

// Withdrawals: what the scrub and the author of `liaisond` do.
extension NodeProcess {
  /// As a pass of the scrub does it.
  func examineAll() throws(Violation) {
    for log in store.logs {
      let size = store.durableHead(log.id)?.size ?? 0
      guard size > 0 else { continue }
      let batch = try must("\(site.label): reading \(log.origin)") {
        try store.read(log.id, 0..<size, maxBytes: 1 << 24)
      }
      let bad = Set(log.verifySignatures(batch))
      try act { $0.replica.examine(batch, of: log.id, except: bad) }
    }
  }

  /// Withdraws own records, if the node may sign.
  func withdraw(_ indices: [UInt64]) throws(Violation) -> Bool {
    let body = try must("a withdrawal") {
      try Withdrawal(
        records: indices.map { Withdrawal.Record(origin: identity.origin, index: $0) }
      ).encode()
    }
    return try publish(.withdrawal) { _ in body }
  }

  /// Signs an erasure receipt, in the midst of what its replica does.
  func sign(_ plan: ReceiptPlan) throws(Violation) -> Bool {
    let log = identity.id
    try world.observer.receipt?(self, plan)
    return try publish(.erasureReceipt) { plan.receipt(in: log, at: $0).encode() }
  }

  /// Publishes an entry that everybody reads, if the node may sign.
  /// - Parameter body: for the index at which it is signed.
  func publish(_ kind: EntryKind, _ body: (UInt64) -> [UInt8]) throws(Violation) -> Bool {
    guard maySign, let state = store.state(identity.id), state.frozenAt == nil,
      store.condition == .running
    else { return false }
    let secrets = site.keys.secrets(site.folder.epoch)
    var builder = EntryBuilder(state: state)
    builder.append(kind: kind, time: site.wallClock(world.now), body: body(builder.nextIndex))
    let batch = builder.finish { secrets.log.sign($0) }
    world.say("\(site.label) publishes a \(kind) at \(batch.first) of \(identity.origin)")
    try attempt("publishing") { try store.append(try state.accept(batch)) }
    guard store.state(identity.id)?.size == batch.end else { return false }
    try act { $0.replica.didStage(batch, of: $0.identity.id) }
    return true
  }
}
