import Crypto
import Foundation
import Log
import Secrets
import Wire

@testable import Sealing

/// `Protocols/vectors/sealing.json`. Bytes are lower-case hexadecimal.
struct SealingVectors: Codable, Equatable {
  struct Reader: Codable, Equatable {
    let name, sealingSecret, sealingPublic: String
    /// The secret that the author has mixed into its own slots.
    var authorSecret: String?
  }

  /// An entry's header (152 bytes; only the first 88 matter here), its body, and what `reader` must
  /// make of it.
  struct Case: Codable, Equatable {
    var name, rule: String
    let reader, header, body, result: String
    /// The record, the grant's metadata, or the head of a history entry, where it opens.
    var plaintext: String?
    var audienceKey: String?
    var entryKey: String?
    var tag: String?
    /// The author's secret, if not that of `readers`.
    var authorSecret: String?
    /// K′ of a history entry, and the keys that it gives.
    var historyKey: String?
    var given: [String]?
    /// The answer to the first of `records` for a reader that has this entry and the first of
    /// `grants`.
    var record: String?
    /// The pre-shared keys that the reader has or had, the present one first.
    var presharedKeys: [String]?
  }

  let origin, logKey, logID: String
  let readers: [Reader]
  /// Plain and padded lengths.
  let padding: [[Int]]
  let grants: [Case]
  /// Readers have the first of `grants` for these.
  let records: [Case]
  /// They stand above the first of `grants` and the first of `records`.
  let histories: [Case]

  static let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Protocols/vectors/sealing.json")

  static var wantsRewrite: Bool {
    ProcessInfo.processInfo.environment["LIAISON_REWRITE_VECTORS"] == "1"
  }

  func encode() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  static func load() throws -> SealingVectors {
    try JSONDecoder().decode(SealingVectors.self, from: Data(contentsOf: url))
  }
}

/// Makes the vectors from fixed seeds.
struct VectorMaker {
  let nl: Party
  let be: Party
  let fr: Party
  let log: AuthorLog
  var random = SeededRandom(seed: 42)

  init() throws {
    nl = try Party("nl", seed: 1)
    be = try Party("be", seed: 2)
    fr = try Party("fr", seed: 3)
    log = try AuthorLog(nl)
  }

