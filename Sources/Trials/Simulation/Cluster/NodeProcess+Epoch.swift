import Crypto
import Log
import Replica
import Replication
import Store

// The own next epoch, which the operator opens.
extension NodeProcess {
  /// True when `liaison epoch open` would go on: somebody answered, and nobody holds more of the
  /// own log than is here.
  /// - Parameter isWaived: whose claims the operator does not wait for.
  func canOpenEpoch(without isWaived: (NodeName) -> Bool = { _ in false }) -> Bool {
    replica.adopting == nil && store.condition == .running && !core.answeredPeers.isEmpty
      && core.claims(of: identity.id).allSatisfy { isWaived($0.peer) }
      && store.state(identity.id)?.size == store.durableHead(identity.id)?.size
  }

  /// Opens the epoch after the own one, with the opening key from the recovery file.
  /// - Parameter size: where the own one ends; nil: with what is here.
  func openEpoch(endingAt size: UInt64? = nil) throws(Violation) {
    guard var head = store.durableHead(identity.id), head.size > 0 else { return }
    if let size, size < head.size {
      let hash = try must("the last entry") { try store.leafHash(identity.id, size - 1) }
      head = LogHead(size: size, leafHash: hash)
    }
    let epoch = identity.origin.epoch + 1
    let root = try must("the root of the own log") {
      try store.root(identity.id, size: head.size)
    }
    let follows = Genesis.Predecessor(
      origin: identity.origin, size: head.size, leafHash: head.leafHash, root: root)
    let batch = try site.keys.genesis(epoch, follows: follows)
    let next = batch.after.identity
    world.say("the operator of \(site.label) opens \(next.origin) after \(head.size) entries")
    var failure: (any Error)?
    try act { process in
      do { try process.replica.adopt(batch) } catch { failure = error }
    }
    try attempt("the next epoch") { if let failure { throw failure } }
  }
}
