import Crypto
import Log
import Secrets
import Transport

/// The transport keys by which this node and its peers know each other (Protocols/transport.md,
/// TRN-27): each epoch has its own, and an earlier one serves those who have not heard of the
/// epochs since, for openings alone.
struct TransportKeys {
  let present: any TransportKeyHolder
  /// Keys of the own earlier epochs, the newest first.
  let earlier: [any TransportKeyHolder]
  /// Peers' keys of earlier epochs.
  private var earlierOfPeers: [TransportPublicKey: NodeName] = [:]

  init(_ secrets: NodeSecrets, earlier: EarlierKeys) {
    present = secrets
    let own = secrets.transport.publicKey
    self.earlier = earlier.epochs.filter { $0.transport.secret.publicKey != own }.map {
      HeldTransportKey($0.transport.secret.withSeed { TransportSecretKey(seed: $0) })
    }
  }

  func isPresent(_ own: TransportPublicKey) -> Bool { own == present.transportPublicKey }

  /// The roster, or what is held of cards, changed.
  mutating func know(_ roster: LiveRoster, _ held: HeldCards) {
    earlierOfPeers = [:]
    for entry in roster.entries {
      for card in held.earlier(than: entry.card)
      where roster.entry(transport: card.transport) == nil {
        earlierOfPeers[card.transport] = entry.card.name
      }
    }
  }

  /// The owner of a key of an earlier epoch; nil when it is no peer's.
  func name(ofEarlier key: TransportPublicKey) -> NodeName? { earlierOfPeers[key] }
}
