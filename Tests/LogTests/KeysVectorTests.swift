import Crypto
import Log
import Secrets
import Testing
import Wire

/// `Protocols/vectors/keys.json`.
struct KeysFile: Codable, Equatable {
  /// A log's keys entries, and which card is in force after each.
  struct Run: Codable, Equatable {
    var name: String
    var rule: String
    /// The genesis's card.
    var genesis: String
    /// Up to where the log stands; missing: all of it.
    var standsBelow: UInt64?
    var entries: [Entry]
  }

  struct Entry: Codable, Equatable {
    var index: UInt64
    var body: String
    /// The entry's own signature verifies.
    var isSigned: Bool
    /// taken, void, defect, serial, unsigned.
    var verdict: String
    /// The serial of the card in force after it.
    var serial: UInt64
  }

  /// A file of secrets.
  struct SecretFile: Codable, Equatable {
    var name: String
    var hex: String
    var result: String
    /// The serial and keys of each generation; the epoch and serial of each earlier card.
    var content: [String]
  }

  var inForce: [Run]
  var files: [SecretFile]

  static func generate() throws -> KeysFile {
    KeysFile(inForce: try sequences(), files: try secretFiles())
  }

  private static func sequences() throws -> [Run] {
    let log = try RawLog()
    let stranger = TestSigner("a stranger")
    typealias Step = (index: UInt64, card: Card, isSigned: Bool)
    func step(_ index: UInt64, _ serial: UInt64, isSigned: Bool = true) throws -> Step {
      (index, try log.card(serial: serial), isSigned)
    }
    let growth = LogLimits.serialGrowth
    let cases: [(String, String, UInt64?, [Step])] = [
      ("two rotations", "CARD-33", nil, [try step(4, 2), try step(9, 3)]),
      ("serials with gaps", "CARD-32", nil, [try step(4, 7), try step(9, 7 + growth)]),
      (
        "a serial not above the last", "CARD-32", nil,
        [try step(4, 3), try step(9, 3), try step(10, 2)]
      ),
      (
        "a serial too far above", "CARD-32", nil,
        [try step(4, 2 + growth), try step(9, .max), try step(12, 2)]
      ),
      (
        "another opening key", "CARD-31", nil,
        [(4, try log.card(serial: 2, opener: stranger), true), try step(9, 2)]
      ),
      ("another log", "CARD-31", nil, [(4, try RawLog("nl/2").card(serial: 2), true)]),
      (
        "a signature that does not verify", "ENT-15", nil,
        [try step(4, 2, isSigned: false), try step(5, 3)]
      ),
      ("a freeze between two", "LOG-38", 9, [try step(4, 2), try step(9, 3)]),
      ("a freeze at the first", "LOG-38", 4, [try step(4, 2), try step(9, 3)]),
      (
        "an end that settles above a freeze", "LOG-39", 10,
        [try step(4, 2), try step(9, 3), try step(10, 4)]
      ),
    ]
    return try cases.map { name, rule, stands, steps in
      var force = CardInForce(genesis: try log.card())
      return Run(
        name: name, rule: rule, genesis: String(decoding: try log.card().note, as: UTF8.self),
        standsBelow: stands,
        entries: steps.map {
          judge($0.index, KeysChange(card: $0.card).encode(), $0.isSigned, stands, &force)
        })
    }
  }

  static func judge(
    _ index: UInt64, _ body: [UInt8], _ isSigned: Bool, _ standsBelow: UInt64?,
    _ force: inout CardInForce
  ) -> Entry {
    var verdict = "unsigned"
    if isSigned {
      let card = (try? KeysChange.parse(body))?.card
      verdict =
        card.map { "\(force.take($0, at: index, standsBelow: standsBelow ?? .max))" } ?? "body"
    }
    return Entry(
      index: index, body: String(decoding: body, as: UTF8.self), isSigned: isSigned,
      verdict: verdict, serial: force.card.serial)
  }

