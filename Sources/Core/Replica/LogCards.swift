import Crypto
import Log

/// The cards that the entries of one log brought into force, in order of index (Protocols/card.md,
/// CARD-33; log.md, LOG-38). A value; who reads the entries is another's matter.
struct LogCards {
  private(set) var force: CardInForce
  /// The transport keys of the cards before, the newest first: a peer may still use one, and nobody
  /// else may ever have it.
  private(set) var earlier: [TransportPublicKey] = []
  /// The entry that brought the card into force, and the time that it claims, in Unix ms.
  private(set) var index: UInt64 = 0
  private(set) var time: UInt64
  /// The first entry that was not looked at.
  private(set) var next: UInt64 = 1
  /// Up to where the log stood when the reading began.
  let standsBelow: UInt64

  /// - Parameters:
  ///   - card: the genesis's; its entry's own signature verifies.
  ///   - time: that the entry claims.
  init(genesis card: Card, time: UInt64, standsBelow: UInt64) {
    force = CardInForce(genesis: card)
    self.time = time
    self.standsBelow = standsBelow
  }

  var card: Card { force.card }

  /// True when the log may not go on as it stands: then an older card may count than did.
  var isCut: Bool { standsBelow < .max }

  /// - Parameter card: of the keys entry at `index`; nil where its own signature does not verify,
  /// or
  ///   its body is malformed.
  mutating func take(_ card: Card?, at index: UInt64, time: UInt64) {
    next = index + 1
    let before = force.card.transport
    guard let card, force.take(card, at: index, standsBelow: standsBelow) == .taken else { return }
    (self.index, self.time) = (index, time)
    guard card.transport != before else { return }
    earlier.removeAll { $0 == card.transport }
    earlier.insert(before, at: 0)
    if earlier.count > ReplicaLimits.earlierTransportKeys { earlier.removeLast() }
  }

  /// Nothing before `index` is a keys entry.
  mutating func pass(to index: UInt64) { next = max(next, index) }

  func had(_ key: TransportPublicKey) -> Bool {
    force.card.transport == key || earlier.contains(key)
  }

  /// The card that a node believes (CARD-34); nil: it stays with `known`.
  /// - Parameters:
  ///   - known: on the roster, of this log.
  ///   - compared: the one of this log that an operator compared last, if any.
  func believed(instead known: Card, compared: Card?) -> Card? {
    let inForce = force.card
    let wanted = compared.map { $0.serial >= inForce.serial ? $0 : inForce } ?? inForce
    guard wanted != known, wanted.serial > known.serial || isCut || wanted.serial == known.serial
    else { return nil }
    return wanted
  }
}
