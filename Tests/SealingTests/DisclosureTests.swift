import Crypto
import Foundation
import Log
import Secrets
import Testing

@testable import Sealing

/// `Protocols/vectors/disclosure.json`, written by this test where LIAISON_REWRITE_VECTORS is 1.
private struct DisclosureVectors: Codable, Equatable {
  struct Case: Codable, Equatable {
    let name, file, result: String
    /// Where it holds.
    var record, entry: String?
  }
  let disclosures: [Case]

  static let url = SealingVectors.url.deletingLastPathComponent().appending(
    path: "disclosure.json")
}

@Suite("Disclosures (DIS-1, DIS-2, DIS-6, DIS-7, DIS-8, DIS-9, DIS-10, DIS-11)")
struct DisclosureTests {
  private let record = Array(#"{"type":"note","text":"invented"}"#.utf8)
  private let good: Disclosure

  init() throws { good = try DisclosureTests.make(seed: 1) }

  /// The middle one of three entries, sealed to an audience of its author's.
  private static func make(seed: UInt64) throws -> Disclosure {
    var random = SeededRandom(seed: seed)
    let key = LogSecretKey.generate(using: &random)
    let identity = LogIdentity(
      origin: Origin(name: try NodeName("nl"), epoch: 1), key: key.publicKey)
    var header = EntryHeader(
      logID: identity.id, index: 1, time: 1_700_000_000_000, kind: EntryKind.record.rawValue,
      suite: EntrySuite.sealedRecord.rawValue, expiryDay: 0, bodyBytes: 0, audienceTag: .zero,
      previous: Digest(Bytes32(random.bytes(32).span)), bodyHash: .zero)
    let audience = random.bytes(32)
    var body: [UInt8] = []
    header.audienceTag = RecordSeal.seal(
      Array(#"{"type":"note","text":"invented"}"#.utf8).span, at: header,
      audienceKey: audience.span, using: &random, appendingTo: &body)
    header.bodyBytes = UInt32(body.count)
    header.bodyHash = SHA256.hash(body)
    let signed = header.encode()
    let leaf = signed + key.sign(signed.span).array
    let others = [Digest(Bytes32(random.bytes(32).span)), Digest(Bytes32(random.bytes(32).span))]
    let root = SHA256.node(
      SHA256.node(others[0], EntryHeader.leafHash(of: leaf.span)), others[1])
    let checkpoint = Checkpoint.make(identity: identity, size: 3, root: root) { key.sign($0) }
    let entryKey = withEntryKey(
      of: audience.span, context: derivationContext("liaison-key/v1", identity.id, 1)
    ) { Bytes32($0) }
    return Disclosure(
      identity: identity, leaf: leaf, body: body, key: entryKey, path: others,
      checkpoint: checkpoint.note)
  }

  private func with(
    identity: LogIdentity? = nil, leaf: [UInt8]? = nil, body: [UInt8]? = nil,
    key: Bytes32? = nil, path: [Digest]? = nil, checkpoint: [UInt8]? = nil
  ) -> Disclosure {
    Disclosure(
      identity: identity ?? good.identity, leaf: leaf ?? good.leaf, body: body ?? good.body,
      key: key ?? good.key, path: path ?? good.path, checkpoint: checkpoint ?? good.checkpoint)
  }

  private func flipped(_ bytes: [UInt8], at index: Int) -> [UInt8] {
    var bytes = bytes
    bytes[index] ^= 1
    return bytes
  }

  private func word(_ error: DisclosureError) -> String {
    switch error {
    case .malformed: "malformed"
    case .otherLog: "otherLog"
    case .signature: "signature"
    case .checkpoint: "checkpoint"
    case .path: "path"
    case .body: "body"
    case .key: "key"
    }
  }

  private func result(_ file: String) -> (word: String, record: String?) {
    do throws(DisclosureError) {
      let record = try Disclosure(parsing: Array(file.utf8)).verify().record
      return ("accepted", String(decoding: record, as: UTF8.self))
    } catch {
      return (word(error), nil)
    }
  }

  private func files() throws -> [(name: String, file: String, result: String)] {
    let other = try DisclosureTests.make(seed: 2)
    let text = String(decoding: good.encode(), as: UTF8.self)
    func file(_ disclosure: Disclosure) -> String {
      String(decoding: disclosure.encode(), as: UTF8.self)
    }
    let far = String(repeating: Base64.encode(good.path[0].array) + ",", count: 64)
    return [
      ("a record", text, "accepted"),
      ("another first line", text.replacing("disclosure/v1", with: "disclosure/v2"), "malformed"),
      ("a line more", text.replacing("origin", with: "note x\norigin"), "malformed"),
      ("an epoch that is none", text.replacing("nl/1\nlog", with: "nl/0\nlog"), "malformed"),
      ("a path of 64 hashes", text.replacing("path ", with: "path \(far)"), "malformed"),
      ("an empty path, written as nothing", text.replacing("path ", with: "path  "), "malformed"),
      ("no blank line", text.replacing("\n\nnl/1", with: "\nnl/1"), "malformed"),
      ("another log's key", file(with(identity: other.identity)), "otherLog"),
      ("another domain", file(with(leaf: flipped(good.leaf, at: 15))), "otherLog"),
      ("the signature changed", file(with(leaf: flipped(good.leaf, at: 160))), "signature"),
      ("the time changed", file(with(leaf: flipped(good.leaf, at: 63))), "signature"),
      ("another log's checkpoint", file(with(checkpoint: other.checkpoint)), "checkpoint"),
      ("the path changed", file(with(path: good.path.reversed())), "path"),
      ("the path cut", file(with(path: [good.path[0]])), "path"),
      ("the body changed", file(with(body: flipped(good.body, at: 50))), "body"),
      ("the body cut", file(with(body: Array(good.body.dropLast()))), "body"),
      ("another record's key", file(with(key: other.key)), "key"),
    ]
  }

  @Test("Known answers, and for each check a file that fails it")
  func vectors() throws {
    let cases = try files().map { name, file, expected in
      let found = result(file)
      #expect(found.word == expected, "\(name)")
      return DisclosureVectors.Case(
        name: name, file: file, result: found.word, record: found.record,
        entry: found.record == nil ? nil : "nl/1/1")
    }
    let fresh = DisclosureVectors(disclosures: cases)
    if SealingVectors.wantsRewrite {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try (encoder.encode(fresh) + Data("\n".utf8)).write(to: DisclosureVectors.url)
    }
    let kept = try JSONDecoder().decode(
      DisclosureVectors.self, from: Data(contentsOf: DisclosureVectors.url))
    #expect(kept == fresh)
    #expect(Set(cases.map(\.result)).count == 8, "every class has a vector")
  }

  @Test("Every byte of the file counts: one that is changed makes it fail, or changes nothing")
  func everyByte() throws {
    let file = good.encode()
    let record = try good.verify().record
    for place in stride(from: 0, to: file.count, by: 7) {
      var bytes = file
      bytes[place] ^= 4
      guard let read = try? Disclosure(parsing: bytes), let found = try? read.verify() else {
        continue
      }
      #expect(found.record == record, "byte \(place)")
    }
    #expect(throws: DisclosureError.self) {
      try Disclosure(
        parsing: file + [UInt8](repeating: 10, count: SealingLimits.disclosureBytes))
    }
    for end in stride(from: 0, to: file.count, by: 101) {
      #expect((try? Disclosure(parsing: Array(file[..<end])).verify()) == nil)
    }
  }
}
