import Crypto
import Log
import Secrets
import Transport

/// The transport keys by which this node and its peers know each other (Protocols/transport.md,
/// TRN-27): each epoch has its own, and an earlier one serves those who have not heard of the
/// epochs since, for openings alone. Who dials and who accepts share it.
final class TransportKeys {
  let present: any TransportKeyHolder
  /// Keys of the own earlier epochs, the newest first.
  let earlier: [any TransportKeyHolder]
  private let membership: Membership
  /// Peers' keys of earlier epochs.
  private var earlierOfPeers: [TransportPublicKey: NodeName] = [:]

  init(_ secrets: NodeSecrets, earlier: EarlierKeys, _ membership: Membership) {
    self.membership = membership
    present = secrets
    let own = secrets.transport.publicKey
    self.earlier = earlier.epochs.filter { $0.transport.secret.publicKey != own }.map {
      HeldTransportKey($0.transport.secret.withSeed { TransportSecretKey(seed: $0) })
    }
    rosterChanged()
  }

  func isPresent(_ own: TransportPublicKey) -> Bool { own == present.transportPublicKey }

  /// The roster, or what is held of cards, changed.
  func rosterChanged() {
    earlierOfPeers = [:]
    let roster = membership.roster
    for entry in roster.entries {
      for card in membership.held.earlier(than: entry.card)
      where roster.entry(transport: card.transport) == nil {
        earlierOfPeers[card.transport] = entry.card.name
      }
    }
  }

  /// The owner of a peer's transport key, by the present card or by one of an earlier epoch; nil:
  /// it is no peer's.
  func owner(of key: TransportPublicKey) -> (entry: LivePeer, isPresent: Bool)? {
    if let entry = membership.roster.entry(transport: key) { return (entry, true) }
    return earlierOfPeers[key].flatMap { membership.roster.entry($0) }.map { ($0, false) }
  }
}
