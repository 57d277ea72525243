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
    guard replica.signingObstacle == nil, let state = store.state(identity.id) else { return false }
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
    }
    try act { $0.replica.didStage(batch, of: $0.identity.id) }
    return true
  }
}
