import Crypto
import Secrets
import Testing
import Wire

@Suite(.enabled(if: SharedVectors.arePresent)) struct WycheproofTests {
  struct SignatureCase: Decodable {
    let tcId: Int
    let msg, sig: HexBytes
    let result: String
  }

  @Test("Ed25519: every verdict, and a signature that is not 64 bytes is none")
  func ed25519() throws {
    let file = try SharedVectors.wycheproof(SignatureCase.self, "ed25519")
    var count = 0
    for group in file.testGroups {
      let raw = try #require(group.publicKey).pk.bytes
      let key = try #require(LogPublicKey(raw))
      let witness = try #require(CosigningPublicKey(raw))
      for test in group.tests {
        let signature = Signature(test.sig.bytes)
        let isValid = signature.map { key.verify($0, over: test.msg.bytes.span) } ?? false
        #expect(isValid == (test.result == "valid"), "case \(test.tcId)")
        let agrees = signature.map { witness.verify($0, over: test.msg.bytes.span) } ?? false
        #expect(agrees == isValid)
        count += 1
      }
    }
    #expect(count == file.numberOfTests)
  }

  struct AgreementCase: Decodable {
    let tcId: Int
    let `public`, `private`, shared: HexBytes
    let flags: [String]
  }

  @Test("X25519: every shared secret, and an error where it would be all zeros")
  func x25519() throws {
    let file = try SharedVectors.wycheproof(AgreementCase.self, "x25519")
    var count = 0
    for test in file.testGroups.flatMap(\.tests) {
      let sealing = SealingSecretKey(seed: test.private.bytes.span)
      let transport = TransportSecretKey(seed: test.private.bytes.span)
      let isZero = test.shared.bytes.allSatisfy { $0 == 0 }
      #expect(isZero == test.flags.contains("ZeroSharedSecret"))
      let sealingPeer = try #require(SealingPublicKey(test.public.bytes))
      let transportPeer = try #require(TransportPublicKey(test.public.bytes))
      if isZero {
        #expect(throws: KeyAgreementError.lowOrder) {
          _ = try sealing.sharedSecret(with: sealingPeer)
        }
        #expect(throws: KeyAgreementError.lowOrder) {
          _ = try transport.sharedSecret(with: transportPeer)
        }
      } else {
        let one = try sealing.sharedSecret(with: sealingPeer)
        let two = try transport.sharedSecret(with: transportPeer)
        #expect(one.withBytes { $0.array } == test.shared.bytes, "case \(test.tcId)")
        #expect(two.withBytes { $0.array } == test.shared.bytes, "case \(test.tcId)")
      }
      count += 1
    }
    #expect(count == file.numberOfTests)
  }

  struct AEADCase: Decodable {
    let tcId: Int
    let key, iv, aad, msg, ct, tag: HexBytes
    let result: String
    let flags: [String]
  }

  @Test("ChaCha20-Poly1305: seals as published, opens what is valid and nothing else")
  func chaChaPoly() throws {
    let file = try SharedVectors.wycheproof(AEADCase.self, "chacha20_poly1305")
    var count = 0
    for test in file.testGroups.flatMap(\.tests) {
      count += 1
      guard let nonce = Nonce96(test.iv.bytes) else {
        #expect(test.result == "invalid" && test.flags.contains("InvalidNonceSize"))
        continue
      }
      let key = test.key.bytes
      let aad = test.aad.bytes
      let sealed = test.ct.bytes + test.tag.bytes
      let opened = try? ChaChaPoly.open(
        sealed.span, key: key.span, nonce: nonce, associatedData: aad.span)
      #expect(opened == (test.result == "valid" ? test.msg.bytes : nil), "case \(test.tcId)")
      let again = ChaChaPoly.seal(
        test.msg.bytes.span, key: key.span, nonce: nonce, associatedData: aad.span)
      #expect((again == sealed) == (test.result == "valid"), "case \(test.tcId)")
      let guarded = guardedOpen { () throws(AEADError) in
        try ChaChaPoly.openGuarded(
          sealed.span, key: key.span, nonce: nonce, associatedData: aad.span)
      }
      #expect(guarded == opened)
    }
    #expect(count == file.numberOfTests)
  }

  @Test("XChaCha20-Poly1305: seals as published, opens what is valid and nothing else")
  func xChaChaPoly() throws {
    let file = try SharedVectors.wycheproof(AEADCase.self, "xchacha20_poly1305")
    var count = 0
    for test in file.testGroups.flatMap(\.tests) {
      count += 1
      // Nonces here have a length fixed by the format, which callers check: a precondition.
      let nonce = test.iv.bytes
      guard nonce.count == XChaChaPoly.nonceBytes else {
        #expect(test.result == "invalid" && test.flags.contains("InvalidNonceSize"))
        continue
      }
      let key = test.key.bytes
      let aad = test.aad.bytes
      let sealed = test.ct.bytes + test.tag.bytes
      let opened = try? XChaChaPoly.open(
        sealed.span, key: key.span, nonce: nonce, associatedData: aad.span)
      #expect(opened == (test.result == "valid" ? test.msg.bytes : nil), "case \(test.tcId)")
      let again = XChaChaPoly.seal(
        test.msg.bytes.span, key: key.span, nonce: nonce, associatedData: aad.span)
      #expect((again == sealed) == (test.result == "valid"), "case \(test.tcId)")
      let guarded = guardedOpen { () throws(AEADError) in
        try XChaChaPoly.openGuarded(
          sealed.span, key: key.span, nonce: nonce, associatedData: aad.span)
      }
      #expect(guarded == opened)
    }
    #expect(count == file.numberOfTests)
  }

  private func guardedOpen(_ open: () throws(AEADError) -> GuardedBytes) -> [UInt8]? {
    do { return try open().withBytes { $0.array } } catch { return nil }
  }

  struct CodeCase: Decodable {
    let tcId: Int
    let key, msg, tag: HexBytes
    let result: String
  }

  @Test("HMAC-SHA-256: every code, whole or truncated as its group says")
  func hmac() throws {
    let file = try SharedVectors.wycheproof(CodeCase.self, "hmac_sha256")
    var count = 0
    for group in file.testGroups {
      let tagBytes = try #require(group.tagSize) / 8
      for test in group.tests {
        let code = HMAC.authenticate(key: test.key.bytes.span, test.msg.bytes.span)
        let matches = Array(code.array.prefix(tagBytes)) == test.tag.bytes
        #expect(matches == (test.result == "valid"), "case \(test.tcId)")
        count += 1
      }
    }
    #expect(count == file.numberOfTests)
  }

  struct DerivationCase: Decodable {
    let tcId: Int
    let ikm, salt, info, okm: HexBytes
    let size: Int
    let result: String
  }

  @Test("HKDF-SHA-256: every output; Noise's two and three are its first 64 and 96 bytes")
  func hkdf() throws {
    let file = try SharedVectors.wycheproof(DerivationCase.self, "hkdf_sha256")
    var count = 0
    for test in file.testGroups.flatMap(\.tests) {
      count += 1
      guard test.result == "valid" else {
        #expect(test.size > HKDF.maxOutputBytes)
        continue
      }
      let output = GuardedBytes(count: test.size) {
        HKDF.derive(
          salt: test.salt.bytes.span, input: test.ikm.bytes.span, info: test.info.bytes.span,
          into: &$0)
      }
      #expect(output.withBytes { $0.array } == test.okm.bytes, "case \(test.tcId)")
      guard test.info.bytes.isEmpty else { continue }
      for size in [64, 96] {
        let noise = GuardedBytes(count: size) {
          HKDF.noise(chainingKey: test.salt.bytes.span, input: test.ikm.bytes.span, into: &$0)
        }
        let noiseBytes = noise.withBytes { $0.array }
        let common = min(size, test.size)
        #expect(noiseBytes.prefix(common) == test.okm.bytes.prefix(common))
      }
    }
    #expect(count == file.numberOfTests)
  }
}
