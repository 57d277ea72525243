internal import Crypto
public import Log
public import Secrets

/// Why a grant or a history entry cannot be made.
public enum GrantError: Error, Hashable, Sendable {
  /// More than `SealingLimits.members` beside the author.
  case tooManyMembers
  /// A member's sealing key is of small order: everybody would know what is sealed to it.
  case unusableKey(NodeName)
}

/// The outcome when a node opens a grant.
public enum GrantOpening: ~Copyable, Sendable {
  case member(AudienceKey, GrantMetadata)
  /// No slot carries this node's hint.
  case notMember
  /// A slot is this node's and does not unwrap: the author mixed in a pre-shared key that this node
  /// does not have, or has others.
  case presharedKeyMissing
  case defect(SealingDefect)
}

/// Makes and opens the bodies of grant entries (Protocols/sealing.md, 4).
public enum Grant {
  private static let seal = SlotSeal(
    kind: .grant, commitment: "liaison-commit/v1", hint: "liaison-hint/v1",
    wrap: "liaison-wrap/v1", content: "liaison-grant/v1")

  /// The body of a grant entry.
  ///
  /// - Parameters:
  ///   - place: log id, index and time of the entry to be.
  ///   - secret: what is mixed into a member's slot.
  static func make(
    _ metadata: GrantMetadata, at place: EntryHeader,
    secret: (NodeName) -> SlotSecret, using random: inout some RandomSource
  ) throws(GrantError) -> [UInt8] {
    let audienceKey = AudienceKey.generate(using: &random)
    var padded = metadata.encode()
    Padding.pad(&padded, from: 0)
    return try make(
      padded: padded, members: metadata.members, audienceKey, at: place, secret: secret,
      using: &random)
  }

  /// - Parameter padded: the metadata with their padding.
  static func make(
    padded: [UInt8], members: [AudienceMember], _ audienceKey: borrowing AudienceKey,
    at place: EntryHeader, secret: (NodeName) -> SlotSecret,
    using random: inout some RandomSource
  ) throws(GrantError) -> [UInt8] {
    try audienceKey.withBytes { key throws(GrantError) in
      try seal.make(
        padded.span, members: members, key: key, at: place, secret: secret, using: &random)
    }
  }

  /// Looks for this node's slot and opens the grant.
  ///
  /// The work is bounded whatever the grant holds: `SealingLimits.slotsTried` slots for each
  /// sealing secret, each with every key in `keys`.
  ///
  /// - Parameters:
  ///   - header: of the entry, whose signature the caller verified.
  ///   - body: as stored, of which the caller checked the hash.
  ///   - author: the node that the log is of.
  public static func open(
    header: EntryHeader, body: [UInt8], author: NodeName, keys: GrantKeys
  ) -> GrantOpening {
    do throws(SealingDefect) {
      let grant = try seal.parse(header: header, body: body)
      switch try seal.unwrap(grant, header, keys) {
      case .notMember: return .notMember
      case .presharedKeyMissing: return .presharedKeyMissing
      case .member(let key, let reader):
        let audienceKey = AudienceKey(key)
        let metadata = try audienceKey.withBytes { key throws(SealingDefect) in
          try Grant.metadata(of: grant, header, key, author)
        }
        guard metadata.members.contains(where: { $0.key == reader }) else { throw .metadata }
        return .member(audienceKey, metadata)
      }
    } catch {
      return .defect(error)
    }
  }

  /// Opens the grant with a key that came in another way than by a slot.
  ///
  /// - Parameter key: 32 bytes.
  /// - Throws: `commitment` unless it is this grant's.
  static func open(
    header: EntryHeader, body: [UInt8], author: NodeName, key: Span<UInt8>
  ) throws(SealingDefect) -> GrantMetadata {
    let grant = try seal.parse(header: header, body: body)
    guard seal.commitment(key, header) == grant.commitment else { throw .commitment }
    return try metadata(of: grant, header, key, author)
  }

  private static func metadata(
    of grant: GrantBody, _ header: EntryHeader, _ key: Span<UInt8>, _ author: NodeName
  ) throws(SealingDefect) -> GrantMetadata {
    var plaintext = try seal.open(grant, header, key) {
      ciphertext, key, nonce, data throws(AEADError) -> [UInt8] in
      try XChaChaPoly.open(ciphertext, key: key, nonce: nonce, associatedData: data)
    }
    try Padding.remove(from: &plaintext)
    return try GrantMetadata(parsing: plaintext, author: author, index: header.index)
  }
}
