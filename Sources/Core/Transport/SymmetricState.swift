internal import Crypto
internal import Secrets

/// Noise's SymmetricState (revision 34, 5.2) with ChaCha20-Poly1305 and the hash of the protocol's
/// name. Chaining key and cipher key live in one block of guarded memory, which each mixing
/// replaces.
final class SymmetricState<Hash: NoiseHash> {
  /// Outputs of the last HKDF, `Hash.bytes` each: the chaining key first.
  private var keys: GuardedBytes
  /// Where in `keys` the cipher key is; nil before the first Diffie-Hellman.
  private var cipherKey: Range<Int>?
  private var nonce: UInt64 = 0
  private(set) var hash: [UInt8]

  /// - Parameter protocolName: padded with zeros to the hash's length; hashed if longer.
  init(protocolName: String) {
    hash = Array(protocolName.utf8)
    if hash.count <= Hash.bytes {
      hash.append(contentsOf: repeatElement(0, count: Hash.bytes - hash.count))
    } else {
      let none: [UInt8] = []
      hash = Hash.hash(hash.span, none.span)
    }
    keys = GuardedBytes(copying: hash.span)
  }

  func mixHash(_ bytes: Span<UInt8>) { hash = Hash.hash(hash.span, bytes) }

  func mixKey(_ input: Span<UInt8>) {
    keys = derived(2, input)
    cipherKey = key(1)
    nonce = 0
  }

  func mixKeyAndHash(_ input: Span<UInt8>) {
    keys = derived(3, input)
    keys.withBytes { mixHash($0.extracting(Hash.bytes..<(2 * Hash.bytes))) }
    cipherKey = key(2)
    nonce = 0
  }

  private func derived(_ outputs: Int, _ input: Span<UInt8>) -> GuardedBytes {
    keys.withBytes { keys in
      GuardedBytes(count: outputs * Hash.bytes) { bytes in
        Hash.derive(
          chainingKey: keys.extracting(0..<Hash.bytes), input: input, into: &bytes)
      }
    }
  }

  /// The cipher key in output `number`: a longer output is cut to 32 bytes.
  private func key(_ number: Int) -> Range<Int> {
    (number * Hash.bytes)..<(number * Hash.bytes + ChaChaPoly.keyBytes)
  }

  /// Encrypts `buffer[start...]` in place (once there is a key) and mixes in what will be sent.
  func encryptAndHash(_ buffer: inout [UInt8], from start: Int) {
    if let cipherKey {
      let hash = hash
      keys.withBytes { keys in
        ChaChaPoly.seal(
          &buffer, from: start, key: keys.extracting(cipherKey),
          nonce: Nonce96(noiseCounter: nonce), associatedData: hash.span)
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
    let plaintext = keys.withBytes { keys in
      try? ChaChaPoly.open(
        &buffer, in: range, key: keys.extracting(cipherKey),
        nonce: Nonce96(noiseCounter: nonce), associatedData: before.span)
    }
    guard let plaintext else { throw .notAuthentic }
    nonce += 1
    return plaintext
  }

  var tagBytes: Int { cipherKey == nil ? 0 : TransportLimits.tagBytes }

  /// - Returns: the cipher for what the initiator sends, and the one for what it receives.
  func split() -> (initiator: CipherState, responder: CipherState) {
    let none: [UInt8] = []
    let outputs = derived(2, none.span)
    return outputs.withBytes {
      (
        CipherState(CipherKey(copying: $0.extracting(key(0)))),
        CipherState(CipherKey(copying: $0.extracting(key(1))))
      )
    }
  }
}
