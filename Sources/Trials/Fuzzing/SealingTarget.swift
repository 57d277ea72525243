import Crypto
import Log
import Sealing
import Secrets

/// Grants and sealed records of an author who keeps no rule, as a member of the audience reads
/// them.
enum SealingTarget {
  private static let kinds: [@Sendable (inout FuzzInput) -> Void] = [
    parse, editedGrant, editedRecord, metadata, padding, historyHead, editedHistory,
  ]

  static func run(_ input: inout FuzzInput) {
    let kind = kinds[input.below(kinds.count)]
    kind(&input)
  }

  /// A grant at 1 and a record at 2.
  private struct Published: Sendable {
    var grantHeader: EntryHeader
    var grant: [UInt8]
    var recordHeader: EntryHeader
    var record: [UInt8]
    static let text = Array(#"{"type":"probe","n":1}"#.utf8)
  }

  private static let published: Published = {
    let author = FuzzParty.nl
    let book = AudienceBook(identity: author.identity)
    let mixed = SlotSecrets(author: author.secrets.author) { _ in nil }
    var random = SeededRandom(seed: 5)
    var place = header(.grant, 1)
    let plan = sure {
      try book.plan(
        to: [AudienceMember(name: FuzzParty.be.name, key: FuzzParty.be.secrets.sealing.publicKey)],
        author: author.secrets.sealing.publicKey, secrets: mixed, now: place.time)
    }
    guard case .open(let draft) = plan.step else { preconditionFailure("the harness: no draft") }
    let grant = sure {
      try book.makeGrant(draft, at: place, secrets: mixed, using: &random)
    }
    place.bodyBytes = UInt32(grant.count)
    book.handleGrant(
      header: place, body: grant,
      keys: GrantKeys(sealing: [sealing(of: author)], authorSecrets: [author.secrets.author]))
    var recordHeader = header(.record, 2)
    var record: [UInt8] = []
    recordHeader.audienceTag = book.seal(
      Published.text.span, to: 1, at: recordHeader, using: &random, appendingTo: &record)
    recordHeader.bodyBytes = UInt32(record.count)
    return Published(
      grantHeader: place, grant: grant, recordHeader: recordHeader, record: record)
  }()

  private static func sealing(of party: FuzzParty) -> Held<SealingSecretKey> {
    Held(party.secrets.sealing.withSeed { SealingSecretKey(seed: $0) })
  }

  private static func header(_ kind: EntryKind, _ index: UInt64) -> EntryHeader {
    EntryHeader(
      logID: FuzzParty.nl.identity.id, index: index, time: 1_700_000_000_000, kind: kind.rawValue,
      suite: kind.suite.rawValue, expiryDay: 0, bodyBytes: 0, audienceTag: .zero, previous: .zero,
      bodyHash: .zero)
  }

  private static func parse(_ input: inout FuzzInput) {
    let body = input.rest()
    guard let grant = try? GrantBody(parsing: body) else { return }
    check(grant.bytes == body, "a grant has another form")
    read(published.grantHeader, body, published.recordHeader, published.record)
  }

  private static func editedGrant(_ input: inout FuzzInput) {
    var header = published.grantHeader.encode()
    var body = published.grant
    input.edit(&body)
    header += [UInt8](repeating: 0, count: EntryLayout.leafBytes - header.count)
    input.edit(&header)
    body = Array(body.dropLast(input.below(3))) + input.rest()
    read(EntryHeader(parsing: header.span), body, published.recordHeader, published.record)
  }

  private static func editedRecord(_ input: inout FuzzInput) {
    var header = published.recordHeader.encode()
    var body = published.record
    input.edit(&body)
    header += [UInt8](repeating: 0, count: EntryLayout.leafBytes - header.count)
    input.edit(&header)
    body = Array(body.dropLast(input.below(3))) + input.rest()
    read(published.grantHeader, published.grant, EntryHeader(parsing: header.span), body)
  }

  /// A record opens only to what was sealed: the audience's key is not the fuzzer's.
  private static func read(
    _ grantHeader: EntryHeader, _ grant: [UInt8], _ recordHeader: EntryHeader, _ record: [UInt8]
  ) {
    let book = AudienceBook(identity: FuzzParty.nl.identity)
    var grantHeader = grantHeader
    grantHeader.logID = book.identity.id
    book.handleGrant(
      header: grantHeader, body: grant, keys: GrantKeys(sealing: [sealing(of: FuzzParty.be)]))
    book.advance(to: 3)
    let opening = book.open(
      index: recordHeader.index, associatedData: recordHeader.associatedData().span,
      body: record.span)
    if case .opened(let text, _) = opening {
      check(text == Published.text, "a record opened to what nobody sealed")
    }
  }

  /// Metadata that only a member of the audience could have sealed, or the author.
  private static func metadata(_ input: inout FuzzInput) {
    let index = UInt64(input.u16())
    let bytes = input.rest()
    guard
      let metadata = try? GrantMetadata(
        parsing: bytes, author: FuzzParty.nl.name, index: index)
    else { return }
    check(metadata.encode() == bytes, "an audience has another form")
  }

