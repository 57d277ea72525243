public import Log

/// The opening of a node's next epoch: verified, and authorised by the genesis of the epoch that it
/// follows (Protocols/card.md, CARD-23).
public struct Opening: Sendable, Equatable {
  public let predecessor: LogID
  public let genesis: Genesis
  /// The genesis entry, extending the empty log of `identity`.
  public let batch: VerifiedBatch

  public var card: Card { genesis.card }
  public var identity: LogIdentity { genesis.card.identity }

  public static func == (a: Opening, b: Opening) -> Bool {
    a.predecessor == b.predecessor && a.batch.batch == b.batch.batch
  }
}
