import Crypto
import Groups
import Log
import Node
import Secrets
import Store
import Text

/// Texts that nodes and operators exchange, and small files that a node finds again.
enum TextTarget {
  private static let kinds: [@Sendable ([UInt8]) -> Void] = [
    note, card, checkpoint, cosignature, settings, token, closed, scrub, passphraseFiles,
    presharedKey, names, signedCard, signedCheckpoint, acceptance,
  ]

  static func run(_ input: inout FuzzInput) {
    let kind = kinds[input.below(kinds.count)]
    kind(input.rest())
  }

  private static func note(_ bytes: [UInt8]) {
    guard let note = try? Note(parsing: bytes) else { return }
    check(note.encode() == bytes, "a note has another form")
    for line in note.signatures {
      check((try? NoteSignature(parsing: line.line)) == line, "a signature line has another form")
    }
  }

  private static func card(_ bytes: [UInt8]) {
    guard let card = try? Card.parse(bytes) else { return }
    check(card.note == bytes, "a card has another form")
    _ = card.fingerprint
  }

  /// Past the signature: the text is what the fuzzer wants, signed by the key that it names.
  private static func signedCard(_ text: [UInt8]) { card(FuzzParty.nl.note(text)) }

  private static func checkpoint(_ bytes: [UInt8]) {
    let identity = FuzzParty.nl.identity
    guard let checkpoint = try? VerifiedCheckpoint.verify(note: bytes, identity: identity) else {
      return
    }
    let again = try? VerifiedCheckpoint.verify(note: checkpoint.note, identity: identity)
    check(again == checkpoint, "a checkpoint does not read back")
    check(
      Checkpoint.text(origin: identity.origin, size: checkpoint.size, root: checkpoint.root)
        == checkpoint.text, "a checkpoint has another form")
  }

  private static func signedCheckpoint(_ text: [UInt8]) { checkpoint(FuzzParty.nl.note(text)) }

  private static func cosignature(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self),
      let cosignature = try? Cosignature(parsing: text)
    else { return }
    check(cosignature.line == text, "a cosignature has another form")
  }

  private static func settings(_ bytes: [UInt8]) {
    guard var settings = try? PeerSettings(parsing: bytes, path: "be.conf"),
      let file = try? TextFile(bytes)
    else { return }
    let changed = PeerSettings.text(file, address: "be.example:4747")
    settings.address = "be.example:4747"
    check(
      (try? PeerSettings(parsing: changed, path: "be.conf")) == settings,
      "settings with another address do not read back")
  }

  private static func token(_ bytes: [UInt8]) {
    guard let token = RollbackToken(parsing: bytes) else { return }
    check(token.encode() == bytes, "a token has another form")
  }

  private static func closed(_ bytes: [UInt8]) {
    guard let mark = ClosedMark(parsing: bytes) else { return }
    check(mark.encode() == bytes, "a mark has another form")
  }

  private static func acceptance(_ bytes: [UInt8]) {
    guard let acceptance = GroupAcceptance(parsing: bytes) else { return }
    check(acceptance.encode() == bytes, "an acceptance has another form")
  }

  private static func scrub(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let progress = ScrubProgress(text: text) else { return }
    check(ScrubProgress(text: progress.text) == progress, "the scrub's notes do not read back")
  }

  /// Both files under a passphrase. The costs that the file asks of Argon2 are lowered to the
  /// least, where they are lawful.
  private static func passphraseFiles(_ bytes: [UInt8]) {
    var lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    if lines.count > 2, lines[2].starts(with: Array("argon2id ".utf8)) {
      let costs = lines[2].dropFirst(9).split(separator: 0x20)
        .map { Int(String(decoding: $0, as: UTF8.self)) }
      if costs.count == 2, let passes = costs[0], let memory = costs[1],
        (1...12).contains(passes), (8_192...(1 << 30)).contains(memory)
      {
        lines[2] = Array("argon2id 1 8192".utf8)[...]
      }
    }
    let text = Array(lines.joined(separator: [0x0a]))
    let words = Array("a passphrase".utf8)
    let passphrase = GuardedBytes(copying: words.span)
    _ = try? RecoveryFile.open(text, passphrase: passphrase)
    _ = try? KeysExport.open(text, passphrase: passphrase)
  }

  private static func presharedKey(_ bytes: [UInt8]) {
    guard !bytes.isEmpty, bytes.count < 4_096 else { return }
    _ = try? PresharedKey(text: GuardedBytes(copying: bytes.span))
  }

  private static func names(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let origin = try? Origin(text) { check(origin.text == text, "an origin has another form") }
    if let name = try? NodeName(text) { check(name.text == text, "a name has another form") }
    if let decoded = Base64.decode(text) {
      check(Base64.encode(decoded) == text, "Base64 has another form")
    }
    if let decoded = Hex.decode(text) {
      check(Hex.encode(decoded) == text.lowercased(), "Hex has another form")
    }
    _ = Card.isAddress(text)
  }

  // MARK: Seeds

  static var seeds: [[UInt8]] {
    let nl = FuzzParty.nl
    let state = nl.entries(3, after: LogState(empty: nl.identity)).after
    let checkpoint = nl.checkpoint(state)
    let cosignature = Cosignature.make(
      checkpoint: checkpoint, name: FuzzParty.be.name,
      key: FuzzParty.be.secrets.cosigning.publicKey, time: 1_700_000_000
    ) { FuzzParty.be.secrets.cosigning.sign($0) }
    let token = RollbackToken(origin: nl.identity.origin, size: 3, leafHash: state.head.leafHash)
    let cardText = sure { try Note(parsing: nl.card.note) }.text
    let texts: [[UInt8]] = [
      checkpoint.note(cosignatures: [cosignature]), nl.card.note, checkpoint.note,
      Array(cosignature.line.utf8),
      Array("address = be.example:4747\nmax-bytes = 1000 # a limit\nmax-entries = 7\n".utf8),
      token.encode(), Array("liaison-closed/v1\norigin nl/1\nreason an old copy\n".utf8),
      Array("log \(nl.identity.id) 3 2 1\nlast 5 6\nday 20000\n".utf8), passphraseFile,
      Array("liaison-psk/v1 \(Base64.encode([UInt8](repeating: 7, count: 32)))\n".utf8),
      Array("nl/1".utf8), cardText, checkpoint.text,
      Array(
        "liaison-group/v1\ngroup nl:a@1 \(nl.identity.id)\nmode ask\nmember be \(nl.identity.id)\n"
          .utf8),
    ]
    return texts.enumerated().map { [UInt8($0.offset)] + $0.element }
  }

  private static var passphraseFile: [UInt8] {
    let salt = Base64.encode([UInt8](repeating: 1, count: 16))
    let nonce = Base64.encode([UInt8](repeating: 2, count: 24))
    let sealed = Base64.encode([UInt8](repeating: 3, count: 48))
    return Array(
      "liaison-recovery/v1\norigin nl/2\nargon2id 3 268435456\nsalt \(salt)\nnonce \(nonce)\nsealed \(sealed)\n"
        .utf8)
  }
}
