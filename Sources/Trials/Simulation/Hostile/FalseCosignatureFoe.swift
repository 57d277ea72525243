import Crypto
import Log
import Replication
import Secrets
import Store

/// Cosigns in the name of others, of nobody, and what was never signed; or in the name of others
/// with its own key, which no carrier can tell from a key that is new.
final class FalseCosignatureFoe: Foe {
  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard ways.random.oneIn(4), let session = drawn(readySessions(ways), ways),
      let log = drawn(sharedLogs(session.page, process), ways),
      let position = session.page.position(of: log.id),
      let checkpoint = process.store.newestCheckpoint(log.id),
      let cosignature = try forge(checkpoint, process, ways)
    else { return }
    let said = SyncMessage.cosignatures(
      direction: UInt8(ways.random.below(2)), SyncCheckpoint(checkpoint, position: position),
      [cosignature])
    try misbehave(said, on: session.id, ways)
  }

  private func forge(
    _ checkpoint: VerifiedCheckpoint, _ process: NodeProcess, _ ways: FoeWays
  ) throws(Violation) -> SyncCosignature? {
    let own = process.site.keys.lasting
    var signed = checkpoint
    var name = process.site.name
    var key = own.cosigning.publicKey
    if kind == .borrowedNames {
      guard let card = drawn(process.site.folder.cards, ways) else { return nil }
      let time = UInt64(1 + ways.random.below(1 << 30))
      let made = Cosignature.make(checkpoint: signed, name: card.name, key: key, time: time) {
        own.cosigning.sign($0)
      }
      return SyncCosignature(made, by: key)
    }
    switch ways.random.below(3) {
    case 0:
      // In the name of a peer.
      guard let card = drawn(process.site.folder.cards, ways) else { return nil }
      (name, key) = (card.name, card.cosigning)
    case 1: name = try must("a name") { try NodeName("zz") }
    default:
      // Its own, of another log's checkpoint.
      let others = process.store.logs.compactMap { process.store.newestCheckpoint($0.id) }
      guard let other = drawn(others.filter({ $0.logID != checkpoint.logID }), ways) else {
        return nil
      }
      signed = other
    }
    let made = Cosignature.make(checkpoint: signed, name: name, key: key, time: 1) {
      own.cosigning.sign($0)
    }
    return SyncCosignature(made, by: key)
  }
}
