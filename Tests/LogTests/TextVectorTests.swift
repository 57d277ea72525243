import Crypto
import Log
import Testing

struct CheckpointFile: Codable, Equatable {
  struct Vector: Codable, Equatable {
    var name: String
    var rule: String
    var origin: String
    var logKey: String
    /// The note; hexadecimal in `noteHex` where it is not UTF-8.
    var note: String?
    var noteHex: String?
    /// accepted or failure.
    var result: String
    var detail: String
  }

  struct Cosigned: Codable, Equatable {
    var name: String
    var rule: String
    /// The three signed lines, and the line over them.
    var text: String
    var line: String
    var cosignerKey: String
    var time: UInt64?
    var result: String
  }

  var checkpoints: [Vector]
  var cosignatures: [Cosigned]

  static func generate() throws -> CheckpointFile {
    let log = try RawLog(size: 3)
    let good = log.checkpoint(3)
    func vector(_ name: String, _ rule: String, _ bytes: [UInt8], _ identity: LogIdentity? = nil)
      -> Vector
    {
      let identity = identity ?? log.identity
      let text = String(validating: bytes, as: UTF8.self)
      let (result, detail) = judge(bytes, identity)
      return Vector(
        name: name, rule: rule, origin: identity.origin.text,
        logKey: Base64.encode(identity.key.array), note: text,
        noteHex: text == nil ? Hex.encode(bytes) : nil, result: result, detail: detail)
    }
    let line = NoteSignature(name: "else.where", keyID: 7, signature: [1]).line + "\n"
    let text = String(decoding: good.note, as: UTF8.self)
    let otherKey = LogIdentity(
      origin: log.identity.origin, key: LogPublicKey(TestSigner("other").publicKey))
    var flipped = good.note
    flipped[5] ^= 1
    let lines = (0..<100).map {
      NoteSignature(name: "n\($0)", keyID: 1, signature: [9]).line + "\n"
    }
    var vectors = [
      vector("good", "CKP-10", good.note),
      vector("with a stranger's signature", "CKP-6", good.note + Array(line.utf8)),
      vector("a byte that is no UTF-8", "CKP-1", good.note + [0xff, 0x0a]),
      vector("carriage returns", "CKP-1", Array(text.utf8.flatMap { $0 == 10 ? [13, 10] : [$0] })),
      vector("no newline at the end", "CKP-2", good.note.dropLast()),
      vector("no blank line", "CKP-2", good.text + good.note[(good.text.count + 1)...]),
      vector("a newline too many", "CKP-2", good.note + [0x0a]),
      vector("a hyphen for the dash", "CKP-3", good.note + Array("- nl/1 AQIDBAU=\n".utf8)),
      vector("a plus in a name", "CKP-3", good.note + Array("\u{2014} a+b AQIDBAU=\n".utf8)),
      vector("unpadded Base64", "CKP-3", good.note + Array("\u{2014} a AQIDBAU\n".utf8)),
      vector("101 signatures", "CKP-4", good.note + Array(lines.joined().utf8)),
      vector("100 signatures", "CKP-4", good.note + Array(lines.dropLast().joined().utf8)),
      vector("one key twice", "CKP-5", good.note + good.note[(good.text.count + 1)...]),
      vector("another key", "CKP-14", good.note, otherKey),
      vector("changed size", "CKP-14", flipped),
    ]
    for malformed in try CheckpointVectors.malformed() {
      vectors.append(vector(malformed.name, malformed.rule, malformed.note))
    }
    return CheckpointFile(checkpoints: vectors, cosignatures: try cosigned(good))
  }

  static func judge(_ note: [UInt8], _ identity: LogIdentity) -> (String, String) {
    do {
      let checkpoint = try VerifiedCheckpoint.verify(note: note, identity: identity)
      return ("accepted", "size \(checkpoint.size)")
    } catch {
      return ("failure", "\(error)")
    }
  }

  private static func cosigned(_ checkpoint: VerifiedCheckpoint) throws -> [Cosigned] {
    let signer = TestSigner("be cosign")
    let key = CosigningPublicKey(signer.publicKey)
    let good = Cosignature.make(
      checkpoint: checkpoint, name: try NodeName("be"), key: key, time: 1_452_470_400,
      sign: signer.sign)
    let text = String(decoding: checkpoint.text, as: UTF8.self)
    let later = Cosignature(
      name: good.name, keyID: good.keyID, time: good.time + 1, signature: good.signature)
    let renamed = Cosignature(
      name: try NodeName("fr"), keyID: good.keyID, time: good.time, signature: good.signature)
    let short = NoteSignature(
      name: "be", keyID: good.keyID, signature: good.noteSignature.signature.dropLast())
    func vector(_ name: String, _ rule: String, _ line: String, _ result: String = "failure")
      -> Cosigned
    {
      Cosigned(
        name: name, rule: rule, text: text, line: line, cosignerKey: Base64.encode(key.array),
        time: (try? Cosignature(parsing: line))?.time, result: result)
    }
    return [
      vector("good", "CKP-20", good.line, "accepted"),
      vector("another time", "CKP-22", later.line),
      vector("another name", "CKP-22", renamed.line),
      vector("71 bytes", "CKP-21", short.line),
    ]
  }
}