  /// The head of a history entry that only its author could have sealed.
  private static func historyHead(_ input: inout FuzzInput) {
    let index = UInt64(input.u16())
    let bytes = input.rest()
    guard
      let head = try? HistoryHead(parsing: bytes, author: FuzzParty.nl.name, index: index)
    else { return }
    check(head.encode() == bytes, "history has another form")
    check(head.first < index, "history of what is not below it")
  }

  /// A history entry at 3 that gives the record to `fr`, who is no member.
  private static let given: (header: EntryHeader, body: [UInt8]) = {
    let author = FuzzParty.nl
    let book = AudienceBook(identity: author.identity)
    book.handleGrant(
      header: published.grantHeader, body: published.grant,
      keys: GrantKeys(sealing: [sealing(of: author)], authorSecrets: [author.secrets.author]))
    let data = published.recordHeader.associatedData()
    let key = book.disclosureKey(index: 2, associatedData: data.span)
    guard let key else { preconditionFailure("the harness: no key") }
    let receiver = FuzzParty.fr
    let draft = HistoryDraft(
      to: [AudienceMember(name: receiver.name, key: receiver.secrets.sealing.publicKey)],
      group: nil)
    draft.give(record: 2, key)
    var place = header(.history, 3)
    var random = SeededRandom(seed: 6)
    let body = sure {
      try History.make(
        draft,
        author: AudienceMember(name: author.name, key: author.secrets.sealing.publicKey),
        at: place, secrets: SlotSecrets(author: author.secrets.author) { _ in nil },
        using: &random)
    }
    place.bodyBytes = UInt32(body.count)
    return (place, body)
  }()

  private static func editedHistory(_ input: inout FuzzInput) {
    var header = given.header.encode()
    var body = given.body
    input.edit(&body)
    header += [UInt8](repeating: 0, count: EntryLayout.leafBytes - header.count)
    input.edit(&header)
    body = Array(body.dropLast(input.below(3))) + input.rest()
    let keys = GrantKeys(sealing: [sealing(of: FuzzParty.fr)])
    let history = HistoryKeys()
    let parsed = EntryHeader(parsing: header.span)
    let news = history.handleHistory(
      header: parsed, body: body, author: FuzzParty.nl.name, keys: keys)
    check(
      news == nil || parsed.index == 3 && body == given.body, "history opened that nobody sealed")
    let book = AudienceBook(identity: FuzzParty.nl.identity, history: history)
    book.handleGrant(header: published.grantHeader, body: published.grant, keys: keys)
    book.advance(to: 4)
    let (data, record) = (published.recordHeader.associatedData(), published.record)
    let opening = book.open(index: 2, associatedData: data.span, body: record.span)
    if case .opened(let text, _) = opening {
      check(news != nil && text == Published.text, "a record opened by a key that nobody gave")
    }
  }

  private static func padding(_ input: inout FuzzInput) {
    let zeros = input.u16()
    let plain = input.rest()
    var buffer = plain + [UInt8](repeating: 0, count: zeros)
    let padded = buffer
    guard (try? Padding.remove(from: &buffer)) != nil else { return }
    Padding.pad(&buffer, from: 0)
    check(buffer == padded, "a padding has another form")
  }

  // MARK: Seeds

  static var seeds: [[UInt8]] {
    let nl = Base64.encode(FuzzParty.nl.secrets.sealing.publicKey.array)
    let be = Base64.encode(FuzzParty.be.secrets.sealing.publicKey.array)
    let wraps = Base64.encode(Bytes32.zero.array)
    let zeros = String(repeating: "0", count: 64)
    let members = "member be \(be)\nmember nl \(nl)\n"
    return [
      [0] + published.grant, [1, 0, 0], [1, 1, 0, 70, 4, 1, 0, 49, 2, 0], [1, 0, 1, 0, 49, 1, 1],
      [2, 0, 0], [2, 1, 0, 30, 1, 0, 0], [2, 0, 2, 0, 55, 1, 0, 80, 3, 0],
      [3, 0, 5]
        + Array("audience be,nl\nversion 1\npredecessor -\nwraps \(wraps)\n\(members)".utf8),
      [3, 0, 5] + Array("audience all\nversion 2\npredecessor 3\nwraps \(wraps)\n\(members)".utf8),
      [3, 0, 5] + Array("closing all\nversion 2\npredecessor 3\nwraps \(wraps)\n\(members)".utf8),
      [5, 0, 9]
        + Array(
          "history\nto be \(be)\ngroup nl:ctf-balkans@3 \(zeros)\ngrant 1\nentry 2\nkeys\n".utf8),
      [5, 0, 9] + Array("history\nto be \(be)\ngroup -\nentry 2\nentry 3\nkeys\n".utf8),
      [6, 0, 0], [6, 1, 0, 30, 1, 0, 0], [6, 0, 1, 0, 64, 1, 0],
      [4, 0, 255] + [0x80], [4, 0, 100] + [UInt8](repeating: 1, count: 155) + [0x80],
    ]
  }
}
