import Crypto
import Log
import Secrets
import Wire

@testable import Sealing

/// A node with a sealing key from a seed.
final class Party {
  let name: NodeName
  let secret: SealingSecretKey
  /// The secret that it mixes into its own slots.
  let authorSecret: Held<AuthorSecret>

  init(_ name: String, seed: UInt64) throws {
    self.name = try NodeName(name)
    var random = SeededRandom(seed: seed)
    secret = .generate(using: &random)
    authorSecret = Held(.generate(using: &random))
  }

  var member: AudienceMember { AudienceMember(name: name, key: secret.publicKey) }

  private var sealing: [Held<SealingSecretKey>] {
    [Held(secret.withSeed { SealingSecretKey(seed: $0) })]
  }

  /// Keys to open another's grants.
  func keys(psk: Held<PresharedKey>? = nil) -> GrantKeys {
    GrantKeys(sealing: sealing, presharedKeys: psk.map { [$0] } ?? [])
  }

  func keys(psks: [Held<PresharedKey>]) -> GrantKeys {
    GrantKeys(sealing: sealing, presharedKeys: psks)
  }

  /// Keys to open its own.
  var ownKeys: GrantKeys { GrantKeys(sealing: sealing, authorSecrets: [authorSecret]) }
}

/// An author's log, reduced to what sealing sees of it: headers and bodies.
final class AuthorLog {
  let author: Party
  let identity: LogIdentity
  let book: AudienceBook
  var random: SeededRandom
  private var generation: UInt64 = 0
  /// The time of the next entries, Unix ms.
  var now: UInt64 = 1_700_000_000_000
  var entries: [(header: EntryHeader, body: [UInt8])] = []

  init(_ author: Party, seed: UInt64 = 7) throws {
    self.author = author
    random = SeededRandom(seed: seed)
    let key = LogSecretKey.generate(using: &random).publicKey
    identity = LogIdentity(origin: Origin(name: author.name, epoch: 1), key: key)
    book = AudienceBook(identity: identity)
    append(kind: .genesis, body: [])
  }

  func place(_ kind: EntryKind, _ suite: EntrySuite? = nil) -> EntryHeader {
    EntryHeader(
      logID: identity.id, index: UInt64(entries.count), time: now,
      kind: kind.rawValue, suite: (suite ?? kind.suite).rawValue, expiryDay: 0, bodyBytes: 0,
      audienceTag: .zero, previous: .zero, bodyHash: .zero)
  }

  @discardableResult
  func append(
    kind: EntryKind, suite: EntrySuite? = nil, tag: AudienceTag = .zero, body: [UInt8]
  ) -> EntryHeader {
    var header = place(kind, suite)
    header.bodyBytes = UInt32(body.count)
    header.audienceTag = tag
    entries.append((header, body))
    return header
  }

  func secrets(
    _ psk: @escaping (NodeName) -> Held<PresharedKey>? = { _ in nil }
  ) -> SlotSecrets {
    generation += 1
    return SlotSecrets(author: author.authorSecret, generation: generation, presharedKey: psk)
  }

  @discardableResult
  func grant(
    _ draft: GrantDraft, psk: @escaping (NodeName) -> Held<PresharedKey>? = { _ in nil }
  ) throws -> UInt64 {
    let body = try book.makeGrant(
      draft, at: place(.grant), secrets: secrets(psk), using: &random)
    let header = append(kind: .grant, body: body)
    book.handleGrant(header: header, body: body, keys: author.ownKeys)
    return header.index
  }

  /// The contents of a grant, as its author reads them.
  func metadata(of index: UInt64) -> GrantMetadata? {
    let entry = entries[Int(index)]
    let opening = Grant.open(
      header: entry.header, body: entry.body, author: author.name, keys: author.ownKeys)
    switch consume opening {
    case .member(_, let metadata): return metadata
    default: return nil
    }
  }

  func plan(
    _ parties: [Party], scope: AudienceScope = .nodes,
    psk: @escaping (NodeName) -> Held<PresharedKey>? = { _ in nil }
  ) throws(GrantError) -> AudiencePlan {
    try plan(to: parties.map(\.member), scope: scope, psk: psk)
  }

  func plan(
    to members: [AudienceMember], scope: AudienceScope = .nodes,
    psk: @escaping (NodeName) -> Held<PresharedKey>? = { _ in nil }
  ) throws(GrantError) -> AudiencePlan {
    try book.plan(
      to: members, scope: scope, author: author.secret.publicKey, secrets: secrets(psk), now: now)
  }

  /// Makes or reuses the audience, and says which grant it is.
  @discardableResult
  func reach(
    _ parties: [Party], scope: AudienceScope = .nodes,
    psk: @escaping (NodeName) -> Held<PresharedKey>? = { _ in nil }
  ) throws -> UInt64 {
    switch try plan(parties, scope: scope, psk: psk).step {
    case .reuse(let grantIndex): return grantIndex
    case .open(let draft):
      if draft.isOneMore, book.isFull {
        let last = book.leastRecentlyUsed[0]
        guard let metadata = metadata(of: last),
          let closing = book.closing(metadata, openedAt: last)
        else { throw GrantError.tooManyMembers }
        try grant(closing, psk: psk)
      }
      return try grant(draft, psk: psk)
    }
  }

