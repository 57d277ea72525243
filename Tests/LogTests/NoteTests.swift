import Crypto
import Log
import Testing

@Suite("C2SP notes (CKP-1 to CKP-8)")
struct NoteTests {
  static let line = "\u{2014} nl/1 \(Base64.encode([1, 2, 3, 4, 5]))\n"

  private func error(_ text: String) -> NoteError? { error(Array(text.utf8)) }

  private func error(_ bytes: [UInt8]) -> NoteError? {
    do { _ = try Note(parsing: bytes) } catch { return error }
    return nil
  }

  @Test("A note is printed as it was read")
  func roundTrip() throws {
    for text in ["a\n", "a\n\nb\n", "\n", "a\n\n\n", "\u{e9}\u{4e2d}\n"] {
      let bytes = Array((text + "\n" + Self.line).utf8)
      let note = try Note(parsing: bytes)
      #expect(note.text == Array(text.utf8))
      #expect(note.encode() == bytes)
    }
  }

  @Test("CKP-1: UTF-8 without control characters, of bounded length")
  func bytes() {
    #expect(error([0x61, 0xff, 0x0a, 0x0a] + Array(Self.line.utf8)) == .notUTF8)
    #expect(error([0xc0, 0x8a, 0x0a, 0x0a] + Array(Self.line.utf8)) == .notUTF8)
    for control in ["\r", "\0", "\t", "\u{1b}"] {
      #expect(error("a\(control)b\n\n" + Self.line) == .controlCharacter)
    }
    #expect(error("a\r\n\r\n" + Self.line) == .controlCharacter)
    let long = String(repeating: "a", count: LogLimits.noteBytes)
    #expect(error(long + "\n\n" + Self.line) == .tooLong)
  }

  @Test("CKP-2: a blank line, signature lines behind it, a newline at the end")
  func shape() {
    #expect(error("") == .noSignatures)
    #expect(error("\n") == .noSignatures)
    #expect(error("a\n") == .noSignatures)
    #expect(error("a\n" + Self.line) == .noSignatures)
    #expect(error("\n" + Self.line) == .noSignatures)
    #expect(error("a\n\n") == .noSignatures)
    #expect(error("a\n\n" + Self.line.dropLast()) == .noSignatures)
    #expect(error("a\n\n" + Self.line + "\n") == .noSignatures)
    #expect(error("a\n\n" + Self.line + "x\n") == .signatureLine)
    #expect(error("a\n\n" + Self.line + "x") == .noSignatures)
  }

  @Test("CKP-3: signature lines have one spelling")
  func signatureLines() {
    for line in [
      "- nl/1 AQIDBAU=", "\u{2014}nl/1 AQIDBAU=", "\u{2014}  AQIDBAU=", "\u{2014} nl/1",
      "\u{2014} nl/1 ", "\u{2014} nl/1  AQIDBAU=", "\u{2014} nl/1 AQIDBAU= ",
      "\u{2014} nl/1 AQIDBAU", "\u{2014} nl/1 AQIDBAV=", "\u{2014} nl/1 AQIDBA==",
      "\u{2014} nl+1 AQIDBAU=", "\u{2014} n\u{a0}l AQIDBAU=", "\u{2014} nl/1 AQID_AU=",
      " \u{2014} nl/1 AQIDBAU=", "\u{2013} nl/1 AQIDBAU=",
    ] {
      #expect(error("a\n\n\(line)\n") == .signatureLine, "\(line)")
    }
  }

  @Test("CKP-4, CKP-5: at most 100 signatures, none twice")
  func many() {
    let lines = (0..<101).map {
      NoteSignature(name: "n\($0)", keyID: 1, signature: [9]).line + "\n"
    }
    #expect(error("a\n\n" + lines.prefix(100).joined()) == nil)
    #expect(error("a\n\n" + lines.joined()) == .tooManySignatures)
    #expect(error("a\n\n" + Self.line + Self.line) == .duplicateSignature)
    let again = NoteSignature(name: "n1", keyID: 1, signature: [8]).line + "\n"
    #expect(error("a\n\n" + lines[1] + again) == .duplicateSignature)
    let otherKey = NoteSignature(name: "n1", keyID: 2, signature: [8]).line + "\n"
    #expect(error("a\n\n" + lines[1] + otherKey) == nil)
  }

  @Test("CKP-8: no note may be mistaken for an entry")
  func domain() {
    #expect(error("liaison-entry/v1\n\n" + Self.line) == .entryDomain)
  }
}

@Suite("Checkpoints and cosignatures (CKP-10 to CKP-24)")
struct CheckpointTests {
  private func error(_ bytes: [UInt8], _ identity: LogIdentity) -> NoteError? {
    do { _ = try VerifiedCheckpoint.verify(note: bytes, identity: identity) } catch { return error }
    return nil
  }

