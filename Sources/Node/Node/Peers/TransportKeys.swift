import Crypto
import Log
import Replication
import Runtime
import Secrets
import Transport

/// The transport keys by which this node and its peers know each other (Protocols/transport.md,
/// TRN-27): a rotation or an epoch brings another, and the earlier ones serve those who have not
/// heard of it. Who dials and who accepts share it.
final class TransportKeys {
  private(set) var present: any TransportKeyHolder
  /// Own keys before it, the newest first.
  private(set) var earlier: [any TransportKeyHolder] = []
  /// The serial of the first card that had each key of the present epoch.
  private var serials: [TransportPublicKey: UInt64] = [:]
  private let keys: OwnKeys
  private let membership: Membership
  private let use: KeyUse
  /// Peers' keys of earlier epochs, by the cards that are held.
  private var earlierOfPeers: [TransportPublicKey: NodeName] = [:]
  /// Whose earlier card had a key, by the logs.
  var ownerByLog: (TransportPublicKey) -> NodeName? = { _ in nil }
  /// Told why the use of a key could not be written.
  var notWritten: (SystemError) -> Void = { _ in }

  init(_ keys: OwnKeys, _ use: KeyUse, _ membership: Membership) {
    self.keys = keys
    self.use = use
    self.membership = membership
    present = keys.present
    keysChanged()
    rosterChanged()
  }

  /// The own keys are others.
  func keysChanged() {
    present = keys.present
    serials = [:]
    var known: Set<TransportPublicKey> = [keys.present.transport.publicKey]
    var others: [any TransportKeyHolder] = []
    for set in keys.sets {
      let key = set.transport.secret.publicKey
      if set.epoch == keys.card.origin.epoch {
        serials[key] = min(serials[key] ?? .max, set.serial)
      }
      guard known.insert(key).inserted else { continue }
      others.append(
        HeldTransportKey(set.transport.secret.withSeed { TransportSecretKey(seed: $0) }))
    }
    earlier = Array(others.prefix(TransportLimits.earlierKeys))
  }

  func isPresent(_ own: TransportPublicKey) -> Bool { own == present.transportPublicKey }

  /// The purpose of a session that was just made, with which the peer used `own`.
  func scope(
    own: TransportPublicKey, peer: NodeName, isPeersPresent: Bool
  ) -> SessionScope {
    guard let serial = serials[own] else {
      return SessionScope(.ofEarlierEpoch, isPeersPresent: isPeersPresent)
    }
    let isNewest = serial >= use.serial(of: peer)
    if isPeersPresent {
      do throws(SystemError) { try use.note(serial, by: peer) } catch { notWritten(error) }
    }
    return SessionScope(
      isPresent(own) ? .present : .rotated(isNewestUsed: isNewest), isPeersPresent: isPeersPresent)
  }

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

  /// The owner of a peer's transport key, by the present card or by an earlier one; nil: it is no
  /// peer's.
  func owner(of key: TransportPublicKey) -> (entry: LivePeer, isPresent: Bool)? {
    if let entry = membership.roster.entry(transport: key) { return (entry, true) }
    return (earlierOfPeers[key] ?? ownerByLog(key)).flatMap { membership.roster.entry($0) }
      .map { ($0, false) }
  }
}
