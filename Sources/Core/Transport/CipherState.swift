internal import Crypto
internal import Secrets

/// One direction of a session: Noise's CipherState (revision 34, 5.1), its key in guarded memory.
///
/// The nonce counts up and is never sent, so that a replayed, reordered or dropped record does not
/// decrypt. It goes on counting over a change of key.
final class CipherState {
  private var key: CipherKey
  private(set) var nonce: UInt64 = 0
  /// Ciphertext bytes under the present key. Tests set it, to reach limits that take minutes.
  var keyBytes: UInt64 = 0

  init(_ key: consuming CipherKey) { self.key = key }

  /// Encrypts `buffer[start...]` in place and appends the tag.
  func seal(_ buffer: inout [UInt8], from start: Int) {
    // 2^64 - 1 is kept for the change of key; at 1 GB/s it is not reached in a million years.
    precondition(nonce < .max)
    let none: [UInt8] = []
    key.withBytes {
      ChaChaPoly.seal(
        &buffer, from: start, key: $0, nonce: Nonce96(noiseCounter: nonce),
        associatedData: none.span)
    }
    nonce += 1
    keyBytes += UInt64(buffer.count - start)
  }

  /// Decrypts `buffer[range]` in place and says where the plaintext is; nil if it does not
  /// authenticate, and then the nonce stays.
  func open(_ buffer: inout [UInt8], in range: Range<Int>) -> Range<Int>? {
    guard nonce < .max else { return nil }
    let none: [UInt8] = []
    let plaintext = key.withBytes { key in
      try? ChaChaPoly.open(
        &buffer, in: range, key: key, nonce: Nonce96(noiseCounter: nonce),
        associatedData: none.span)
    }
    guard let plaintext else { return nil }
    nonce += 1
    keyBytes += UInt64(range.count)
    return plaintext
  }

  /// Noise 11.3; the nonce stays as it is.
  func rekey() {
    let next = key.rekeyed()
    key = next
    keyBytes = 0
  }
}