  @Test("A checkpoint is read as it was made; other signatures are ignored and dropped")
  func roundTrip() throws {
    let log = try RawLog(size: 3)
    let made = log.checkpoint(3)
    #expect(try VerifiedCheckpoint.verify(note: made.note, identity: log.identity) == made)
    #expect(made.note.count <= LogLimits.checkpointBytes)
    let stranger = NoteSignature(name: "else.where", keyID: 7, signature: [1]).line + "\n"
    let more = made.note + Array(stranger.utf8)
    #expect(try VerifiedCheckpoint.verify(note: more, identity: log.identity) == made)
  }

  @Test("The longest checkpoint fits its limit")
  func longest() throws {
    let log = try RawLog(String(repeating: "n", count: 32) + "/4294967295")
    let made = Checkpoint.make(
      identity: log.identity, size: LogLimits.lastIndex + 1, root: .zero, sign: log.signer.sign)
    #expect(made.note.count <= LogLimits.checkpointBytes)
    #expect(try VerifiedCheckpoint.verify(note: made.note, identity: log.identity) == made)
  }

  @Test("CKP-10 to CKP-13: a signed text that is no checkpoint is refused")
  func text() throws {
    for vector in try CheckpointVectors.malformed() {
      #expect(error(vector.note, vector.identity) == vector.error, "\(vector.name)")
    }
  }

  @Test("CKP-14: without the log's valid signature there is no checkpoint")
  func signature() throws {
    let log = try RawLog(size: 3)
    let other = try RawLog(size: 3, origin: "be/1")
    let note = log.checkpoint(3)
    #expect(error(note.note, other.identity) == .origin)
    let sameName = LogIdentity(origin: log.identity.origin, key: other.identity.key)
    #expect(error(note.note, sameName) == .unsigned)
    var wrong = [UInt8](repeating: 0, count: 64)
    wrong[0] = 1
    for signature in [wrong, [], wrong + [0]] {
      let line = NoteSignature(
        name: "nl/1", keyID: log.identity.noteKeyID, signature: [7] + signature)
      let bytes = Note(text: note.text, signatures: [line]).encode()
      #expect(error(bytes, log.identity) == .badSignature)
    }
    let doubled = note.note + note.note.suffix(142)
    #expect(error(Array(doubled), log.identity) != nil)
  }

  @Test("CKP-20 to CKP-24: a cosignature verifies over its checkpoint, time and key only")
  func cosignature() throws {
    let log = try RawLog(size: 3)
    let signer = TestSigner("be cosign")
    let key = CosigningPublicKey(signer.publicKey)
    let name = try NodeName("be")
    let cosignature = Cosignature.make(
      checkpoint: log.checkpoint(3), name: name, key: key, time: 1_452_470_400, sign: signer.sign)
    #expect(cosignature.verify(over: log.checkpoint(3), key: key))
    #expect(try Cosignature(parsing: cosignature.line) == cosignature)
    #expect(!cosignature.verify(over: log.checkpoint(2), key: key))
    #expect(
      !cosignature.verify(
        over: log.checkpoint(3), key: CosigningPublicKey(TestSigner("fr cosign").publicKey)))
    let later = Cosignature(
      name: name, keyID: cosignature.keyID, time: cosignature.time + 1,
      signature: cosignature.signature)
    #expect(!later.verify(over: log.checkpoint(3), key: key))
    let renamed = Cosignature(
      name: try NodeName("fr"), keyID: cosignature.keyID, time: cosignature.time,
      signature: cosignature.signature)
    #expect(!renamed.verify(over: log.checkpoint(3), key: key))
    let note = log.checkpoint(3).note(cosignatures: [cosignature])
    let parsed = try Note(parsing: note)
    #expect(parsed.signatures.count == 2)
    #expect(try Cosignature(parsed.signatures[1]) == cosignature)
    #expect(
      try VerifiedCheckpoint.verify(note: note, identity: log.identity) == log.checkpoint(3))
  }

  @Test("CKP-21: malformed cosignature lines")
  func malformedCosignature() throws {
    let bytes = [UInt8](repeating: 1, count: 72)
    let short = NoteSignature(name: "be", keyID: 1, signature: bytes.dropLast()).line
    let long = NoteSignature(name: "be", keyID: 1, signature: bytes + [1]).line
    let name = NoteSignature(name: "BE", keyID: 1, signature: bytes).line
    #expect(throws: CosignatureError.length) { try Cosignature(parsing: short) }
    #expect(throws: CosignatureError.length) { try Cosignature(parsing: long) }
    #expect(throws: CosignatureError.name) { try Cosignature(parsing: name) }
    #expect(throws: CosignatureError.line) { try Cosignature(parsing: "be") }
  }
}
