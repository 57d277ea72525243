import Crypto
import Secrets
import Testing
import Text
import Wire

@Suite struct SecretsTests {
  @Test("All keys survive the secrets file, and the file says so when it is none")
  func nodeSecrets() throws {
    var random = SeededRandom(seed: 1)
    let secrets = NodeSecrets.generate(using: &random)
    let file = secrets.withEncoded { GuardedBytes(copying: $0) }
    #expect(file.count == NodeSecrets.encodedBytes)
    let loaded = try NodeSecrets.load(from: file)
    #expect(loaded.log.publicKey == secrets.log.publicKey)
    #expect(loaded.cosigning.publicKey == secrets.cosigning.publicKey)
    #expect(loaded.sealing.publicKey == secrets.sealing.publicKey)
    #expect(loaded.transport.publicKey == secrets.transport.publicKey)
    #expect(
      loaded.author.secret.withBytes { $0.array } == secrets.author.secret.withBytes { $0.array })

    let short = file.prefix(191)
    #expect(throws: NodeSecretsError.notASecretsFile) { try NodeSecrets.load(from: short) }
    let other = file.withBytes { bytes in
      GuardedBytes(count: 192) { copy in
        for index in bytes.indices { copy[index] = bytes[index] }
        copy[20] = 1
      }
    }
    #expect(throws: NodeSecretsError.notASecretsFile) { try NodeSecrets.load(from: other) }
    let twice = file.withBytes { bytes in
      GuardedBytes(count: 192) { copy in
        for index in bytes.indices { copy[index] = bytes[index] }
        for index in 0..<32 { copy[64 + index] = bytes[32 + index] }
      }
    }
    #expect(throws: NodeSecretsError.repeatedKey) { try NodeSecrets.load(from: twice) }
  }

  static let cheap = PassphraseCost(passes: 1, memoryBytes: 8_192)

  @Test("A recovery file opens with its passphrase and with no other")
  func recovery() throws {
    var random = SeededRandom(seed: 2)
    let key = OpeningSecretKey.generate(using: &random)
    let passphrase = GuardedBytes(copying: Array("correct horse".utf8).span)
    let wrong = GuardedBytes(copying: Array("correct horsf".utf8).span)
    let text = try RecoveryFile.seal(
      origin: "nl/2", key: key, passphrase: passphrase, cost: Self.cheap, using: &random)
    let contents = try RecoveryFile.open(text, passphrase: passphrase)
    #expect(contents.origin == "nl/2")
    #expect(contents.key.publicKey == key.publicKey)
    #expect(refusal(text, wrong) == .wrongPassphraseOrDamaged)
    let empty = GuardedBytes(count: 0) { _ in }
    #expect(refusal(text, empty) == .passphraseLength)

    let string = String(decoding: text, as: UTF8.self)
    func altered(_ old: String, _ new: String) -> PassphraseFileError? {
      refusal(Array(string.replacing(old, with: new).utf8), passphrase)
    }
    #expect(altered("nl/2", "nl/3") == .wrongPassphraseOrDamaged)
    #expect(altered("argon2id 1 8192", "argon2id 1 99999999999") == .costOutOfBounds)
    #expect(altered("argon2id 1 8192", "argon2id 13 8192") == .costOutOfBounds)
    #expect(altered("argon2id 1 8192", "argon2id 1") == .malformed(line: 3))
    #expect(altered("liaison-recovery/v1", "liaison-recovery/v2") == .malformed(line: 1))
    #expect(altered("salt ", "salt A") == .malformed(line: 4))
    // But for the last line's end, which an editor may leave out, nothing may be missing.
    for end in text.indices.dropLast() {
      #expect(refusal(Array(text[..<end]), passphrase) != nil)
    }
  }

  @Test("A recovery file opens however mail and editors end its lines (CARD-12)")
  func lineEnds() throws {
    var random = SeededRandom(seed: 5)
    let passphrase = GuardedBytes(copying: Array("correct horse".utf8).span)
    let text = try RecoveryFile.seal(
      origin: "nl/2", key: OpeningSecretKey.generate(using: &random), passphrase: passphrase,
      cost: Self.cheap, using: &random)
    let string = String(decoding: text, as: UTF8.self)
    for changed in [
      string.replacing("\n", with: "\r\n"), "\u{feff}" + string, string + "\n", string + "\r\n",
      String(string.unicodeScalars.dropLast()),
    ] {
      #expect(refusal(Array(changed.utf8), passphrase) == nil)
    }
    #expect(
      refusal(Array(string.replacing("\n", with: "\r").utf8), passphrase)
        == .text(TextProblem(line: 1, kind: .carriageReturn)))
    #expect(
      refusal([0xff, 0xfe] + text, passphrase) == .text(TextProblem(line: 1, kind: .utf16)))
  }

  @Test("A short passphrase protects no new file, and a pre-shared key is one line")
  func leastPassphrase() throws {
    var random = SeededRandom(seed: 6)
    let key = OpeningSecretKey.generate(using: &random)
    for (text, expected) in [
      ("x", PassphraseFileError.passphraseTooShort), ("eleven byte", .passphraseTooShort),
      ("twelve bytes", nil),
    ] {
      let passphrase = GuardedBytes(copying: Array(text.utf8).span)
      var found: PassphraseFileError?
      do {
        _ = try RecoveryFile.seal(
          origin: "nl/2", key: key, passphrase: passphrase, cost: Self.cheap, using: &random)
      } catch { found = error }
      #expect(found == expected, "\(text)")
    }
    let line = Base64.encode(Array(repeating: 7, count: 32))
    for (text, isKey) in [
      (line, true), (line + "\r\n", true), ("\u{feff}" + line + "\n\n", true),
      (" " + line + " \n", true), (line + "\n" + line, false), ("", false),
    ] {
      let bytes = GuardedBytes(copying: Array(text.utf8).span)
      var isRead = true
      do { _ = try PresharedKey(text: bytes) } catch { isRead = false }
      #expect(isRead == isKey, "\(text.debugDescription)")
    }
  }

  private func refusal(_ text: [UInt8], _ passphrase: borrowing GuardedBytes)
    -> PassphraseFileError?
  {
    do {
      _ = try RecoveryFile.open(text, passphrase: passphrase)
      return nil
    } catch { return error }
  }

  @Test("An export of keys gives back all of them, with its passphrase alone")
  func keysExport() throws {
    var random = SeededRandom(seed: 4)
    let secrets = NodeSecrets.generate(using: &random)
    let keys = [("fr", UInt8(0)), ("be", 1), ("be", 0)].map {
      KeysExport.PresharedKeyOfPeer(
        name: $0.0, rank: $0.1, key: Held(PresharedKey.generate(using: &random)))
    }
    let old = [3, 1].map { ($0, NodeSecrets.generate(using: &random)) }
    let earlier = old.reduce(EarlierKeys()) { $0.adding([EarlierSecrets($1.1, of: UInt32($1.0))]) }
    let rotated = RotatedKeys().adding(.generate(.all, serial: 2, day: 9, using: &random))
    let passphrase = GuardedBytes(copying: Array("correct horse".utf8).span)
    let contents = KeysExport.Contents(
      origin: "nl/4", secrets: secrets, rotated: rotated, earlier: earlier, presharedKeys: keys)
    let text = try KeysExport.seal(
      contents, passphrase: passphrase, cost: Self.cheap, using: &random)
    let opened = try KeysExport.open(text, passphrase: passphrase)
    let isEqual = opened.isEqual(to: contents)
    #expect(isEqual)
    let read = try opened.secrets()
    #expect(read.log.publicKey == secrets.log.publicKey)
    #expect(read.transport.publicKey == secrets.transport.publicKey)
    let list = opened.presharedKeys()
    let found = try #require(list)
    #expect(found.map(\.name) == ["be", "be", "fr"])
    #expect(found.map(\.rank) == [0, 1, 0])
    for (place, key) in [(0, keys[2]), (1, keys[1]), (2, keys[0])] {
      #expect(
        found[place].key.secret.withBytes { $0.array } == key.key.secret.withBytes { $0.array })
    }
    #expect(try opened.rotated().generations.map(\.serial) == [2])
    let kept = try opened.earlier().cards
    #expect(kept.map(\.epoch) == [3, 1])
    for (position, (_, secrets)) in old.enumerated() {
      #expect(kept[position].sealing.secret.publicKey == secrets.sealing.publicKey)
      #expect(kept[position].transport.secret.publicKey == secrets.transport.publicKey)
      #expect(
        kept[position].author.secret.withBytes { $0.array }
          == secrets.author.secret.withBytes { $0.array })
    }
    let wrong = GuardedBytes(copying: Array("correct horsf".utf8).span)
    #expect(exportRefusal(text, wrong) == .wrongPassphraseOrDamaged)
    // Neither of the two files passes for the other.
    let other = String(decoding: text, as: UTF8.self)
      .replacing("liaison-keys-export/v1", with: "liaison-recovery/v1")
    #expect(refusal(Array(other.utf8), passphrase) == .malformed(line: 6))
    for end in text.indices.dropLast() where end % 7 == 0 || end + 3 > text.count {
      #expect(exportRefusal(Array(text[..<end]), passphrase) != nil)
    }
  }

  @Test("Keys after rotations: of each kind the newest, the log key for ever")
  func rotated() throws {
    var random = SeededRandom(seed: 5)
    let first = NodeSecrets.generate(using: &random)
    var rotated = RotatedKeys()
    rotated = rotated.adding(.generate([.sealing], serial: 2, day: 1, using: &random))
    rotated = rotated.adding(.generate([.transport], serial: 3, day: 2, using: &random))
    let present = first.after(rotated)
    let made = rotated.generations
    #expect(present.log.publicKey == first.log.publicKey)
    #expect(present.cosigning.publicKey == first.cosigning.publicKey)
    #expect(present.sealing.publicKey == made[0].sealing?.secret.publicKey)
    #expect(present.transport.publicKey == made[1].transport?.secret.publicKey)
    #expect(
      present.author.secret.withBytes { $0.array } == made[0].author?.secret.withBytes { $0.array })
    let sets = first.sets(after: rotated, of: 7)
    #expect(sets.map(\.serial) == [3, 2, 1] && sets.allSatisfy { $0.epoch == 7 })
    #expect(sets[1].transport.secret.publicKey == first.transport.publicKey)
    #expect(sets[1].sealing.secret.publicKey == present.sealing.publicKey)
    #expect(sets[2].sealing.secret.publicKey == first.sealing.publicKey)
  }

  @Test("The file of earlier epochs' secrets keeps the newest, an epoch's in the place of the same")
  func earlierKeys() throws {
    var random = SeededRandom(seed: 5)
    var keys = EarlierKeys()
    let secrets = NodeSecrets.generate(using: &random)
    for epoch in [2, 1, 3, 2] as [UInt32] {
      keys = keys.adding([EarlierSecrets(secrets, of: epoch)])
    }
    #expect(keys.cards.map(\.epoch) == [3, 2, 1])
    for epoch in 4...300 as ClosedRange<UInt32> {
      keys = keys.adding([EarlierSecrets(secrets, of: epoch)])
    }
    #expect(keys.cards.count == EarlierKeys.most && keys.cards.last?.epoch == 45)
  }

  private func exportRefusal(
    _ text: [UInt8], _ passphrase: borrowing GuardedBytes
  ) -> PassphraseFileError? {
    do {
      _ = try KeysExport.open(text, passphrase: passphrase)
      return nil
    } catch { return error }
  }

  @Test("A pre-shared key file reads back, and only whole")
  func presharedKey() throws {
    var random = SeededRandom(seed: 3)
    let key = PresharedKey.generate(using: &random)
    let text = key.withText { $0.array }
    #expect(text.count == 45 && text.last == 0x0a)
    let read = try PresharedKey(text: GuardedBytes(copying: text.span))
    #expect(read.withBytes { $0.array } == key.withBytes { $0.array })
    for wrong in ["", "\n", "AAAA\n", String(decoding: text, as: UTF8.self) + "AAAA"] {
      let file = GuardedBytes(copying: Array(wrong.utf8).span)
      #expect(throws: PresharedKeyError.malformed) { _ = try PresharedKey(text: file) }
    }
  }

  @Test("Guarded bytes compare and lend; a ring keeps keys apart across slabs")
  func guarded() {
    var random = SeededRandom(seed: 4)
    let ring = KeyRing()
    let keys = (0..<300).map { _ in random.bytes(32) }
    for key in keys { _ = ring.append(key.span) }
    for (number, key) in keys.enumerated() {
      #expect(ring.withKey(number) { $0.array } == key)
    }
    let first = keys[0]
    let bytes = GuardedBytes(copying: first.span)
    let (one, two) = (keys[0], keys[1])
    let isSame = bytes.isEqual(to: one.span)
    let isOther = bytes.isEqual(to: two.span)
    #expect(isSame && !isOther)
    let wiped = withWipedBytes(count: 3) { $0.span.array }
    #expect(wiped == [0, 0, 0])
  }

  @Test("The same seed gives the same bytes, another seed and another call give others")
  func seeded() {
    var a = SeededRandom(seed: 1)
    var b = SeededRandom(seed: 1)
    var c = SeededRandom(seed: 2)
    let first = a.bytes(32)
    #expect(first == b.bytes(32))
    #expect(first != a.bytes(32))
    #expect(first != c.bytes(32))
    var system = SystemRandom()
    #expect(system.bytes(32) != system.bytes(32))
  }

  @Test("A record is sealed and opened where it lies in a larger buffer")
  func inPlace() throws {
    var random = SeededRandom(seed: 5)
    let key = random.bytes(32)
    let plain = random.bytes(65_000)
    let nothing: [UInt8] = []
    var buffer: [UInt8] = [1, 2] + plain
    let nonce = Nonce96(noiseCounter: 9)
    ChaChaPoly.seal(&buffer, from: 2, key: key.span, nonce: nonce, associatedData: nothing.span)
    #expect(buffer.count == 2 + 65_000 + 16)
    buffer.append(7)
    let range = try ChaChaPoly.open(
      &buffer, in: 2..<(buffer.count - 1), key: key.span, nonce: nonce,
      associatedData: nothing.span)
    #expect(buffer[range].elementsEqual(plain))
    #expect(buffer[..<2] == [1, 2] && buffer.last == 7)
    #expect(throws: AEADError.notAuthentic) {
      try ChaChaPoly.open(
        &buffer, in: 0..<15, key: key.span, nonce: nonce, associatedData: nothing.span)
    }
  }
}

@Suite struct WireTests {
  @Test("What is written is read, and nothing past the end")
  func roundTrip() throws {
    var writer = ByteWriter()
    writer.u8(1)
    writer.u16(0x0203)
    writer.u32(0x0405_0607)
    writer.u64(0x0809_0a0b_0c0d_0e0f)
    writer.write([0x10])
    #expect(writer.bytes == Array(1...0x10))
    let bytes = writer.bytes
    var reader = ByteReader(count: bytes.count)
    #expect(try reader.u8(bytes.span) == 1)
    #expect(try reader.u16(bytes.span) == 0x0203)
    #expect(try reader.u32(bytes.span) == 0x0405_0607)
    #expect(throws: WireError.trailingBytes) { try reader.finish() }
    #expect(throws: WireError.truncated) { _ = try reader.bytes32(bytes.span) }
    #expect(try reader.u64(bytes.span) == 0x0809_0a0b_0c0d_0e0f)
    #expect(throws: WireError.truncated) { _ = try reader.take(2) }
    #expect(throws: WireError.truncated) { _ = try reader.take(-1) }
    #expect(try reader.array(bytes.span, 1) == [0x10])
    try reader.finish()
  }
}
