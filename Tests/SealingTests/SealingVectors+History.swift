import Crypto
import Log
import Secrets
import Wire

@testable import Sealing

extension VectorMaker {
  /// The gift of one entry, as the author says it.
  private struct Gift {
    var head = ""
    var keys: [[UInt8]] = []
  }

  private static let hash = String(repeating: "ab", count: 32)

  private var recordIndex: UInt64 { log.place(.history).index - 1 }

  private func line(_ party: Party) -> String {
    "to \(party.name) \(Base64.encode(party.secret.publicKey.array))\n"
  }

  private mutating func entry(
    _ gift: Gift, psk: Held<PresharedKey>? = nil, breakPadding: Bool = false
  ) throws -> (entry: Entry, key: String) {
    var padded = Array(gift.head.utf8) + gift.keys.flatMap { $0 }
    Padding.pad(&padded, from: 0)
    if breakPadding { padded[padded.count - 1] = 1 }
    let place = log.place(.history)
    let member = fr.name
    let secrets = SlotSecrets(author: nl.authorSecret) { $0 == member ? psk : nil }
    let key = random.bytes(32)
    let body = try History.make(
      padded.span, receivers: [fr.member], author: nl.member, key: key.span, at: place,
      secrets: secrets, using: &random)
    var header = place
    header.bodyBytes = UInt32(body.count)
    return ((header, body), Hex.encode(key))
  }

  private func opened(
    _ name: String, _ rule: String, _ made: (entry: Entry, key: String), _ gift: Gift,
    result: String = "receiver", reader: String = "fr", record: String? = nil
  ) -> SealingVectors.Case {
    var test = grantCase(name, rule, made.entry, result, reader: reader)
    test.plaintext = gift.head
    test.historyKey = made.key
    test.given = gift.keys.map { Hex.encode($0) }
    test.record = record
    return test
  }

  mutating func histories(
    _ audienceKey: borrowing AudienceKey, _ grant: Entry
  ) throws -> [SealingVectors.Case] {
    let wholeKey = audienceKey.withBytes { $0.array }
    let recordKey = DisclosureKey(of: audienceKey, in: log.identity.id, at: recordIndex)
      .withBytes { $0.array }
    let grantIndex = grant.header.index
    let start = "history\n\(line(fr))"
    let whole = Gift(
      head: start + "group nl:ctf-balkans@3 \(Self.hash)\ngrant \(grantIndex)\nkeys\n",
      keys: [wholeKey])
    let single = Gift(
      head: start + "group -\nentry \(recordIndex)\nkeys\n", keys: [recordKey])
    let psk = Held(PresharedKey.generate(using: &random))
    let good = try entry(whole)
    let hedged = try entry(whole, psk: psk)
    let strange = random.bytes(32)
    let wrongWhole = Gift(head: whole.head, keys: [strange])
    let wrongSingle = Gift(head: single.head, keys: [strange])
    let mixed = Gift(
      head: start + "group -\ngrant \(grantIndex)\nentry \(recordIndex)\nkeys\n",
      keys: [strange, recordKey])
    var withKey = opened("with a pre-shared key", "SEAL-26", hedged, whole)
    withKey.presharedKeys = [psk.secret.withBytes { Hex.encode($0.array) }]
    var disguised = grant
    disguised.header.kind = EntryKind.history.rawValue
    return [
      opened("a receiver is given an audience", "SEAL-24", good, whole, record: "opened"),
      opened(
        "a receiver is given one record", "SEAL-24", try entry(single), single, record: "opened"),
      opened("the author has a slot", "SEAL-22", good, whole, reader: "nl"),
      withKey,
      grantCase(
        "without its pre-shared key", "SEAL-26", hedged.entry, "preshared-key-missing",
        reader: "fr"),
      grantCase("no receiver", "SEAL-22", good.entry, "not-for-this-node", reader: "be"),
      grantCase("a grant as history", "SEAL-22", disguised, "not-for-this-node", reader: "be"),
      opened(
        "another K", "SEAL-24", try entry(wrongWhole), wrongWhole, result: "wrong-key",
        record: "not-for-this-node"),
      opened(
        "another e", "SEAL-24", try entry(wrongSingle), wrongSingle, result: "wrong-key",
        record: "not-for-this-node"),
      opened(
        "another K and the right e", "SEAL-24", try entry(mixed), mixed, result: "wrong-key",
        record: "opened"),
    ] + (try broken(good.entry, whole)) + (try heads(start, wholeKey, grantIndex))
  }

