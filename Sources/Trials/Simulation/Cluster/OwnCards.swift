import Crypto
import Log
import Replica
import Replication
import Secrets

/// The own cards of a node, as its folder has them: node.card, and the secrets of all that there
/// were (Protocols/card.md, 9).
struct OwnCards {
  /// node.card.
  var serial: UInt64 = 1
  /// secrets/rotated.keys holds the secrets up to this serial.
  var kept: UInt64 = 1
  /// secrets/rotation.next holds those of this serial.
  var begun: UInt64?
  /// secrets/earlier.keys, the newest first.
  private(set) var earlier: [CardNumber] = []
  /// The newest serial of the present epoch whose transport key each peer used.
  var used: [NodeName: UInt64] = [:]

  /// The next epoch begins.
  mutating func retire(_ epoch: UInt32) {
    let cards = (1...kept).reversed().map { CardNumber(epoch: epoch, serial: $0) }
    self = OwnCards(earlier: cards + earlier)
  }

  init() {}
  private init(earlier: [CardNumber]) { self.earlier = earlier }

  /// Those of this epoch, the newest first: an export may know more than `node.card`.
  func present(_ epoch: UInt32) -> [CardNumber] {
    (1...max(serial, kept)).reversed().map { CardNumber(epoch: epoch, serial: $0) }
  }
}

extension Site {
  var cardNumber: CardNumber { CardNumber(epoch: folder.epoch, serial: folder.own.serial) }

  /// The own keys that answer, the present one first.
  var transportKeys: [NodeSecrets] {
    var known: Set<TransportPublicKey> = []
    return ([cardNumber] + folder.own.present(folder.epoch) + folder.own.earlier)
      .map { keys.present($0) }.filter { known.insert($0.transport.publicKey).inserted }
  }

  /// The first card of this epoch that had the key; nil: it is of an earlier epoch.
  private func serial(of key: TransportPublicKey) -> UInt64? {
    folder.own.present(folder.epoch).last { keys.present($0).transport.publicKey == key }?.serial
  }

  /// The purpose of a session, as `Node` decides it.
  func scope(own: TransportPublicKey, peer: NodeName, isPeersPresent: Bool) -> SessionScope {
    let used = folder.own.used[peer] ?? 0
    guard let serial = serial(of: own) else {
      return SessionScope(.ofEarlierEpoch, isPeersPresent: isPeersPresent)
    }
    if isPeersPresent { folder.own.used[peer] = max(used, serial) }
    let isPresent = keys.present(cardNumber).transport.publicKey == own
    return SessionScope(
      isPresent ? .present : .rotated(isNewestUsed: serial >= used), isPeersPresent: isPeersPresent)
  }

  /// - Returns: nil for a key of nobody on the roster; else whether its node's newest card has it.
  func knows(_ key: TransportPublicKey) -> Bool? {
    if folder.cards.contains(where: { $0.transport == key }) { return true }
    return process?.replica.owner(ofEarlier: key) != nil ? false : nil
  }
}
