import Crypto
import Log
import Sealing
import Secrets

/// A grant to a group of 500: the time that its author takes to make it, its size, and the time in
/// which a member opens it and an outsider passes it.
enum GrantFigures {
  private static let members = 500

  static func measure() throws -> JSON {
    var random = SystemRandom()
    let author = NodeSecrets.generate()
    let card = try SignedLog.genesis(author).card
    let identity = card.identity
    var readers: [Held<SealingSecretKey>] = []
    var named: [AudienceMember] = []
    for number in 0..<(members - 1) {
      let secret = SealingSecretKey.generate(using: &random)
      named.append(
        AudienceMember(name: try NodeName("member-\(number)"), key: secret.publicKey))
      readers.append(Held(secret))
    }
    let mixed = SlotSecrets(author: author.author) { _ in nil }
    let book = AudienceBook(identity: identity)
    guard let group = GroupName(convener: identity.origin.name, id: "bench"),
      case .open(let draft) = try book.plan(
        to: named, scope: .group(group), author: author.sealing.publicKey, secrets: mixed, now: 1
      ).step
    else { throw BenchError("a new book has no audience") }
    let place = EntryHeader(
      logID: identity.id, index: 1, time: 1, kind: EntryKind.grant.rawValue,
      suite: EntrySuite.grant.rawValue, expiryDay: 0, bodyBytes: 0, audienceTag: .zero,
      previous: .zero, bodyHash: .zero)
    let body = try book.makeGrant(draft, at: place, secrets: mixed, using: &random)
    var header = place
    header.bodyBytes = UInt32(body.count)
    let make = nanoseconds {
      (try? book.makeGrant(draft, at: place, secrets: mixed, using: &random).count) ?? 0
    }
    return .object([
      ("members", .count(members)), ("bodyBytes", .count(body.count)),
      ("makeMilliseconds", .figure(make / 1e6)),
      ("openNanoseconds", .figure(open(header, body, identity, readers[0]))),
      (
        "passNanoseconds",
        .figure(open(header, body, identity, Held(SealingSecretKey.generate(using: &random))))
      ),
    ])
  }

  private static func open(
    _ header: EntryHeader, _ body: [UInt8], _ identity: LogIdentity,
    _ reader: Held<SealingSecretKey>
  ) -> Double {
    let keys = GrantKeys(sealing: [reader])
    return nanoseconds {
      let opening = Grant.open(
        header: header, body: body, author: identity.origin.name, keys: keys)
      switch consume opening {
      case .member: return 1
      default: return 0
      }
    }
  }
}
