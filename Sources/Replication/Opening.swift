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

/// An opening as it is sent and kept: nothing in it is verified.
public struct HeldOpening: Sendable, Hashable {
  public let predecessor: LogID
  /// The genesis entry's 216 bytes.
  public let leaf: [UInt8]
  public let body: [UInt8]

  public init(predecessor: LogID, leaf: [UInt8], body: [UInt8]) {
    self.predecessor = predecessor
    self.leaf = leaf
    self.body = body
  }

  /// A genesis that says it follows `origin`, accepted as entry 0 of the log that its card names, without a defect.
  func verified(after origin: Origin) -> (genesis: Genesis, batch: VerifiedBatch)? {
    guard let genesis = try? Genesis.parse(body), genesis.follows?.origin == origin,
      let entry = try? EntryBatch(first: 0, leaves: leaf, bodies: body),
      let batch = try? LogState(empty: genesis.card.identity).accept(entry), batch.defects.isEmpty
    else { return nil }
    return (genesis, batch)
  }
}
