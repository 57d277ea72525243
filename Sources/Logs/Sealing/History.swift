internal import Crypto
public import Log
public import Secrets
internal import Wire

/// The outcome when a node opens a history entry.
public enum HistoryOpening: ~Copyable, Sendable {
  case receiver(HistoryContent)
  /// No slot carries this node's hint.
  case notReceiver
  /// A slot is this node's and does not unwrap.
  case presharedKeyMissing
  case defect(SealingDefect)
}

/// The content of a history entry: its head, and the key of each grant and record that it names.
public struct HistoryContent: ~Copyable, Sendable {
  /// Who gets which keys, and why.
  public let head: HistoryHead
  private let padded: GuardedBytes
  private let keysStart: Int

  init(
    padded: consuming GuardedBytes, author: NodeName, index: UInt64
  ) throws(SealingDefect) {
    let parts = try padded.withBytes { bytes throws(SealingDefect) in
      let plain = try Padding.plainBytes(of: bytes)
      return (plain, HistoryContent.headBytes(bytes.extracting(0..<plain)))
    }
    guard let headBytes = parts.1 else { throw .history }
    let head = try HistoryHead(
      parsing: padded.withBytes { $0.extracting(0..<headBytes).array }, author: author,
      index: index)
    guard parts.0 == headBytes + 32 * head.keyCount else { throw .history }
    self.head = head
    self.padded = padded
    keysStart = headBytes
  }

  /// The bytes as far as the line `keys`. Keys may look like any text, but they come after it.
  private static func headBytes(_ bytes: Span<UInt8>) -> Int? {
    let wanted = Array(("\n" + HistoryHead.lastLine).utf8)
    var matched = 0
    for index in bytes.indices {
      matched = bytes[index] == wanted[matched] ? matched + 1 : bytes[index] == wanted[0] ? 1 : 0
      if matched == wanted.count { return index + 1 }
    }
    return nil
  }

  /// Lends key `number`: those of the grants first, then those of the records.
  package func withKey<R: ~Copyable, E: Error>(
    _ number: Int, _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    precondition(number < head.keyCount)
    let start = keysStart + 32 * number
    return try padded.withBytes { bytes throws(E) in
      try body(bytes.extracting(start..<(start + 32)))
    }
  }
}

/// The key of one history entry. Whoever is given it can prove which keys its author gave to whom
/// (Protocols/sealing.md, 11). 32 bytes.
public struct HistoryKey: ~Copyable, Sendable {
  private let bytes: GuardedBytes

  /// - Precondition: exactly 32 bytes.
  public init(copying bytes: Span<UInt8>) { self.init(GuardedBytes(copying: bytes)) }

  init(_ bytes: consuming GuardedBytes) {
    precondition(bytes.count == 32)
    self.bytes = bytes
  }

  /// Lends the 32 bytes, for whoever discloses the entry.
  public func withBytes<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R { try bytes.withBytes(body) }
}

/// Makes and opens the bodies of history entries (Protocols/sealing.md, 11).
public enum History {
  private static let seal = SlotSeal(
    kind: .history, commitment: "liaison-history-commit/v1", hint: "liaison-history-hint/v1",
    wrap: "liaison-history-wrap/v1", content: "liaison-history/v1")

  /// The body of a history entry.
  ///
  /// - Parameters:
  ///   - author: its node; it gets a slot, too, so that it can disclose what it gave.
  ///   - place: log id, index and time of the entry to be.
  public static func make(
    _ draft: HistoryDraft, author: AudienceMember, at place: EntryHeader, secrets: SlotSecrets,
    using random: inout some RandomSource
  ) throws(GrantError) -> [UInt8] {
    let key = HistoryKey(random.guarded(32))
    let padded = draft.padded()
    return try key.withBytes { key throws(GrantError) in
      try padded.withBytes { padded throws(GrantError) in
        try make(
          padded, receivers: draft.receivers, author: author, key: key, at: place,
          secrets: secrets, using: &random)
      }
    }
  }

  static func make(
    _ padded: Span<UInt8>, receivers: [AudienceMember], author: AudienceMember, key: Span<UInt8>,
    at place: EntryHeader, secrets: SlotSecrets, using random: inout some RandomSource
  ) throws(GrantError) -> [UInt8] {
    guard receivers.count <= SealingLimits.members else { throw .tooManyMembers }
    if let weak = receivers.first(where: { $0.key.isOfSmallOrder }) {
      throw .unusableKey(weak.name)
    }
    return try seal.make(
      padded, members: receivers + [author], key: key, at: place,
      secret: { secrets.secret(for: $0, author: author.name) }, using: &random)
  }

  /// Looks for this node's slot and opens the entry. The work is bounded as that of `Grant.open`.
  ///
  /// - Parameters:
  ///   - header: of the entry, whose signature the caller verified.
  ///   - body: as stored, of which the caller checked the hash.
  ///   - author: the node that the log is of.
  public static func open(
    header: EntryHeader, body: [UInt8], author: NodeName, keys: GrantKeys
  ) -> HistoryOpening {
    do throws(SealingDefect) {
      let parsed = try seal.parse(header: header, body: body)
      switch try seal.unwrap(parsed, header, keys) {
      case .notMember: return .notReceiver
      case .presharedKeyMissing: return .presharedKeyMissing
      case .member(let key, let reader):
        let content = try key.withBytes { key throws(SealingDefect) in
          try History.content(of: parsed, header, author, key)
        }
        // The author's own slot is told by who opens it.
        guard keys.isAuthor || content.head.receivers.contains(where: { $0.key == reader }) else {
          throw .history
        }
        return .receiver(content)
      }
    } catch {
      return .defect(error)
    }
  }

  /// Opens an entry whose key was disclosed.
  public static func open(
    header: EntryHeader, body: [UInt8], author: NodeName, key: borrowing HistoryKey
  ) throws(SealingDefect) -> HistoryContent {
    let parsed = try seal.parse(header: header, body: body)
    return try key.withBytes { key throws(SealingDefect) in
      guard seal.commitment(key, header) == parsed.commitment else { throw .commitment }
      return try content(of: parsed, header, author, key)
    }
  }

  /// The entry's key, to disclose it.
  /// - Returns: nil unless this node has a slot of it.
  public static func disclosureKey(
    header: EntryHeader, body: [UInt8], keys: GrantKeys
  ) -> HistoryKey? {
    guard let parsed = try? seal.parse(header: header, body: body),
      let unwrapping = try? seal.unwrap(parsed, header, keys)
    else { return nil }
    switch consume unwrapping {
    case .member(let key, _): return HistoryKey(key)
    default: return nil
    }
  }

  private static func content(
    of body: GrantBody, _ header: EntryHeader, _ author: NodeName, _ key: Span<UInt8>
  ) throws(SealingDefect) -> HistoryContent {
    let padded = try seal.open(body, header, key) {
      ciphertext, key, nonce, data throws(AEADError) -> GuardedBytes in
      try XChaChaPoly.openGuarded(ciphertext, key: key, nonce: nonce, associatedData: data)
    }
    return try HistoryContent(padded: padded, author: author, index: header.index)
  }
}
