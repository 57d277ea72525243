internal import CSodium
internal import Crypto

/// The bytes do not authenticate: another key, nonce or associated data, or damage.
public enum AEADError: Error, Equatable, Sendable { case notAuthentic }

/// The 12-byte nonce of ChaCha20-Poly1305 (RFC 8439).
public struct Nonce96: Sendable, Equatable {
  let bytes: [UInt8]

  /// The nonce of a key that seals one message only.
  public static let zero = Nonce96(noiseCounter: 0)

  /// Noise 12.3: four zero bytes, then the counter, little-endian.
  public init(noiseCounter: UInt64) {
    var bytes: [UInt8] = [0, 0, 0, 0]
    bytes.reserveCapacity(12)
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: noiseCounter >> UInt64(shift)))
    }
    self.bytes = bytes
  }

  /// - Returns: nil unless `bytes` holds 12 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 12 else { return nil }
    self.bytes = bytes
  }
}

/// ChaCha20-Poly1305 with a 12-byte nonce that the caller numbers (RFC 8439, 2.8).
///
/// Both calls work where the bytes are, in the caller's array, so that a record of 64 KiB is
/// neither copied nor allocated.
public enum ChaChaPoly {
  /// RFC 8439, 2.8: 256 bits, a precondition of every call.
  public static let keyBytes = 32
  /// Poly1305's; it follows the ciphertext.
  public static let tagBytes = 16

  /// Encrypts `buffer[start...]` in place and appends the 16-byte tag.
  public static func seal(
    _ buffer: inout [UInt8], from start: Int, key: Span<UInt8>, nonce: Nonce96,
    associatedData: Span<UInt8>
  ) {
    precondition(key.count == keyBytes && start >= 0 && start <= buffer.count)
    let plain = buffer.count - start
    for _ in 0..<tagBytes { buffer.append(0) }
    unsafe withPointers(&buffer, key, associatedData) { base, key, ad, adCount in
      let text = unsafe base + start
      _ = unsafe crypto_aead_chacha20poly1305_ietf_encrypt_detached(
        text, text + plain, nil, text, UInt64(plain), ad, UInt64(adCount), nil, nonce.bytes, key)
    }
  }

  /// Decrypts `buffer[range]` (ciphertext ‖ tag) in place.
  ///
  /// - Returns: where the plaintext now is: `range` without its last 16 bytes.
  /// - Throws: `notAuthentic`, also for a range shorter than the tag; the bytes of the range must
  ///   then not be used.
  public static func open(
    _ buffer: inout [UInt8], in range: Range<Int>, key: Span<UInt8>, nonce: Nonce96,
    associatedData: Span<UInt8>
  ) throws(AEADError) -> Range<Int> {
    precondition(key.count == keyBytes && range.upperBound <= buffer.count)
    guard range.count >= tagBytes else { throw .notAuthentic }
    let plain = range.count - tagBytes
    let status = unsafe withPointers(&buffer, key, associatedData) { base, key, ad, adCount in
      let text = unsafe base + range.lowerBound
      return unsafe crypto_aead_chacha20poly1305_ietf_decrypt_detached(
        text, nil, text, UInt64(plain), text + plain, ad, UInt64(adCount), nonce.bytes, key)
    }
    guard status == 0 else { throw .notAuthentic }
    return range.lowerBound..<(range.lowerBound + plain)
  }

  /// - Returns: ciphertext ‖ tag.
  public static func seal(
    _ plaintext: Span<UInt8>, key: Span<UInt8>, nonce: Nonce96, associatedData: Span<UInt8>
  ) -> [UInt8] {
    var buffer: [UInt8] = []
    buffer.reserveCapacity(plaintext.count + tagBytes)
    append(plaintext, to: &buffer)
    seal(&buffer, from: 0, key: key, nonce: nonce, associatedData: associatedData)
    return buffer
  }

  /// - Returns: the plaintext. Where it is a secret, use `openGuarded`.
  public static func open(
    _ ciphertext: Span<UInt8>, key: Span<UInt8>, nonce: Nonce96, associatedData: Span<UInt8>
  ) throws(AEADError) -> [UInt8] {
    var buffer: [UInt8] = []
    append(ciphertext, to: &buffer)
    let range = try open(
      &buffer, in: 0..<buffer.count, key: key, nonce: nonce, associatedData: associatedData)
    buffer.removeLast(buffer.count - range.count)
    return buffer
  }

