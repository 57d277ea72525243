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
    ("nl", nil), ("be.fiu", nil), ("a", nil), ("0-9", nil), ("a.", nil), ("a--", nil),
    ("liaison", nil),
    (".", .firstCharacter), ("..", .firstCharacter), (".x", .firstCharacter),
    ("-", .firstCharacter), ("-v", .firstCharacter), ("--", .firstCharacter),
    (String(repeating: "x", count: 32), nil), ("", .length),
    (String(repeating: "x", count: 33), .length), ("NL", .character), ("n/l", .character),
    ("n l", .character), ("n\u{e9}", .character), ("n_l", .character), ("liaison-x", .reserved),
  ]

  static let origins: [(String, OriginError?)] = [
    ("nl/1", nil), ("be.fiu/4294967295", nil), ("nl", .shape), ("nl/1/1", .shape),
    ("nl/0", .epoch), ("nl/01", .epoch), ("nl/", .epoch), ("nl/-1", .epoch), ("nl/+1", .epoch),
    ("nl/4294967296", .epoch), ("nl/1 ", .epoch), ("nl/\u{0661}", .epoch),
    ("NL/1", .name(.character)), ("/1", .name(.length)),
    (".x/1", .name(.firstCharacter)), ("-x/1", .name(.firstCharacter)),
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
    let seal = Base64.encode(RawLog.x25519("nl seal").array)
    let transport = Base64.encode(RawLog.x25519("nl transport").array)
    let opening = Base64.encode(OpeningPublicKey(log.opener.publicKey).commitment.array)
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
      edited("no opening key", "CARD-3", "opening \(opening)\n", "", .line("opening")),
      edited("short hash of the opening key", "CARD-3", opening, "AAAA", .line("opening")),
      edited("a name that begins with a dot", "CARD-1", "name nl", "name .nl", .line("name")),
      edited("a name that is an option", "CARD-1", "name nl", "name --", .line("name")),
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
    for (name, key) in unsoundEd25519 {
      bad.append(
        edited("cosigning key: \(name)", "CARD-9", cosign, key, .unsoundKey("cosign")))
      bad.append(edited("log key: \(name)", "CARD-9", logKey, key, .unsoundKey("log")))
    }
    for (name, key) in unsoundX25519 {
      bad.append(edited("sealing key: \(name)", "CARD-9", seal, key, .unsoundKey("seal")))
      bad.append(
        edited("transport key: \(name)", "CARD-9", transport, key, .unsoundKey("transport")))
    }
    for address in [
      "10.0.0.1", ":7440", "a:0", "a:65536", "a:07440", "a b:1", "[]:1", "a:b:1", "[::1:1", "",
    ] {
      bad.append(
        edited("address '\(address)'", "CARD-8", "10.0.0.1:7440", address, .line("address")))
    }
    return bad
  }

  private static func hex(_ text: String) -> String { Base64.encode(Hex.decode(text) ?? []) }

  private static func low(_ first: UInt8, _ middle: UInt8 = 0, last: UInt8 = 0) -> String {
    Base64.encode([first] + [UInt8](repeating: middle, count: 30) + [last])
  }

  /// Points that are no keys (RFC 8032; the first five have an order of at most 8).
  static let unsoundEd25519: [(String, String)] = [
    ("the neutral element", low(1)), ("order 2", low(0xec, 0xff, last: 0x7f)),
    ("order 4", low(0)), ("order 4, the other sign", low(0, last: 0x80)),
    ("order 8", hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")),
    ("the neutral element, not canonical", low(0xee, 0xff, last: 0x7f)),
    ("no point", low(2)),
  ]

  /// Coordinates of order 1, 2, 4 and 8, and ones that have another encoding (RFC 7748, 6.1).
  static let unsoundX25519: [(String, String)] = [
    ("zero", low(0)), ("one", low(1)), ("minus one", low(0xec, 0xff, last: 0x7f)),
    ("order 8", hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")),
    ("order 8, another", hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")),
    ("zero, not canonical", low(0xed, 0xff, last: 0x7f)),
    ("the base point, not canonical", low(0xf6, 0xff, last: 0x7f)),
    ("the base point with bit 255", low(9, last: 0x80)),
  ]

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
      follows: Genesis.Predecessor(origin: Origin("nl/1"), size: 9, leafHash: .zero, root: .zero)
    ).encode()
    let nl2 = try RawLog("nl/2")
    let opener = try RawLog("nl/1").opener
    let key = Base64.encode(opener.publicKey.array)
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
    let follows = "follows nl/1 9 \(zero) \(zero)\n"
    /// Signed by the opening key, whatever it says.
    func opened(_ name: String, _ old: String, _ new: String, _ error: PublicBodyError)
      -> MalformedBody
    {
      let text = String(decoding: second.dropLast(99), as: UTF8.self)
      let edited = Array(replace(text, old, new).utf8)
      let line = "signature \(Base64.encode(opener.sign(edited.span).array))\n"
      return MalformedBody(
        name: name, rule: "CARD-24", isGenesis: true, body: edited + Array(line.utf8), error: error)
    }
    let reused = try nl2.card(opener: opener)
    let running = try RawLog("nl/2").genesis(
      follows: Genesis.Predecessor(origin: Origin("nl/1"), size: 9, leafHash: .zero, root: .zero),
      by: TestSigner("stranger")
    ).encode()
    return [
      body("another version", "CARD-20", first, "genesis/v1", "genesis/v2", .header),
      body("no blank line", "CARD-20", first, "\n\nliaison-card", "\nliaison-card", .blankLine),
      body("no card", "CARD-20", first, "liaison-card/v1", "liaison-card/v9", .card(.header)),
      body(
        "follows in epoch 1", "CARD-21", first, "\n\nliaison-card",
        "\n\(follows)opened-by \(key)\n\nliaison-card",
        .openingSignature),
      body("no follows in epoch 2", "CARD-21", second, follows, "", .blankLine),
      body("follows itself", "CARD-21", second, "follows nl/1", "follows nl/2", .follows),
      body("follows another node", "CARD-21", second, "follows nl/1", "follows be/1", .follows),
      body("follows size 0", "CARD-21", second, " 9 ", " 0 ", .follows),
      body("follows without a size", "CARD-21", second, " 9 ", " ", .follows),
      body("follows a short hash", "CARD-21", second, " 9 ", " 9 A", .follows),
      body("follows without a root", "CARD-21", second, " \(zero)\n", "\n", .follows),
      body("no opening key", "CARD-20", second, "opened-by ", "opened by ", .openingKey),
      body("short opening key", "CARD-20", second, "opened-by ", "opened-by AAAA", .openingKey),
      body("no signature", "CARD-24", second, "\nsignature ", "\nsignatura ", .openingSignature),
      body("signature cut", "CARD-24", second, "signature ", "signature", .openingSignature),
      body("another end", "CARD-24", second, "/1 9 ", "/1 8 ", .openingSignature),
      body(
        "signed by another key than it names", "CARD-24", running,
        Base64.encode(TestSigner("stranger").publicKey.array), key, .openingSignature),
      opened("an opening key of small order", key, low(1), .openingKey),
      opened(
        "the log key as opening key", key, Base64.encode(nl2.identity.key.array), .openingKey),
      opened(
        "the opening key once more for the epoch after",
        String(decoding: try nl2.card().note, as: UTF8.self),
        String(decoding: reused.note, as: UTF8.self), .openingKey),
      MalformedBody(
        name: "epoch 1 with a signature", rule: "CARD-24", isGenesis: true,
        body: first + second.suffix(99), error: .card(.note(.signatureLine))),
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
