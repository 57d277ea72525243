internal import Crypto
internal import Log

/// A card in a genesis or keys body.
struct FoundCard: Sendable {
  let index: UInt64
  let card: Card
  /// The epoch that the genesis opens, and by whose word.
  let genesis: Genesis?
  /// The entry's own signature verifies.
  let isSigned: Bool
}

/// The cosigning keys that nodes had by the word of their own logs, here, of which a card was given
/// (Protocols/card.md, CARD-33): those of each card that was ever in force.
struct RotatedCards {
  /// Looked up, never iterated.
  private var keys: [NodeName: [CosigningPublicKey]] = [:]

  /// - Parameter frozenAt: where evidence or the journal says that a log is frozen.
  init(_ audited: [LogAudit], given: [Card], frozenAt: (LogAudit) -> UInt64?) {
    for audit in audited where given.contains(where: { $0.identity == audit.identity }) {
      guard let first = audit.cards.first, first.genesis != nil, first.isSigned else { continue }
      let stands = RotatedCards.standsBelow(audit, first.card, audited, frozenAt(audit))
      var force = CardInForce(genesis: first.card)
      var found = [first.card.cosigning]
      for next in audit.cards.dropFirst() where next.isSigned && next.genesis == nil {
        if force.take(next.card, at: next.index, standsBelow: stands) == .taken {
          found.append(next.card.cosigning)
        }
      }
      keys[audit.identity.origin.name, default: []] += found
    }
  }

  func keys(of name: NodeName) -> [CosigningPublicKey] { keys[name] ?? [] }

  /// LOG-38 and 39, as far as the logs here say: the size that the one opening after the log cites;
  /// else where it is frozen.
  private static func standsBelow(
    _ audit: LogAudit, _ card: Card, _ audited: [LogAudit], _ frozenAt: UInt64?
  ) -> UInt64 {
    let ends = audited.compactMap { other -> UInt64? in
      guard let first = other.cards.first, first.isSigned, let genesis = first.genesis,
        genesis.isAuthorised(by: card)
      else { return nil }
      return genesis.follows?.size
    }
    return ends.count == 1 ? ends[0] : frozenAt ?? .max
  }
}
