public import Crypto

/// The body of the entry at index 0: the node's card, and the key that will sign its next epoch
/// (Protocols/card.md, 4).
public struct Genesis: Hashable, Sendable {
  public let card: Card
  /// SHA-256 of the next epoch's log public key.
  public let nextKeyHash: Digest
  /// What epoch came before and where it ended; nil exactly in epoch 1.
  public let follows: Predecessor?

  public struct Predecessor: Hashable, Sendable {
    public let origin: Origin
    /// The size at which the earlier epoch ends, at least 1.
    public let size: UInt64
    /// The leaf hash of its entry `size - 1`.
    public let leafHash: Digest

    public init(origin: Origin, size: UInt64, leafHash: Digest) {
      self.origin = origin
      self.size = size
      self.leafHash = leafHash
    }
  }

  /// - Throws: `.follows` unless `follows` is nil exactly in epoch 1, and names an earlier epoch of
  ///   the same node.
  public init(card: Card, nextKeyHash: Digest, follows: Predecessor?) throws(PublicBodyError) {
    guard (follows == nil) == (card.origin.epoch == 1) else { throw .follows }
    if let follows {
      guard follows.origin.name == card.name, follows.origin.epoch < card.origin.epoch,
        follows.size > 0, follows.size <= LogLimits.lastIndex + 1
      else { throw .follows }
    }
    self.card = card
    self.nextKeyHash = nextKeyHash
    self.follows = follows
  }

  public static func parse(_ body: [UInt8]) throws(PublicBodyError) -> Genesis {
    guard body.count <= LogLimits.publicBodyBytes else { throw .tooLong }
    var lines = TextLines(body)
    guard lines.next() == "liaison-genesis/v1" else { throw .header }
    guard let next = lines.value(of: "next").flatMap({ Base64.decode($0) }).flatMap({ Digest($0) })
    else { throw .next }
    var follows: Predecessor?
    if let value = lines.value(of: "follows") {
      guard let parsed = Predecessor(parsing: value) else { throw .follows }
      follows = parsed
    }
    guard lines.next() == "" else { throw .blankLine }
    return try Genesis(card: try parseCard(lines.rest), nextKeyHash: next, follows: follows)
  }

  /// Whether `next` opens an epoch that may be followed without a card compared by voice: its log
  /// key is the one that this genesis committed to (Protocols/card.md, CARD-23).
  public func authorises(_ next: Genesis) -> Bool {
    next.follows?.origin == card.origin && SHA256.hash(next.card.log.array) == nextKeyHash
  }

  public func encode() -> [UInt8] {
    var text = "liaison-genesis/v1\nnext \(Base64.encode(nextKeyHash.array))\n"
    if let follows { text += "follows \(follows.text)\n" }
    return Array((text + "\n").utf8) + card.note
  }
}

extension Genesis.Predecessor {
  fileprivate var text: String {
    "\(origin.text) \(size) \(Base64.encode(leafHash.array))"
  }

  fileprivate init?(parsing text: String) {
    let parts = text.utf8.split(separator: 0x20, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 3, let origin = try? Origin(parts[0]),
      let size = Decimal.parse(parts[1]),
      let leafHash = Base64.decode(parts[2]).flatMap({ Digest($0) })
    else { return nil }
    self.init(origin: origin, size: size, leafHash: leafHash)
  }
}

/// The body of a keys entry: the card with new cosigning, sealing or transport keys
/// (Protocols/card.md, 5).
public struct KeysChange: Hashable, Sendable {
  public let card: Card

  public init(card: Card) { self.card = card }

  public static func parse(_ body: [UInt8]) throws(PublicBodyError) -> KeysChange {
    guard body.count <= LogLimits.publicBodyBytes else { throw .tooLong }
    var lines = TextLines(body)
    guard lines.next() == "liaison-keys/v1" else { throw .header }
    guard lines.next() == "" else { throw .blankLine }
    return KeysChange(card: try parseCard(lines.rest))
  }

  public func encode() -> [UInt8] { Array("liaison-keys/v1\n\n".utf8) + card.note }
}

private func parseCard(_ bytes: [UInt8]) throws(PublicBodyError) -> Card {
  do { return try Card.parse(bytes) } catch { throw .card(error) }
}

public enum PublicBodyError: Error, Hashable, Sendable {
  case tooLong
  case header
  /// The `next` line is missing or holds no 32 bytes.
  case next
  /// The `follows` line is malformed, missing above epoch 1 or there in epoch 1.
  case follows
  case blankLine
  case card(CardError)
}
