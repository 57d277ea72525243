import Crypto
import Log
import Secrets

@testable import Sealing

/// A node with a sealing key from a seed.
final class Party {
  let name: NodeName
  let secret: SealingSecretKey

  init(_ name: String, seed: UInt64) throws {
    self.name = try NodeName(name)
    var random = SeededRandom(seed: seed)
    secret = .generate(using: &random)
  }

  var member: AudienceMember { AudienceMember(name: name, key: secret.publicKey) }
}

/// An author's log, reduced to what sealing sees of it: headers and bodies.
final class AuthorLog {
  let author: Party
  let identity: LogIdentity
  let book: AudienceBook
  var random: SeededRandom
  var entries: [(header: EntryHeader, body: [UInt8])] = []

  init(_ author: Party, seed: UInt64 = 7) throws {
    self.author = author
    random = SeededRandom(seed: seed)
    let key = LogSecretKey.generate(using: &random).publicKey
    identity = LogIdentity(origin: Origin(name: author.name, epoch: 1), key: key)
    book = AudienceBook(identity: identity)
    append(kind: .genesis, body: [])
  }

  func place(_ kind: EntryKind) -> EntryHeader {
    EntryHeader(
      logID: identity.id, index: UInt64(entries.count), time: 1_700_000_000_000,
      kind: kind.rawValue, suite: kind.suite.rawValue, expiryDay: 0, bodyBytes: 0,
      audienceTag: .zero, previous: .zero, bodyHash: .zero)
  }

  @discardableResult
  func append(kind: EntryKind, tag: AudienceTag = .zero, body: [UInt8]) -> EntryHeader {
    var header = place(kind)
    header.bodyBytes = UInt32(body.count)
    header.audienceTag = tag
    entries.append((header, body))
    return header
  }

  func grant(_ draft: GrantDraft, psk: (NodeName) -> Held<PresharedKey>? = { _ in nil }) throws {
    let body = try book.makeGrant(
      draft, at: place(.grant), presharedKey: psk, using: &random)
    let header = append(kind: .grant, body: body)
    book.handleGrant(header: header, body: body, with: author.secret, presharedKey: nil)
  }

  /// Makes or reuses the audience, and says which grant it is.
  @discardableResult
  func reach(
    _ parties: [Party], everybody: Bool = false,
    psk: (NodeName) -> Held<PresharedKey>? = { _ in nil }
  ) throws -> UInt64 {
    switch try book.plan(
      to: parties.map(\.member), everybody: everybody, author: author.secret.publicKey)
    {
    case .reuse(let grantIndex): return grantIndex
    case .open(let draft):
      try grant(draft, psk: psk)
      return UInt64(entries.count - 1)
    }
  }

  @discardableResult
  func publish(_ record: [UInt8], to grantIndex: UInt64) -> UInt64 {
    var body: [UInt8] = []
    let tag = book.seal(
      record.span, to: grantIndex, at: place(.record), using: &random, appendingTo: &body)
    return append(kind: .record, tag: tag, body: body).index
  }

  /// What `reader` makes of this log's grants.
  func read(
    by reader: Party, psk: Held<PresharedKey>? = nil, without missing: Set<UInt64> = []
  ) -> AudienceBook {
    let book = AudienceBook(identity: identity)
    for entry in entries where entry.header.kind == EntryKind.grant.rawValue {
      let body = missing.contains(entry.header.index) ? nil : entry.body
      book.handleGrant(
        header: entry.header, body: body, with: reader.secret, presharedKey: psk)
    }
    book.advance(to: UInt64(entries.count))
    return book
  }

  func open(_ index: UInt64, by book: AudienceBook) -> RecordOpening {
    let entry = entries[Int(index)]
    return book.open(
      index: index, associatedData: entry.header.associatedData().span, body: entry.body.span)
  }
}

extension RecordOpening {
  var record: [UInt8]? {
    if case .opened(let record, _) = self { record } else { nil }
  }
}