  @discardableResult
  func publish(
    _ record: [UInt8], as suite: EntrySuite = .sealedRecord, to grantIndex: UInt64
  ) -> UInt64 {
    var body: [UInt8] = []
    let tag = book.seal(
      record.span, as: suite, to: grantIndex, at: place(.record), using: &random,
      appendingTo: &body)
    return append(kind: .record, suite: suite, tag: tag, body: body).index
  }

  /// The book that `reader` makes of this log's grants.
  func read(
    by reader: Party, psk: Held<PresharedKey>? = nil, without missing: Set<UInt64> = [],
    closedAudiences: Int = SealingLimits.closedAudiences
  ) -> AudienceBook {
    let keys = reader === author ? author.ownKeys : reader.keys(psk: psk)
    let book = AudienceBook(identity: identity, closedAudiences: closedAudiences)
    for entry in entries where entry.header.kind == EntryKind.grant.rawValue {
      let body = missing.contains(entry.header.index) ? nil : entry.body
      book.handleGrant(header: entry.header, body: body, keys: keys)
    }
    book.advance(to: UInt64(entries.count))
    return book
  }

  func open(
    _ index: UInt64, as suite: EntrySuite = .sealedRecord, by book: AudienceBook
  ) -> RecordOpening {
    let entry = entries[Int(index)]
    return book.open(
      suite, index: index, associatedData: entry.header.associatedData().span, body: entry.body.span
    )
  }
}

extension RecordOpening {
  var record: [UInt8]? {
    if case .opened(let record, _) = self { record } else { nil }
  }
}

extension AuthorLog {
  /// A grant with so many slots of one reader's hint, and nothing in them.
  func floodedGrant(for reader: Party, slots: Int) throws -> [UInt8] {
    let place = place(.grant)
    let ephemeral = SealingSecretKey.generate(using: &random)
    let shared = try ephemeral.sharedSecret(with: reader.secret.publicKey)
    let keys = SlotKeys(
      ephemeral: ephemeral.publicKey, member: reader.secret.publicKey, logID: identity.id,
      index: place.index, hintLabel: "liaison-hint/v1", wrapLabel: "liaison-wrap/v1")
    var body: [UInt8] = [GrantBody.x25519, 9] + random.bytes(32) + ephemeral.publicKey.array
    for slot in 0..<512 {
      body += slot < slots ? keys.hint(shared) + random.bytes(48) : random.bytes(56)
    }
    return body + random.bytes(24 + 256 + 16)
  }
}

// MARK: History

extension AuthorLog {
  /// K of a grant, as its author knows it.
  func audienceKey(_ grant: UInt64) throws -> AudienceKey {
    let entry = entries[Int(grant)]
    let opening = Grant.open(
      header: entry.header, body: entry.body, author: author.name, keys: author.ownKeys)
    switch consume opening {
    case .member(let key, _): return key
    default: throw SealingDefect.metadata
    }
  }

  /// e of a record.
  func disclosure(_ record: UInt64, of grant: UInt64) throws -> DisclosureKey {
    DisclosureKey(of: try audienceKey(grant), in: identity.id, at: record)
  }

  /// Closes an audience that is open.
  func close(_ grant: UInt64) throws {
    guard let metadata = metadata(of: grant), let draft = book.closing(metadata, openedAt: grant)
    else { throw SealingDefect.metadata }
    try self.grant(draft)
  }

  /// Gives the keys of these grants and records, whoever may have them.
  @discardableResult
  func give(to parties: [Party], grants: [UInt64], records: [UInt64]) throws -> UInt64 {
    let draft = HistoryDraft(
      to: parties.map(\.member).sorted { $0.name < $1.name }, group: nil)
    for index in grants {
      draft.give(grant: index, try audienceKey(index))
    }
    for index in records {
      let data = entries[Int(index)].header.associatedData()
      guard let key = book.disclosureKey(index: index, associatedData: data.span) else {
        throw SealingDefect.metadata
      }
      draft.give(record: index, key)
    }
    return try give(draft)
  }

  @discardableResult
  func give(_ draft: HistoryDraft) throws -> UInt64 {
    let body = try History.make(
      draft, author: author.member, at: place(.history), secrets: secrets(), using: &random)
    return append(kind: .history, body: body).index
  }

  /// The keys that came to `reader` by history.
  func history(of reader: Party, isReversed: Bool = false) -> HistoryKeys {
    let keys = HistoryKeys()
    let found = entries.filter { $0.header.kind == EntryKind.history.rawValue }
    for entry in isReversed ? found.reversed() : found {
      _ = keys.handleHistory(
        header: entry.header, body: entry.body, author: author.name, keys: reader.keys())
    }
    return keys
  }

  /// As `read`, with history ahead of the grants.
  func readWithHistory(
    by reader: Party, isReversed: Bool = false, keys: HistoryKeys? = nil
  ) -> AudienceBook {
    let book = AudienceBook(
      identity: identity, history: keys ?? history(of: reader, isReversed: isReversed))
    for entry in entries where entry.header.kind == EntryKind.grant.rawValue {
      book.handleGrant(header: entry.header, body: entry.body, keys: reader.keys())
    }
    book.advance(to: UInt64(entries.count))
    return book
  }
}
