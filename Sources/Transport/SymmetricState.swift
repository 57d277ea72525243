internal import Crypto
internal import Secrets

/// Noise's SymmetricState (revision 34, 5.2) with SHA-256 and ChaCha20-Poly1305. Chaining key and
/// cipher key live in one block of guarded memory, which each mixing replaces.
final class SymmetricState {
  /// Outputs of the last HKDF, 32 bytes each: the chaining key first.
  private var keys: GuardedBytes
  /// Where in `keys` the cipher key is; nil before the first Diffie-Hellman.
  private var cipherKey: Range<Int>?
  private var nonce: UInt64 = 0
  private(set) var hash: Digest

  /// - Parameter protocolName: padded with zeros to 32 bytes; hashed if longer.
  init(protocolName: String) {
    var name = Array(protocolName.utf8)
    if name.count <= 32 {
      name.append(contentsOf: repeatElement(0, count: 32 - name.count))
      hash = Digest(name.span, at: 0)
    } else {
      hash = SHA256.hash(name)
    }
    keys = hash.withBytes { GuardedBytes(copying: $0) }
  }

  func mixHash(_ bytes: Span<UInt8>) {
    var hasher = SHA256()
    hasher.update(hash)
    hasher.update(bytes)
    hash = hasher.finalize()
  }

  func mixKey(_ input: Span<UInt8>) {
    keys = derived(64, input)
    cipherKey = 32..<64
    nonce = 0
  }

  func mixKeyAndHash(_ input: Span<UInt8>) {
    keys = derived(96, input)
    keys.withBytes { mixHash($0.extracting(32..<64)) }
    cipherKey = 64..<96
    nonce = 0
  }

  private func derived(_ count: Int, _ input: Span<UInt8>) -> GuardedBytes {
    keys.withBytes { keys in
      GuardedBytes(count: count) { outputs in
        HKDF.noise(chainingKey: keys.extracting(0..<32), input: input, into: &outputs)
      }
    }
  }

  /// Encrypts `buffer[start...]` in place (once there is a key) and mixes in what will be sent.
  func encryptAndHash(_ buffer: inout [UInt8], from start: Int) {
    if let cipherKey {
      hash.withBytes { hash in
        keys.withBytes { keys in
          ChaChaPoly.seal(
            &buffer, from: start, key: keys.extracting(cipherKey),
            nonce: Nonce96(noiseCounter: nonce), associatedData: hash)
        }
      }
      nonce += 1
    }
    mixHash(buffer.span.extracting(start..<buffer.count))
  }

  /// Decrypts `buffer[range]` in place (once there is a key) and says where the plaintext is.
  func decryptAndHash(
    _ buffer: inout [UInt8], in range: Range<Int>
  ) throws(HandshakeError) -> Range<Int> {
    let before = hash
    mixHash(buffer.span.extracting(range))
    guard let cipherKey else { return range }
    let plaintext = before.withBytes { before in
      keys.withBytes { keys in
        try? ChaChaPoly.open(
          &buffer, in: range, key: keys.extracting(cipherKey),
          nonce: Nonce96(noiseCounter: nonce), associatedData: before)
      }
    }
    guard let plaintext else { throw .notAuthentic }
    nonce += 1
    return plaintext
  }

  var tagBytes: Int { cipherKey == nil ? 0 : TransportLimits.tagBytes }

  /// - Returns: the cipher for what the initiator sends, and the one for what it receives.
  func split() -> (initiator: CipherState, responder: CipherState) {
    let none: [UInt8] = []
    let outputs = derived(64, none.span)
    return outputs.withBytes {
      (
        CipherState(CipherKey(copying: $0.extracting(0..<32))),
        CipherState(CipherKey(copying: $0.extracting(32..<64)))
      )
    }
  }
}
