import Crypto
import Log
import Replica
import Replication
import Secrets
import Store

/// Writes keys entries into its own log that change nothing, or must not be believed: serials that
/// jump or stand, another opening key, the card of another log, and keys of another node.
final class FalseKeysFoe: Foe {
  /// Enough for a run.
  private static let most = 12
  private var written = 0

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard written < FalseKeysFoe.most, ways.random.oneIn(20),
      process.replica.signingObstacle == nil,
      let state = process.store.state(process.identity.id), state.size > 0, state.frozenAt == nil,
      process.store.condition == .running, let card = try forge(process, ways)
    else { return }
    let secrets = process.site.keys.secrets(process.identity.origin.epoch)
    var builder = EntryBuilder(state: state)
    builder.append(
      kind: .keys, time: process.site.wallClock(process.now), body: KeysChange(card: card).encode())
    let batch = builder.finish { secrets.log.sign($0) }
    try process.attempt("a keys entry") { try process.store.append(try state.accept(batch)) }
    guard process.store.state(process.identity.id)?.size == batch.end else { return }
    written += 1
    ways.did(kind)
    try process.act { $0.replica.didStage(batch, of: $0.identity.id) }
  }

  private func forge(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) -> Card? {
    let keys = process.site.keys
    let epoch = process.identity.origin.epoch
    let last = process.replica.cardInForce(process.identity.id)?.serial ?? 1
    guard let victim = drawn(process.site.folder.cards, ways) else { return nil }
    let own = keys.present(CardNumber(epoch: epoch, serial: 1))
    let opening = keys.openingKey(epoch + 1).secret.publicKey.commitment
    switch ways.random.below(5) {
    case 0: return try make(own, keys, epoch, last + LogLimits.serialGrowth + 1, opening)
    case 1: return try make(own, keys, epoch, last, opening)
    case 2: return try make(own, keys, epoch, last + 1, victim.opening)
    case 3: return victim
    default:
      return try make(own, keys, epoch, last + 1, opening, transport: victim.transport)
    }
  }

  private func make(
    _ own: NodeSecrets, _ keys: NodeKeys, _ epoch: UInt32, _ serial: UInt64,
    _ opening: OpeningKeyHash, transport: TransportPublicKey? = nil
  ) throws(Violation) -> Card {
    try must("a card") {
      try Card.make(
        serial: serial, origin: Origin(name: keys.name, epoch: epoch), log: own.log.publicKey,
        cosigning: own.cosigning.publicKey, sealing: own.sealing.publicKey,
        transport: transport ?? own.transport.publicKey, opening: opening, address: nil
      ) { own.log.sign($0) }
    }
  }
}
