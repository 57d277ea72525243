internal import CNettle
internal import CSodium

/// SHA-256 (FIPS 180-4) by nettle, which uses the processor's SHA instructions.
/// Why nettle: docs/dependencies.md; `liaison-bench hash` measures it against libsodium.
public struct SHA256 {
  private var context = sha256_ctx()

  /// The hash of nothing so far.
  public init() {
    unsafe nettle_sha256_init(&context)
  }

  /// Appends bytes; how they are cut into calls makes no difference.
  public mutating func update(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      unsafe nettle_sha256_update(&context, buffer.count, base)
    }
  }

  /// Appends the digest's 32 bytes.
  public mutating func update(_ digest: Digest) {
    digest.withBytes { update($0) }
  }

  /// - Parameter text: its UTF-8 bytes.
  public mutating func update(_ text: StaticString) {
    unsafe nettle_sha256_update(&context, text.utf8CodeUnitCount, text.utf8Start)
  }

  /// The hash of everything so far. The value begins anew after it.
  public mutating func finalize() -> Digest {
    var output = InlineArray<32, UInt8>(repeating: 0)
    var span = output.mutableSpan
    unsafe span.withUnsafeMutableBufferPointer { buffer in
      unsafe nettle_sha256_digest(&context, 32, buffer.baseAddress!)
    }
    return Digest(Bytes32(output.span))
  }

  /// Forgets what was hashed, where it was a secret. The value must be initialised anew after it.
  mutating func wipe() {
    unsafe sodium_memzero(&context, MemoryLayout<sha256_ctx>.size)
  }

  /// Hashes in one call, without a prefix; trees want `leaf` and `node`.
  public static func hash(_ bytes: Span<UInt8>) -> Digest {
    var hasher = SHA256()
    hasher.update(bytes)
    return hasher.finalize()
  }

  /// Hashes in one call, without a prefix.
  public static func hash(_ bytes: [UInt8]) -> Digest { hash(bytes.span) }

  /// The RFC 6962 interior node: SHA-256(0x01 ‖ left ‖ right).
  public static func node(_ left: Digest, _ right: Digest) -> Digest {
    var hasher = SHA256()
    hasher.update("\u{1}")
    hasher.update(left)
    hasher.update(right)
    return hasher.finalize()
  }

  /// The RFC 6962 leaf hash: SHA-256(0x00 ‖ leaf).
  public static func leaf(_ leaf: Span<UInt8>) -> Digest {
    var hasher = SHA256()
    hasher.update("\0")
    hasher.update(leaf)
    return hasher.finalize()
  }
}
