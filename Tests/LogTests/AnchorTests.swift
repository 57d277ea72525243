import Crypto
import Log
import Testing

/// Bodies of anchors (Protocols/entry.md, 8).
struct AnchorVector: Codable, Equatable {
  var name: String
  var rule: String
  /// Hexadecimal.
  var body: String
  var result: String
  /// nil where nothing is accepted.
  var log: String?
  /// Decimal, or "none".
  var previous: String?
  var nonce: String?
  /// The checkpoint of which the commitment is made, with the nonce.
  var checkpoint: String?

  static func generate() throws -> [AnchorVector] {
    let log = try RawLog(size: 3)
    let nonce = SHA256.hash(Array("a nonce".utf8)).bytes
    let checkpoint = log.checkpoint(3)
    let commitment = Anchor.commitment(nonce: nonce, checkpoint: checkpoint.note)
    let good: [(String, UInt64?)] = [
      ("the first", nil), ("behind another", 17), ("behind the last there can be", 1 << 63 - 2),
    ]
    let accepted = good.map { name, previous in
      AnchorVector(
        name: name, rule: "ENT-25",
        body: Hex.encode(
          Anchor(log: log.identity.id, commitment: commitment, previous: previous).encode()),
        result: "accepted", log: log.identity.id.description,
        previous: previous.map { "\($0)" } ?? "none", nonce: Hex.encode(nonce.array),
        checkpoint: String(decoding: checkpoint.note, as: UTF8.self))
    }
    let body = Anchor(log: log.identity.id, commitment: commitment, previous: 17).encode()
    var other = body
    other[15] = UInt8(ascii: "2")
    var above = body
    above[82] = 0x80
    var highest = [UInt8](body[..<82]) + [UInt8](repeating: 0xff, count: 8)
    highest[89] = 0xfe
    var missing = highest
    missing.replaceSubrange(82..., with: [0x7f] + [UInt8](repeating: 0xff, count: 7))
    let broken: [(String, [UInt8])] = [
      ("another first line", other), ("one byte too few", body.dropLast()),
      ("one byte too many", body + [0]), ("nothing", []),
      ("an index that no entry has", above), ("the highest such", highest),
      ("the lowest such", missing),
    ]
    return accepted
      + broken.map {
        AnchorVector(name: $0, rule: "ENT-25", body: Hex.encode($1), result: "defect")
      }
  }
}

@Suite("Anchors")
struct AnchorTests {
  @Test("ENT-25: exactly the good ones of the vectors are accepted, and their commitments opened")
  func vectors() throws {
    let vectors = try VectorFile.read("entry", generated: EntryVectors.generate()).anchors
    for vector in vectors {
      let body = try #require(Hex.decode(vector.body))
      guard let anchor = try? Anchor.parse(body) else {
        #expect(vector.result == "defect", "\(vector.name)")
        continue
      }
      #expect(vector.result == "accepted", "\(vector.name)")
      #expect(anchor.encode() == body)
      #expect(anchor.log.description == vector.log)
      #expect((anchor.previous.map { "\($0)" } ?? "none") == vector.previous)
      let nonce = try #require(vector.nonce.flatMap { Hex.decode($0) }.flatMap { Bytes32($0) })
      let checkpoint = Array(try #require(vector.checkpoint).utf8)
      #expect(Anchor.commitment(nonce: nonce, checkpoint: checkpoint) == anchor.commitment)
    }
    #expect(vectors.prefix(3).allSatisfy { $0.result == "accepted" })
    #expect(vectors.dropFirst(3).allSatisfy { $0.result == "defect" })
  }

  @Test("ENT-25: no changed byte is taken for another spelling of the same")
  func changedBytes() throws {
    let id = try RawLog(size: 1).identity.id
    let body = Anchor(log: id, commitment: SHA256.hash([1]), previous: 5).encode()
    for place in body.indices {
      var wrong = body
      wrong[place] ^= 0x80
      if let parsed = try? Anchor.parse(wrong) { #expect(parsed.encode() == wrong, "\(place)") }
    }
  }

  @Test("ENT-25: an anchor that does not parse is a defect, and carried")
  func defect() throws {
    let log = try RawLog(size: 2)
    let good = Anchor(log: log.identity.id, commitment: SHA256.hash([1]), previous: nil).encode()
    for (body, isDefect) in [(good, false), (good + [0], true), ([], true)] {
      var builder = EntryBuilder(state: log.state(2))
      builder.append(kind: .anchor, time: 1, body: body)
      let verified = try log.state(2).accept(builder.finish(sign: log.signer.sign))
      #expect(verified.defects.map(\.kind) == (isDefect ? [.body] : []))
    }
  }
}