  private mutating func broken(
    _ good: Entry, _ gift: Gift
  ) throws -> [SealingVectors.Case] {
    func test(_ name: String, _ rule: String, _ result: String, _ entry: Entry)
      -> SealingVectors.Case
    { grantCase(name, rule, entry, result, reader: "fr") }
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
    let padding = try entry(gift, breakPadding: true).entry
    let last = good.body.count - 1
    return [
      test("suite 1", "SEAL-7", "header", header { $0.suite = 1 }),
      test("an expiry", "SEAL-7", "header", header { $0.expiryDay = 20_000 }),
      test("cut in the slots", "SEAL-8", "shape", (good.header, Array(good.body[..<500]))),
      test("encapsulation 2", "SEAL-8", "unknown-encapsulation", changed(0, 2)),
      test("another commitment", "SEAL-12", "commitment", changed(2)),
      test("another nonce", "SEAL-13", "not-authentic", changed(66 + 8 * 56)),
      test("last byte changed", "SEAL-13", "not-authentic", changed(last)),
      test("another time", "SEAL-13", "not-authentic", header { $0.time += 1 }),
      test("another index", "SEAL-9", "not-for-this-node", header { $0.index += 1 }),
      test("padding with another last byte", "SEAL-6", "padding", padding),
    ]
  }

  private mutating func heads(
    _ start: String, _ key: [UInt8], _ grant: UInt64
  ) throws -> [SealingVectors.Case] {
    let own = line(fr)
    let foreign = "to fr \(Base64.encode(be.secret.publicKey.array))\n"
    let end = "group -\ngrant \(grant)\nkeys\n"
    let above = log.place(.history).index
    let hash = Self.hash
    let gifts: [(String, String, Int)] = [
      ("another first line", "histories\n" + own + end, 1),
      ("no receiver", "history\n" + end, 1),
      ("the author as a receiver", "history\n" + own + line(nl) + end, 1),
      ("receivers not sorted", "history\n" + own + line(be) + end, 1),
      ("the reader under another key", "history\n" + foreign + end, 1),
      ("no group", start + "grant \(grant)\nkeys\n", 1),
      ("version 0", start + "group nl:a@0 \(hash)\ngrant \(grant)\nkeys\n", 1),
      ("a group in capitals", start + "group nl:A@1 \(hash)\ngrant \(grant)\nkeys\n", 1),
      (
        "a hash in capitals", start + "group nl:a@1 \(hash.uppercased())\ngrant \(grant)\nkeys\n", 1
      ),
      ("a group without a hash", start + "group nl:a@1\ngrant \(grant)\nkeys\n", 1),
      ("nothing given", start + "group -\nkeys\n", 0),
      ("a grant twice", start + "group -\ngrant \(grant)\ngrant \(grant)\nkeys\n", 2),
      ("records before grants", start + "group -\nentry 0\ngrant \(grant)\nkeys\n", 2),
      ("an index with a zero before it", start + "group -\ngrant 0\(grant)\nkeys\n", 1),
      ("a grant that is not below", start + "group -\ngrant \(above)\nkeys\n", 1),
      ("a record that is not below", start + "group -\nentry \(above)\nkeys\n", 1),
      ("an unknown line", start + "group -\ngrant \(grant)\nnote\nkeys\n", 1),
      ("no line for the keys", start + "group -\ngrant \(grant)\n", 1),
      ("a key missing", start + end, 0),
      ("a key too many", start + end, 2),
    ]
    var cases: [SealingVectors.Case] = []
    for (name, head, count) in gifts {
      let keys = [[UInt8]](repeating: key, count: count)
      cases.append(
        grantCase(
          name, "SEAL-23", try entry(Gift(head: head, keys: keys)).entry, "history", reader: "fr"))
    }
    // A byte after the last key.
    let odd = Gift(head: start + end, keys: [key + [0]])
    cases.append(
      grantCase("a byte after the keys", "SEAL-23", try entry(odd).entry, "history", reader: "fr"))
    return cases
  }
}
