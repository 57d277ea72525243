public import Log

/// The opening of a node's next epoch: verified, and authorised by the genesis of the epoch that it
/// follows (Protocols/card.md, CARD-23).
public struct Opening: Sendable, Equatable {
  /// The log of the epoch before.
  public let predecessor: LogID
  public let genesis: Genesis
  /// The epoch that the genesis says it follows, which is `predecessor`.
  public let follows: Genesis.Predecessor
  /// The genesis entry, extending the empty log of `identity`.
  public let batch: VerifiedBatch

  public var card: Card { genesis.card }
  public var identity: LogIdentity { genesis.card.identity }

  /// - Returns: nil for what is no opening after `origin`, the origin of the log before: bytes of
  ///   which something is wrong that everybody sees.
  init?(_ held: HeldOpening, after origin: Origin) {
    guard let genesis = try? Genesis.parse(held.body), let follows = genesis.follows,
      follows.origin == origin,
      let entry = try? EntryBatch(first: 0, leaves: held.leaf, bodies: held.body),
      let batch = try? LogState(empty: genesis.card.identity).accept(entry), batch.defects.isEmpty
    else { return nil }
    predecessor = held.predecessor
    self.genesis = genesis
    self.follows = follows
    self.batch = batch
  }

  public static func == (a: Opening, b: Opening) -> Bool {
    a.predecessor == b.predecessor && a.batch.batch == b.batch.batch
  }
}

/// An opening as it is sent and kept: nothing in it is verified.
public struct HeldOpening: Sendable, Hashable {
  public let predecessor: LogID
  /// The genesis entry's 216 bytes.
  public let leaf: [UInt8]
  /// The genesis body.
  public let body: [UInt8]

  public init(predecessor: LogID, leaf: [UInt8], body: [UInt8]) {
    self.predecessor = predecessor
    self.leaf = leaf
    self.body = body
  }
}
