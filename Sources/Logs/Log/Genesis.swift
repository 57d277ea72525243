public import Crypto
internal import Text

/// The body of the entry at index 0: the node's card and, above epoch 1, what that epoch follows
/// and the opening key's signature over all of it (Protocols/card.md, 4).
public struct Genesis: Hashable, Sendable {
  /// The first card of the log that begins here: it counts until a keys entry.
  public let card: Card
  /// How the epoch was opened; nil exactly in epoch 1.
  public let opened: Opened?

  /// The epoch that came before, and who says so.
  public struct Opened: Hashable, Sendable {
    /// As it was signed; that the earlier log agrees is not looked at.
    public let follows: Predecessor
    /// Its hash stands in the card of the epoch that is followed.
    public let key: OpeningPublicKey
    /// Verified, over everything before it.
    public let signature: Signature
  }

  /// The earlier epoch, as far as the new one goes on from it.
  public struct Predecessor: Hashable, Sendable {
    /// A log of the same node, with a lower epoch.
    public let origin: Origin
    /// The size at which the earlier epoch ends, at least 1.
    public let size: UInt64
    /// The leaf hash of its entry `size - 1`.
    public let leafHash: Digest
    /// The RFC 6962 root of its first `size` entries.
    public let root: Digest

    /// Checks nothing: `Genesis` refuses what an epoch cannot follow.
    public init(origin: Origin, size: UInt64, leafHash: Digest, root: Digest) {
      self.origin = origin
      self.size = size
      self.leafHash = leafHash
      self.root = root
    }
  }

  /// The epoch before, as this one cites it; nil in epoch 1.
  public var follows: Predecessor? { opened?.follows }

  /// Makes the genesis of a node's first epoch.
  /// - Throws: `.follows` for the card of a later one.
  public init(first card: Card) throws(PublicBodyError) {
    guard card.origin.epoch == 1 else { throw .follows }
    self.card = card
    opened = nil
  }

  /// Opens an epoch above 1.
  /// - Parameters:
  ///   - key: the public half of the opening key, from the recovery file.
  ///   - sign: Ed25519 by the opening key over the given bytes.
  /// - Throws: what `parse` would throw.
  public init(
    card: Card, follows: Predecessor, key: OpeningPublicKey, sign: (Span<UInt8>) -> Signature
  ) throws(PublicBodyError) {
    let signed = Genesis.signedBytes(card, follows, key)
    try self.init(card, Opened(follows: follows, key: key, signature: sign(signed.span)))
  }

  private init(_ card: Card, _ opened: Opened) throws(PublicBodyError) {
    let follows = opened.follows
    guard card.origin.epoch > 1, follows.origin.name == card.name,
      follows.origin.epoch < card.origin.epoch, follows.size > 0,
      follows.size <= LogLimits.lastIndex + 1
    else { throw .follows }
    let key = opened.key
    // It is used once, and is no key that a running node holds.
    guard key.isSound, key.commitment != card.opening, key.bytes != card.log.bytes,
      key.bytes != card.cosigning.bytes
    else { throw .openingKey }
    guard
      key.verify(opened.signature, over: Genesis.signedBytes(card, follows, key).span)
    else { throw .openingSignature }
    self.card = card
    self.opened = opened
  }

  /// - Throws: for anything that is not a genesis by Protocols/card.md, 4. The card and the opening
  ///   key's signature are verified; that the earlier card commits to that key is for
  ///   `isAuthorised`.
  public static func parse(_ body: [UInt8]) throws(PublicBodyError) -> Genesis {
    guard body.count <= LogLimits.publicBodyBytes else { throw .tooLong }
    var lines = TextLines(body)
    guard lines.next() == "liaison-genesis/v1" else { throw .header }
    guard let value = lines.value(of: "follows") else {
      guard lines.next() == "" else { throw .blankLine }
      return try Genesis(first: try parseCard(lines.rest))
    }
    guard let follows = Predecessor(parsing: value) else { throw .follows }
    guard
      let key = lines.value(of: "opened-by").flatMap({ Base64.decode($0) })
        .flatMap({ OpeningPublicKey($0) })
    else { throw .openingKey }
    guard lines.next() == "" else { throw .blankLine }
    let rest = lines.rest
    guard rest.count > signatureLineBytes else { throw .openingSignature }
    var last = TextLines(Array(rest.suffix(signatureLineBytes)))
    guard
      let signature = last.value(of: "signature").flatMap({ Base64.decode($0) })
        .flatMap({ Signature($0) }), last.isAtEnd
    else { throw .openingSignature }
    let card = try parseCard(Array(rest.dropLast(signatureLineBytes)))
    return try Genesis(card, Opened(follows: follows, key: key, signature: signature))
  }

  /// True when this opens the epoch after the one of `card`, by the key that `card` commits to
  /// (Protocols/card.md, CARD-23).
  public func isAuthorised(by card: Card) -> Bool {
    isAuthorised(by: card.opening, after: card.origin)
  }

  /// - Parameters:
  ///   - commitment: of the card of `origin` that this node holds.
  ///   - origin: of the epoch that is followed.
  public func isAuthorised(by commitment: OpeningKeyHash, after origin: Origin) -> Bool {
    guard let opened else { return false }
    return opened.follows.origin == origin && opened.key.commitment == commitment
  }

  /// The body's bytes: at most `LogLimits.publicBodyBytes`.
  public func encode() -> [UInt8] {
    guard let opened else { return Array("liaison-genesis/v1\n\n".utf8) + card.note }
    return Genesis.signedBytes(card, opened.follows, opened.key)
      + Array("signature \(Base64.encode(opened.signature.array))\n".utf8)
  }

  /// "signature ", 88 characters of Base64, a newline.
  private static let signatureLineBytes = 10 + 88 + 1

  private static func signedBytes(
    _ card: Card, _ follows: Predecessor, _ key: OpeningPublicKey
  ) -> [UInt8] {
    Array(
      """
      liaison-genesis/v1
      follows \(follows.text)
      opened-by \(Base64.encode(key.array))


      """.utf8) + card.note
  }
}

extension Genesis.Predecessor {
  fileprivate var text: String {
    "\(origin.text) \(size) \(Base64.encode(leafHash.array)) \(Base64.encode(root.array))"
  }

  fileprivate init?(parsing text: String) {
    let parts = text.utf8.split(separator: 0x20, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 4, let origin = try? Origin(parts[0]),
      let size = Decimal.parse(parts[1]),
      let leafHash = Base64.decode(parts[2]).flatMap({ Digest($0) }),
      let root = Base64.decode(parts[3]).flatMap({ Digest($0) })
    else { return nil }
    self.init(origin: origin, size: size, leafHash: leafHash, root: root)
  }
}