  mutating func make() throws -> SealingVectors {
    let key = AudienceKey.generate(using: &random)
    let psk = Held(PresharedKey.generate(using: &random))
    let good = try grant(metadata(), key: key)
    let grants = try goodGrants(good, key, psk) + brokenGrants(good, key)
    log.append(kind: .grant, body: good.body)
    let record = Array(#"{"type":"note","text":"Zoë"}"#.utf8)
    let records = records(record, key)
    log.append(kind: .record, body: [])
    return SealingVectors(
      origin: log.identity.origin.text, logKey: log.identity.key.description,
      logID: log.identity.id.description, readers: [nl, be, fr].map(reader),
      padding: [0, 1, 255, 256, 1_000, 4_096, 65_536, 1_032_191].map {
        [$0, Padding.paddedBytes(for: $0)]
      },
      grants: grants, records: records, histories: try histories(key, good))
  }

  private func reader(_ party: Party) -> SealingVectors.Reader {
    SealingVectors.Reader(
      name: party.name.text, sealingSecret: party.secret.withSeed { Hex.encode($0.array) },
      sealingPublic: party.secret.publicKey.description,
      authorSecret: party === nl
        ? party.authorSecret.secret.withBytes { Hex.encode($0.array) } : nil)
  }

  // MARK: grants

  typealias Entry = (header: EntryHeader, body: [UInt8])

  private func metadata(
    _ head: String = "audience be\nversion 1\npredecessor -\n", _ members: [String]? = nil,
    wraps: String? = nil
  ) -> String {
    let lines = [be, nl].map { "\($0.name) \(Base64.encode($0.secret.publicKey.array))" }
    return head + (wraps ?? wrapsLine()) + (members ?? lines).map { "member \($0)\n" }.joined()
  }

  /// The wraps of both members, without a pre-shared key unless be has one.
  private func wrapsLine(_ psk: Held<PresharedKey>? = nil) -> String {
    let member = be.name
    let secrets = SlotSecrets(author: nl.authorSecret) { $0 == member ? psk : nil }
    let wraps = secrets.wraps(
      [be.member, nl.member], author: nl.name, log.identity.id, log.place(.grant).index)
    return "wraps \(Base64.encode(wraps.array))\n"
  }

  private mutating func grant(
    _ text: String, key: borrowing AudienceKey, psk: Held<PresharedKey>? = nil,
    breakPadding: Bool = false
  ) throws -> Entry {
    var padded = Array(text.utf8)
    Padding.pad(&padded, from: 0)
    if breakPadding { padded[padded.count - 1] = 1 }
    let place = log.place(.grant)
    let (member, author) = (be.name, nl.name)
    let secrets = SlotSecrets(author: nl.authorSecret) { $0 == member ? psk : nil }
    let body = try Grant.make(
      padded: padded, members: [be.member, nl.member], key, at: place,
      secret: { secrets.secret(for: $0, author: author) }, using: &random)
    var header = place
    header.bodyBytes = UInt32(body.count)
    return (header, body)
  }

  private func goodGrants(
    _ good: Entry, _ key: borrowing AudienceKey, _ psk: Held<PresharedKey>
  ) throws -> [SealingVectors.Case] {
    var copy = self
    let hedgedText = metadata(wraps: wrapsLine(psk))
    let mixed = try copy.grant(hedgedText, key: key, psk: psk)
    let closingText = metadata("closing be\nversion 2\npredecessor 0\n")
    let closing = try copy.grant(closingText, key: key)
    let earlier = Held(PresharedKey.generate(using: &copy.random))
    let flood = try log.floodedGrant(for: be, slots: 5)
    let pskText = psk.secret.withBytes { Hex.encode($0.array) }
    let keyText = key.withBytes { Hex.encode($0.array) }
    var opened = grantCase("a member opens a grant", "SEAL-9", good, "member")
    opened.plaintext = metadata()
    opened.audienceKey = keyText
    var author = grantCase("the author is a member", "SEAL-9", good, "member", reader: "nl")
    author.plaintext = metadata()
    author.audienceKey = keyText
    var hedged = grantCase("with a pre-shared key", "SEAL-11", mixed, "member")
    hedged.plaintext = hedgedText
    hedged.audienceKey = keyText
    hedged.presharedKeys = [pskText]
    var changed = hedged
    changed.name = "with an earlier pre-shared key"
    changed.presharedKeys = [earlier.secret.withBytes { Hex.encode($0.array) }, pskText]
    var unused = opened
    unused.name = "from before the pre-shared key"
    unused.rule = "SEAL-11"
    unused.presharedKeys = [pskText]
    var closes = grantCase("a grant that closes", "SEAL-20", closing, "member")
    closes.plaintext = closingText
    closes.audienceKey = keyText
    var header = log.place(.grant)
    header.bodyBytes = UInt32(flood.count)
    var wrong = grantCase(
      "the author without its own secret", "SEAL-9", good, "preshared-key-missing", reader: "nl")
    wrong.authorSecret = String(repeating: "00", count: 32)
    return [
      opened, author, wrong,
      grantCase("not a member", "SEAL-9", good, "not-for-this-node", reader: "fr"), hedged, changed,
      unused, grantCase("without its pre-shared key", "SEAL-11", mixed, "preshared-key-missing"),
      closes, grantCase("five slots with one hint", "SEAL-9", (header, flood), "too-many-slots"),
    ]
  }

  func grantCase(
    _ name: String, _ rule: String, _ entry: Entry, _ result: String, reader: String = "be"
  ) -> SealingVectors.Case {
    SealingVectors.Case(
      name: name, rule: rule, reader: reader, header: Hex.encode(entry.header.encode()),
      body: Hex.encode(entry.body), result: result)
  }

  private mutating func brokenGrants(
    _ good: Entry, _ key: borrowing AudienceKey
  ) throws -> [SealingVectors.Case] {
    func changed(_ position: Int, _ value: UInt8? = nil) -> Entry {
      var body = good.body
      body[position] = value ?? body[position] ^ 1
      return (good.header, body)
    }
    func header(_ change: (inout EntryHeader) -> Void) -> Entry {
      var header = good.header
      change(&header)
      return (header, good.body)
    }
    let parsed = try GrantBody(parsing: good.body)
    let shared = try be.secret.sharedSecret(with: parsed.ephemeral)
    let keys = SlotKeys(
      ephemeral: parsed.ephemeral, member: be.secret.publicKey, logID: log.identity.id,
      index: good.header.index, hintLabel: "liaison-hint/v1",
      wrapLabel: "liaison-wrap/v1")
    let slot = parsed.slots(with: keys.hint(shared))[0].lowerBound
    let other = slot == 74 ? 130 : 74
    var weak = good
    for position in 34..<66 { weak.body[position] = 0 }

    var cases = [
      grantCase(
        "cut in the fixed fields", "SEAL-8", (good.header, Array(good.body[..<65])), "shape"),
      grantCase("cut in the slots", "SEAL-8", (good.header, Array(good.body[..<500])), "shape"),
      grantCase("encapsulation 2", "SEAL-8", changed(0, 2), "unknown-encapsulation"),
      grantCase("4 slots", "SEAL-8", changed(1, 2), "shape"),
      grantCase("1,024 slots", "SEAL-8", changed(1, 10), "shape"),
      grantCase("ephemeral key of small order", "SEAL-10", weak, "shape"),
      grantCase("another commitment", "SEAL-12", changed(2), "commitment"),
      grantCase("another hint", "SEAL-9", changed(slot - 8), "not-for-this-node"),
      grantCase("another wrapped key", "SEAL-11", changed(slot), "preshared-key-missing"),
      grantCase("another member's slot changed", "SEAL-13", changed(other), "not-authentic"),
      grantCase("another nonce", "SEAL-13", changed(66 + 8 * 56), "not-authentic"),
      grantCase("last byte changed", "SEAL-13", changed(good.body.count - 1), "not-authentic"),
      grantCase("another time", "SEAL-13", header { $0.time += 1 }, "not-authentic"),
      grantCase("another index", "SEAL-9", header { $0.index += 1 }, "not-for-this-node"),
      grantCase("suite 1", "SEAL-7", header { $0.suite = 1 }, "header"),
      grantCase("an expiry", "SEAL-7", header { $0.expiryDay = 20_000 }, "header"),
      grantCase(
        "an audience tag", "SEAL-7",
        header { $0.audienceTag = AudienceTag([UInt8](repeating: 1, count: 16))! }, "header"),
      grantCase(
        "padding with another last byte", "SEAL-6",
        try grant(metadata(), key: key, breakPadding: true), "padding"),
    ]
    let own = "be \(Base64.encode(be.secret.publicKey.array))"
    let author = "nl \(Base64.encode(nl.secret.publicKey.array))"
    let foreign = "be \(Base64.encode(fr.secret.publicKey.array))"
    let texts: [(String, String)] = [
      ("no newline at the end", String(metadata().dropLast())),
      ("an unknown line", "note\n" + metadata()),
      ("closing nothing", metadata("closing be\nversion 1\npredecessor -\n")),
      ("no wraps", metadata(wraps: "")),
      (
        "wraps of 31 bytes",
        metadata(wraps: "wraps \(Base64.encode([UInt8](repeating: 1, count: 31)))\n")
      ),
      ("version 0", metadata("audience be\nversion 0\npredecessor -\n")),
      ("version 01", metadata("audience be\nversion 01\npredecessor -\n")),
      ("version 2 of nothing", metadata("audience be\nversion 2\npredecessor -\n")),
      ("a predecessor above itself", metadata("audience be\nversion 2\npredecessor 9\n")),
      ("a name that is not its members'", metadata("audience fr\nversion 1\npredecessor -\n")),
      ("members not sorted", metadata(members: [author, own])),
      ("a member twice", metadata(members: [own, own, author])),
      ("the author missing", metadata(members: [own])),
      ("the reader under another key", metadata(members: [foreign, author])),
    ]
    for (name, text) in texts {
      cases.append(grantCase(name, "SEAL-14", try grant(text, key: key), "metadata"))
    }
    return cases
  }

  private func metadata(members: [String]) -> String {
    metadata("audience be\nversion 1\npredecessor -\n", members)
  }

  // MARK: records

  private mutating func records(
    _ record: [UInt8], _ key: borrowing AudienceKey
  ) -> [SealingVectors.Case] {
    var padded = record
    Padding.pad(&padded, from: 0)
    let good = sealed(padded, key)
    let broken = sealed(Array(padded.dropLast()) + [1], key)
    let longer = sealed(padded + [UInt8](repeating: 0, count: 256), key)
    let short = sealed(Array(padded[..<16]), key)
    let chunk = sealed(padded, key, as: .sealedChunk)
    func asSuite(_ suite: EntrySuite, _ entry: Entry) -> Entry {
      var entry = entry
      entry.header.suite = suite.rawValue
      return entry
    }
    func changed(_ position: Int) -> Entry {
      var body = good.entry.body
      body[position] ^= 1
      return (good.entry.header, body)
    }
    func header(_ change: (inout EntryHeader) -> Void) -> Entry {
      var header = good.entry.header
      change(&header)
      return (header, good.entry.body)
    }
    var opened = grantCase("a member opens a record", "SEAL-1", good.entry, "opened")
    opened.plaintext = Hex.encode(record)
    opened.entryKey = good.entryKey
    opened.tag = good.tag
    var openedChunk = grantCase("a member opens a chunk", "SEAL-28", chunk.entry, "opened")
    openedChunk.plaintext = Hex.encode(record)
    openedChunk.entryKey = chunk.entryKey
    openedChunk.tag = chunk.tag
    let last = good.entry.body.count - 1
    return [
      opened,
      grantCase("a carrier", "SEAL-3", good.entry, "not-for-this-node", reader: "fr"),
      grantCase("cut below 312 bytes", "SEAL-4", short.entry, "shape"),
      grantCase("another nonce", "SEAL-2", changed(0), "not-authentic"),
      grantCase("another second half of t", "SEAL-2", changed(24), "commitment"),
      grantCase("ciphertext changed", "SEAL-2", changed(40), "not-authentic"),
      grantCase("last byte changed", "SEAL-2", changed(last), "not-authentic"),
      grantCase("another time", "SEAL-2", header { $0.time += 1 }, "not-authentic"),
      grantCase("an expiry added", "SEAL-2", header { $0.expiryDay = 1 }, "not-authentic"),
      grantCase("another index", "SEAL-3", header { $0.index += 1 }, "not-for-this-node"),
      grantCase(
        "another tag", "SEAL-3",
        header { $0.audienceTag = AudienceTag([UInt8](repeating: 1, count: 16))! },
        "not-for-this-node"),
      grantCase("suite 2", "SEAL-7", header { $0.suite = 2 }, "header"),
      grantCase("padding with another last byte", "SEAL-6", broken.entry, "padding"),
      grantCase("more padding than due", "SEAL-6", longer.entry, "padding"),
      openedChunk,
      grantCase(
        "a record called a chunk", "SEAL-28", asSuite(.sealedChunk, good.entry), "not-authentic"),
      grantCase(
        "a chunk called a record", "SEAL-28", asSuite(.sealedRecord, chunk.entry), "not-authentic"),
    ]
  }

  /// Seals what is padded already, or wrongly.
  private mutating func sealed(
    _ padded: [UInt8], _ key: borrowing AudienceKey, as suite: EntrySuite = .sealedRecord
  ) -> (entry: Entry, entryKey: String, tag: String) {
    let nonce = random.bytes(24)
    var header = log.place(.record)
    header.suite = suite.rawValue
    header.bodyBytes = UInt32(padded.count + RecordSeal.overheadBytes)
    let context = derivationContext("liaison-key/v1", header.logID, header.index)
    return key.withBytes { key in
      withEntryKey(of: key, context: context) { entryKey in
        withTag(of: entryKey) { tag in
          let tagBytes = (0..<32).map { tag[$0] }
          header.audienceTag = AudienceTag(tag, at: 0)
          let data = header.associatedData()
          let ciphertext = withDerived(from: entryKey, aeadLabel) {
            XChaChaPoly.seal(padded.span, key: $0, nonce: nonce, associatedData: data.span)
          }
          let entryKeyBytes = (0..<32).map { entryKey[$0] }
          return (
            (header, nonce + tagBytes[16...] + ciphertext), Hex.encode(entryKeyBytes),
            Hex.encode(tagBytes)
          )
        }
      }
    }
  }
}
