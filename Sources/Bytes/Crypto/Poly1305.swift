internal import CSodium

/// Poly1305 (RFC 8439, 2.5), by libsodium: a one-time authenticator of 16 bytes, three times as
/// fast as a hash.
public enum Poly1305 {
  /// RFC 8439, 2.5: 128 bits.
  public static let tagBytes = 16

  /// - Parameter key: for one message only, unless nobody who could forge sees a tag.
  public static func tag(_ message: Span<UInt8>, key: Bytes32) -> [UInt8] {
    Sodium.ready()
    let key = key.array
    return unsafe [UInt8](unsafeUninitializedCapacity: tagBytes) { tag, count in
      unsafe message.withUnsafeBufferPointer { message in
        _ = unsafe crypto_onetimeauth_poly1305(
          tag.baseAddress!, message.baseAddress, UInt64(message.count), key)
      }
      count = tagBytes
    }
  }
}
