import Crypto
import Log

/// Cards and public bodies that break one rule each. The cards are signed all the same.
enum CardVectors {
  struct Malformed {
    let name: String
    let rule: String
    let note: [UInt8]
    let error: CardError
  }

  static let names: [(String, NodeNameError?)] = [
    ("nl", nil), ("be.fiu", nil), ("a", nil), ("0-9", nil), (".", nil), ("liaison", nil),
    (String(repeating: "x", count: 32), nil), ("", .length),
    (String(repeating: "x", count: 33), .length), ("NL", .character), ("n/l", .character),
    ("n l", .character), ("n\u{e9}", .character), ("n_l", .character), ("liaison-x", .reserved),
  ]

  static let origins: [(String, OriginError?)] = [
    ("nl/1", nil), ("be.fiu/4294967295", nil), ("nl", .shape), ("nl/1/1", .shape),
    ("nl/0", .epoch), ("nl/01", .epoch), ("nl/", .epoch), ("nl/-1", .epoch), ("nl/+1", .epoch),
    ("nl/4294967296", .epoch), ("nl/1 ", .epoch), ("nl/\u{0661}", .epoch),
    ("NL/1", .name(.character)), ("/1", .name(.length)),
  ]

  static func malformed() throws -> [Malformed] {
    let log = try RawLog()
    let good = String(
      decoding: try Note(parsing: try log.card(address: "10.0.0.1:7440").note).text, as: UTF8.self)
    func edited(
      _ name: String, _ rule: String, _ old: String, _ new: String, _ error: CardError
    ) -> Malformed {
      let text = replace(good, old, new)
      return Malformed(
        name: name, rule: rule, note: CheckpointVectors.signed(text, log), error: error)
    }
    let logKey = Base64.encode(log.identity.key.array)
    let cosign = Base64.encode(TestSigner("nl cosign").publicKey.array)
    let seal = Base64.encode(SHA256.hash(Array("nl seal".utf8)).array)
    let transport = Base64.encode(SHA256.hash(Array("nl transport".utf8)).array)
    let card = try log.card().note
    let stranger = NoteSignature(name: "be/1", keyID: 1, signature: [1]).line + "\n"
    let changed = replace(String(decoding: card, as: UTF8.self), "serial 1", "serial 2")
    var bad = [
      edited("another version", "CARD-3", "card/v1", "card/v2", .header),
      edited("serial 0", "CARD-3", "serial 1", "serial 0", .line("serial")),
      edited("serial 01", "CARD-3", "serial 1", "serial 01", .line("serial")),
      edited("no serial", "CARD-3", "serial 1\n", "", .line("serial")),
      edited("bad name", "CARD-3", "name nl", "name NL", .line("name")),
      edited("name not the origin's", "CARD-3", "name nl", "name be", .line("origin")),
      edited("bad origin", "CARD-3", "origin nl/1", "origin nl/0", .line("origin")),
      edited("short log key", "CARD-3", logKey, "AAAA", .line("log")),
      edited("no cosigning key", "CARD-3", "cosign \(cosign)\n", "", .line("cosign")),
      edited("two spaces", "CARD-3", "seal ", "seal  ", .line("seal")),
      edited("unpadded key", "CARD-3", transport, String(transport.dropLast()), .line("transport")),
      edited(
        "lines in another order", "CARD-3", "serial 1\nname nl\n", "name nl\nserial 1\n",
        .line("serial")),
      edited("unknown line", "CARD-3", "address ", "colour red\naddress ", .extraLine),
      edited("cosigning with the log key", "CARD-5", cosign, logKey, .sharedKey),
      edited("one X25519 key for both", "CARD-5", transport, seal, .sharedKey),
      Malformed(
        name: "a second signature", rule: "CARD-6", note: card + Array(stranger.utf8),
        error: .signatures),
      Malformed(
        name: "serial changed after signing", rule: "CARD-6", note: Array(changed.utf8),
        error: .badSignature),
      Malformed(
        name: "signed by another key", rule: "CARD-6",
        note: CheckpointVectors.signed(good, try RawLog("be/1")), error: .badSignature),
      Malformed(
        name: "too long", rule: "CARD-4",
        note: CheckpointVectors.signed(good + String(repeating: "a", count: 2048) + "\n", log),
        error: .tooLong),
      Malformed(
        name: "without a signature", rule: "CARD-6", note: Array(good.utf8),
        error: .note(.noSignatures)),
    ]
    for address in [
      "10.0.0.1", ":7440", "a:0", "a:65536", "a:07440", "a b:1", "[]:1", "a:b:1", "[::1:1", "",
    ] {
      bad.append(
        edited("address '\(address)'", "CARD-8", "10.0.0.1:7440", address, .line("address")))
    }
    return bad
  }