  /// Opens an encrypted key straight into guarded memory.
  public static func openGuarded(
    _ ciphertext: Span<UInt8>, key: Span<UInt8>, nonce: Nonce96, associatedData: Span<UInt8>
  ) throws(AEADError) -> GuardedBytes {
    precondition(key.count == 32)
    guard ciphertext.count >= tagBytes else { throw .notAuthentic }
    return try GuardedBytes(count: ciphertext.count - tagBytes) { output throws(AEADError) in
      let count = output.count
      let status = unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe ciphertext.withUnsafeBufferPointer { ciphertext in
          unsafe key.withUnsafeBufferPointer { key in
            unsafe associatedData.withUnsafeBufferPointer { ad in
              let text = ciphertext.baseAddress!
              return unsafe crypto_aead_chacha20poly1305_ietf_decrypt_detached(
                output.baseAddress!, nil, text, UInt64(count), text + count, ad.baseAddress,
                UInt64(ad.count), nonce.bytes, key.baseAddress!)
            }
          }
        }
      }
      guard status == 0 else { throw .notAuthentic }
    }
  }
}

/// XChaCha20-Poly1305 with a random 24-byte nonce (draft-irtf-cfrg-xchacha).
public enum XChaChaPoly {
  /// 256 bits, a precondition of every call.
  public static let keyBytes = 32
  /// 192 bits: long enough that random ones do not meet.
  public static let nonceBytes = 24
  /// Poly1305's; it follows the ciphertext.
  public static let tagBytes = 16

  /// Encrypts `buffer[start...]` in place and appends the 16-byte tag.
  public static func seal(
    _ buffer: inout [UInt8], from start: Int, key: Span<UInt8>, nonce: [UInt8],
    associatedData: Span<UInt8>
  ) {
    precondition(key.count == keyBytes && nonce.count == nonceBytes)
    precondition(start >= 0 && start <= buffer.count)
    let plain = buffer.count - start
    for _ in 0..<tagBytes { buffer.append(0) }
    unsafe withPointers(&buffer, key, associatedData) { base, key, ad, adCount in
      let text = unsafe base + start
      _ = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
        text, text + plain, nil, text, UInt64(plain), ad, UInt64(adCount), nil, nonce, key)
    }
  }

  /// - Returns: ciphertext ‖ tag.
  public static func seal(
    _ plaintext: Span<UInt8>, key: Span<UInt8>, nonce: [UInt8], associatedData: Span<UInt8>
  ) -> [UInt8] {
    var buffer: [UInt8] = []
    buffer.reserveCapacity(plaintext.count + tagBytes)
    append(plaintext, to: &buffer)
    seal(&buffer, from: 0, key: key, nonce: nonce, associatedData: associatedData)
    return buffer
  }

  /// - Returns: the plaintext.
  public static func open(
    _ ciphertext: Span<UInt8>, key: Span<UInt8>, nonce: [UInt8], associatedData: Span<UInt8>
  ) throws(AEADError) -> [UInt8] {
    precondition(key.count == keyBytes && nonce.count == nonceBytes)
    guard ciphertext.count >= tagBytes else { throw .notAuthentic }
    var buffer: [UInt8] = []
    append(ciphertext, to: &buffer)
    let plain = buffer.count - tagBytes
    let status = unsafe withPointers(&buffer, key, associatedData) { base, key, ad, adCount in
      unsafe crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
        base, nil, base, UInt64(plain), base + plain, ad, UInt64(adCount), nonce, key)
    }
    guard status == 0 else { throw .notAuthentic }
    buffer.removeLast(tagBytes)
    return buffer
  }

  /// Opens an encrypted key straight into guarded memory.
  public static func openGuarded(
    _ ciphertext: Span<UInt8>, key: Span<UInt8>, nonce: [UInt8], associatedData: Span<UInt8>
  ) throws(AEADError) -> GuardedBytes {
    precondition(key.count == 32 && nonce.count == 24)
    guard ciphertext.count >= tagBytes else { throw .notAuthentic }
    return try GuardedBytes(count: ciphertext.count - tagBytes) { output throws(AEADError) in
      let count = output.count
      let status = unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe ciphertext.withUnsafeBufferPointer { ciphertext in
          unsafe key.withUnsafeBufferPointer { key in
            unsafe associatedData.withUnsafeBufferPointer { ad in
              let text = ciphertext.baseAddress!
              return unsafe crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
                output.baseAddress!, nil, text, UInt64(count), text + count, ad.baseAddress,
                UInt64(ad.count), nonce, key.baseAddress!)
            }
          }
        }
      }
      guard status == 0 else { throw .notAuthentic }
    }
  }
}

private func append(_ bytes: Span<UInt8>, to buffer: inout [UInt8]) {
  unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
}

/// Lends what libsodium's AEADs take: the text in place, the key, and the associated data.
private func withPointers<R>(
  _ buffer: inout [UInt8], _ key: Span<UInt8>, _ associatedData: Span<UInt8>,
  _ body: (
    UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, UnsafePointer<UInt8>?, Int
  ) -> R
) -> R {
  unsafe buffer.withUnsafeMutableBufferPointer { buffer in
    unsafe key.withUnsafeBufferPointer { key in
      unsafe associatedData.withUnsafeBufferPointer { ad in
        unsafe body(buffer.baseAddress!, key.baseAddress!, ad.baseAddress, ad.count)
      }
    }
  }
}