struct CardFile: Codable, Equatable {
  struct Vector: Codable, Equatable {
    var name: String
    var rule: String
    /// card, genesis or keys.
    var format: String
    var text: String
    var result: String
    var detail: String
    var fingerprint: [String]?
  }

  struct Name: Codable, Equatable {
    var text: String
    var isValid: Bool
  }

  var nodeNames: [Name]
  var origins: [Name]
  var vectors: [Vector]

  static func generate() throws -> CardFile {
    let log = try RawLog()
    let second = try RawLog("nl/2").genesis(
      follows: Genesis.Predecessor(origin: Origin("nl/1"), size: 9, leafHash: .zero, root: .zero))
    var all = [
      Vector("good", "CARD-3", "card", try log.card().note),
      Vector("good, with an address", "CARD-8", "card", try log.card(address: "[::1]:7440").note),
      Vector("good", "CARD-20", "genesis", try log.genesis().encode()),
      Vector("good, epoch 2", "CARD-21", "genesis", second.encode()),
      Vector("good", "CARD-30", "keys", KeysChange(card: try log.card(serial: 2)).encode()),
    ]
    for bad in try CardVectors.malformed() {
      all.append(Vector(bad.name, bad.rule, "card", bad.note))
    }
    for bad in try CardVectors.malformedBodies() where bad.name != "keys too long" {
      all.append(Vector(bad.name, bad.rule, bad.isGenesis ? "genesis" : "keys", bad.body))
    }
    return CardFile(
      nodeNames: CardVectors.names.map { Name(text: $0, isValid: $1 == nil) },
      origins: CardVectors.origins.map { Name(text: $0, isValid: $1 == nil) }, vectors: all)
  }
}

extension CardFile.Vector {
  init(_ name: String, _ rule: String, _ format: String, _ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    self.init(name: name, rule: rule, format: format, text: text, result: "", detail: "")
    judge()
  }

  mutating func judge() {
    let bytes = Array(text.utf8)
    do {
      let card =
        switch format {
        case "genesis": try Genesis.parse(bytes).card
        case "keys": try KeysChange.parse(bytes).card
        default: try Card.parse(bytes)
        }
      result = "accepted"
      detail = "\(card.origin) serial \(card.serial)"
      fingerprint = card.fingerprint.lines
    } catch {
      result = "failure"
      detail = "\(error)".replacing("Log.CardError.", with: "").replacing(
        "Log.NoteError.", with: "")
    }
  }
}

@Suite("Protocols/vectors/checkpoint.json and card.json")
struct TextVectorTests {
  @Test func checkpoints() throws {
    let file = try VectorFile.read("checkpoint", generated: CheckpointFile.generate())
    for vector in file.checkpoints {
      let bytes = vector.note.map { Array($0.utf8) } ?? Hex.decode(vector.noteHex ?? "") ?? []
      let key = try #require(LogPublicKey(Base64.decode(vector.logKey) ?? []))
      let identity = LogIdentity(origin: try Origin(vector.origin), key: key)
      #expect(
        CheckpointFile.judge(bytes, identity) == (vector.result, vector.detail), "\(vector.name)")
    }
    #expect(file.checkpoints.filter { $0.result == "accepted" }.count == 3)
  }

  @Test func cosignatures() throws {
    let file = try VectorFile.read("checkpoint", generated: CheckpointFile.generate())
    let log = try RawLog(size: 3)
    for vector in file.cosignatures {
      #expect(Array(vector.text.utf8) == log.checkpoint(3).text)
      let key = try #require(CosigningPublicKey(Base64.decode(vector.cosignerKey) ?? []))
      let cosignature = try? Cosignature(parsing: vector.line)
      let holds = cosignature?.verify(over: log.checkpoint(3), key: key) ?? false
      #expect(holds == (vector.result == "accepted"), "\(vector.name)")
    }
  }

  @Test func cards() throws {
    let file = try VectorFile.read("card", generated: CardFile.generate())
    for name in file.nodeNames { #expect(((try? NodeName(name.text)) != nil) == name.isValid) }
    for origin in file.origins { #expect(((try? Origin(origin.text)) != nil) == origin.isValid) }
    for vector in file.vectors {
      var again = vector
      again.judge()
      #expect(again == vector, "\(vector.name)")
      #expect((vector.result == "accepted") == vector.name.hasPrefix("good"), "\(vector.name)")
    }
  }
}