  struct MalformedBody {
    let name: String
    let rule: String
    let isGenesis: Bool
    let body: [UInt8]
    let error: PublicBodyError
  }

  static func malformedBodies() throws -> [MalformedBody] {
    let first = try RawLog().genesis().encode()
    let second = try RawLog("nl/2").genesis(
      follows: Genesis.Predecessor(origin: Origin("nl/1"), size: 9, leafHash: .zero)
    ).encode()
    let keys = KeysChange(card: try RawLog().card(serial: 2)).encode()
    func body(
      _ name: String, _ rule: String, _ from: [UInt8], _ old: String, _ new: String,
      _ error: PublicBodyError, isGenesis: Bool = true
    ) -> MalformedBody {
      MalformedBody(
        name: name, rule: rule, isGenesis: isGenesis,
        body: Array(replace(String(decoding: from, as: UTF8.self), old, new).utf8), error: error)
    }
    let zero = Base64.encode(Digest.zero.array)
    let follows = "follows nl/1 9 \(zero)\n"
    return [
      body("another version", "CARD-20", first, "genesis/v1", "genesis/v2", .header),
      body("no next key", "CARD-20", first, "next ", "last ", .next),
      body("short next key", "CARD-20", first, "next ", "next AAAA", .next),
      body("no blank line", "CARD-20", first, "\n\nliaison-card", "\nliaison-card", .blankLine),
      body("no card", "CARD-20", first, "liaison-card/v1", "liaison-card/v9", .card(.header)),
      body(
        "follows in epoch 1", "CARD-21", first, "\n\nliaison-card",
        "\n\(follows)\nliaison-card", .follows),
      body("no follows in epoch 2", "CARD-21", second, follows, "", .follows),
      body("follows itself", "CARD-21", second, "follows nl/1", "follows nl/2", .follows),
      body("follows another node", "CARD-21", second, "follows nl/1", "follows be/1", .follows),
      body("follows size 0", "CARD-21", second, " 9 ", " 0 ", .follows),
      body("follows without a size", "CARD-21", second, " 9 ", " ", .follows),
      body("follows a short hash", "CARD-21", second, " 9 ", " 9 A", .follows),
      body(
        "keys of another version", "CARD-30", keys, "keys/v1", "keys/v2", .header,
        isGenesis: false),
      body(
        "keys without a blank line", "CARD-30", keys, "\n\nliaison-card", "\nliaison-card",
        .blankLine, isGenesis: false),
      body(
        "keys with a bad card", "CARD-30", keys, "serial 2", "serial 3",
        .card(.badSignature), isGenesis: false),
      MalformedBody(
        name: "keys too long", rule: "CARD-30", isGenesis: false,
        body: keys + [UInt8](repeating: 0x0a, count: 4096), error: .tooLong),
    ]
  }

  private static func replace(_ text: String, _ old: String, _ new: String) -> String {
    guard let range = text.firstRange(of: old) else { return text }
    return text.replacingCharacters(of: range, with: new)
  }
}

extension String {
  fileprivate func replacingCharacters(of range: Range<Index>, with new: String) -> String {
    self[..<range.lowerBound] + new + self[range.upperBound...]
  }
}
