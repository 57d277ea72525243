package import Crypto
package import Log
package import Sealing
package import Secrets

/// Appends to a batch what an author seals: grants, records, and history. The daemon's author and
/// the simulator's do it by this.
package struct Sealer {
  package let book: AudienceBook
  private let secrets: SlotSecrets
  /// The author, with the sealing key of its newest card.
  private let own: AudienceMember
  /// The keys that this node tries on its own grants.
  private let keys: GrantKeys
  /// The time of the entries, in milliseconds since 1970.
  package let time: UInt64

  /// - Parameter book: of the author's own log, with every grant that it has.
  package init(
    _ book: AudienceBook, _ own: SealingPublicKey, _ secrets: SlotSecrets, keys: GrantKeys,
    time: UInt64
  ) {
    self.book = book
    self.secrets = secrets
    self.own = AudienceMember(name: book.identity.origin.name, key: own)
    self.keys = keys
    self.time = time
  }

  package func plan(
    to members: [AudienceMember], scope: AudienceScope, isNewVersion: Bool
  ) throws(GrantError) -> AudiencePlan {
    try book.plan(
      to: members, scope: scope, isNewVersion: isNewVersion, author: own.key, secrets: secrets,
      now: time)
  }

  /// Appends a grant; the book knows its audience from now on.
  /// - Returns: the grant's index.
  package func append(
    _ draft: GrantDraft, to builder: inout EntryBuilder, using random: inout some RandomSource
  ) throws(GrantError) -> UInt64 {
    let place = builder.nextHeader(kind: .grant, time: time, bodyBytes: 0)
    let body = try book.makeGrant(draft, at: place, secrets: secrets, using: &random)
    let index = builder.append(kind: .grant, time: time, body: body)
    let header = builder.withHeader(at: builder.count - 1) { EntryHeader(parsing: $0) }
    book.handleGrant(header: header, body: body, keys: keys)
    return index
  }

  /// Appends a record, or a chunk of an attachment, to an audience that is open.
  package func append(
    _ record: [UInt8], as suite: EntrySuite = .sealedRecord, expiryDay: UInt16 = 0,
    sealedTo grant: UInt64, to builder: inout EntryBuilder, using random: inout some RandomSource
  ) {
    let place = builder.nextHeader(
      kind: .record, suite: suite, time: time, expiryDay: expiryDay,
      bodyBytes: RecordSeal.bodyBytes(for: record.count))
    var body: [UInt8] = []
    let tag = book.seal(
      record.span, as: suite, to: grant, at: place, using: &random, appendingTo: &body)
    builder.append(
      kind: .record, suite: suite, time: time, expiryDay: expiryDay, audienceTag: tag, body: body)
  }

  /// Appends history entries, behind grants that close what they give and is open still.
  /// - Returns: how many grants.
  package func append(
    _ gift: HistoryGift, to builder: inout EntryBuilder, using random: inout some RandomSource
  ) throws(GrantError) -> Int {
    for audience in gift.open {
      guard let draft = book.closing(audience.metadata, openedAt: audience.grant) else { continue }
      _ = try append(draft, to: &builder, using: &random)
    }
    let grants = builder.count
    for draft in gift.drafts {
      let place = builder.nextHeader(kind: .history, time: time, bodyBytes: 0)
      let body = try History.make(draft, author: own, at: place, secrets: secrets, using: &random)
      builder.append(kind: .history, time: time, body: body)
    }
    return grants
  }
}