  private static func secretFiles() throws -> [SecretFile] {
    var random = SeededRandom(seed: 13)
    var rotated = RotatedKeys()
    for (serial, kinds) in [
      (2, [.sealing]), (5, [.cosigning, .transport]), (6, .all),
    ] as [(UInt64, RotatedKinds)] {
      rotated = rotated.adding(.generate(kinds, serial: serial, day: 17_897, using: &random))
    }
    let first = NodeSecrets.generate(using: &random)
    let earlier = EarlierKeys().adding(first.sets(after: rotated, of: 3))
      .adding([EarlierSecrets(NodeSecrets.generate(using: &random), of: 2)])
    let whole = rotated.withEncoded { $0.array }
    let cards = earlier.withEncoded { $0.array }
    var swapped = whole
    swapped.replaceSubrange(32..<40, with: [0, 0, 0, 0, 0, 0, 0, 9])
    var noKinds = whole
    noKinds[44] = 0
    var unknown = whole
    unknown[44] |= 8
    var first1 = whole
    first1[39] = 1
    let begun = BegunRotation(
      generation: .generate([.transport], serial: 2, day: 1, using: &random),
      card: try RawLog().card(serial: 2).note)
    return [
      SecretFile("rotated: none", RotatedKeys().withEncoded { $0.array }),
      SecretFile("rotated: three", whole),
      SecretFile("rotated: cut", Array(whole.dropLast())),
      SecretFile("rotated: not ascending", swapped),
      SecretFile("rotated: no key", noKinds),
      SecretFile("rotated: an unknown key", unknown),
      SecretFile("rotated: serial 1", first1),
      SecretFile("rotated: another version", Array("liaison-rotated/v2".utf8) + whole[18...]),
      SecretFile("earlier: two epochs", cards),
      SecretFile("earlier: cut", Array(cards.dropLast())),
      SecretFile("earlier: a card twice", cards[..<140] + cards[32...]),
      SecretFile("rotation: begun", begun.withEncoded { $0.array }),
    ]
  }
}

extension KeysFile.SecretFile {
  init(_ name: String, _ bytes: some Swift.Sequence<UInt8>) {
    self.init(name: name, hex: Hex.encode(Array(bytes)), result: "", content: [])
    judge()
  }

  mutating func judge() {
    let bytes = Hex.decode(hex) ?? []
    let file = GuardedBytes(copying: bytes.span)
    result = "accepted"
    do {
      if name.hasPrefix("rotated") {
        content = try RotatedKeys(parsing: file).generations.map(Self.text)
      } else if name.hasPrefix("rotation") {
        content = [Self.text(try BegunRotation(parsing: file).generation)]
      } else {
        content = try EarlierKeys(parsing: file).cards.map {
          "epoch \($0.epoch) serial \($0.serial)"
        }
      }
    } catch {
      result = "failure"
      content = []
    }
  }

  private static func text(_ generation: KeyGeneration) -> String {
    "serial \(generation.serial) day \(generation.day) keys \(generation.kinds.rawValue)"
  }
}

@Suite("Protocols/vectors/keys.json: the card in force, and files of rotated keys")
struct KeysVectorTests {
  @Test("CARD-31 to 33: the card in force after each entry")
  func inForce() throws {
    let file = try VectorFile.read("keys", generated: KeysFile.generate())
    for sequence in file.inForce {
      var force = CardInForce(genesis: try Card.parse(Array(sequence.genesis.utf8)))
      for entry in sequence.entries {
        let again = KeysFile.judge(
          entry.index, Array(entry.body.utf8), entry.isSigned, sequence.standsBelow, &force)
        #expect(again == entry, "\(sequence.name)")
      }
    }
    #expect(Set(file.inForce.flatMap(\.entries).map(\.verdict)).count == 5)
  }

  @Test("sealing.md, 10: files of secrets read back, and only whole and in order")
  func files() throws {
    let file = try VectorFile.read("keys", generated: KeysFile.generate())
    for vector in file.files {
      var again = vector
      again.judge()
      #expect(again == vector, "\(vector.name)")
    }
    #expect(file.files.filter { $0.result == "accepted" }.count == 4)
  }
}
