internal import CSodium
public import Crypto

/// A peer's public key is of small order, or not on the curve's safe part: the shared secret would
/// be all zeros, whatever one's own key is.
public enum KeyAgreementError: Error, Equatable, Sendable { case lowOrder }

/// Ed25519: signs one log's entries and checkpoints.
public struct LogSecretKey: ~Copyable, Sendable {
  private let pair: SigningPair
  /// Stands in the card and names the log for ever.
  public let publicKey: LogPublicKey

  /// - Parameter seed: 32 bytes.
  public init(seed: Span<UInt8>) {
    pair = SigningPair(seed: seed)
    publicKey = LogPublicKey(pair.publicBytes)
  }

  /// By the operating system's randomness.
  public static func generate() -> LogSecretKey {
    var random = SystemRandom()
    return generate(using: &random)
  }

  /// 32 bytes of `random`, in guarded memory, are the seed.
  public static func generate(using random: inout some RandomSource) -> LogSecretKey {
    random.guarded(32).withBytes { LogSecretKey(seed: $0) }
  }

  /// Ed25519 (RFC 8032) over the bytes as they are, deterministic.
  public func sign(_ message: Span<UInt8>) -> Signature { pair.sign(message) }

  /// Lends the 32-byte seed: for the secrets file only.
  public func withSeed<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R { try pair.withSeed(body) }
}

/// Ed25519: signs a node's cosignatures.
public struct CosigningSecretKey: ~Copyable, Sendable {
  private let pair: SigningPair
  /// Stands in the card (Protocols/card.md, 2).
  public let publicKey: CosigningPublicKey

  /// - Parameter seed: 32 bytes.
  public init(seed: Span<UInt8>) {
    pair = SigningPair(seed: seed)
    publicKey = CosigningPublicKey(pair.publicBytes)
  }

  /// 32 bytes of `random`, in guarded memory, are the seed.
  public static func generate(using random: inout some RandomSource) -> CosigningSecretKey {
    random.guarded(32).withBytes { CosigningSecretKey(seed: $0) }
  }

  /// Ed25519 (RFC 8032) over the bytes as they are, deterministic.
  public func sign(_ message: Span<UInt8>) -> Signature { pair.sign(message) }

  /// Lends the 32-byte seed: for files of secrets only.
  public func withSeed<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R { try pair.withSeed(body) }
}

/// Ed25519: opens the epoch after a log's, once. It lives in a recovery file and is never a running
/// key.
public struct OpeningSecretKey: ~Copyable, Sendable {
  private let pair: SigningPair
  /// Stands in the card as its hash alone, until it signed.
  public let publicKey: OpeningPublicKey

  /// - Parameter seed: 32 bytes.
  public init(seed: Span<UInt8>) {
    pair = SigningPair(seed: seed)
    publicKey = OpeningPublicKey(pair.publicBytes)
  }

  /// By the operating system's randomness.
  public static func generate() -> OpeningSecretKey {
    var random = SystemRandom()
    return generate(using: &random)
  }

  /// 32 bytes of `random`, in guarded memory, are the seed.
  public static func generate(using random: inout some RandomSource) -> OpeningSecretKey {
    random.guarded(32).withBytes { OpeningSecretKey(seed: $0) }
  }

  /// Ed25519 (RFC 8032) over the bytes as they are, deterministic.
  public func sign(_ message: Span<UInt8>) -> Signature { pair.sign(message) }

  /// Lends the 32-byte seed: for the recovery file only.
  public func withSeed<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R { try pair.withSeed(body) }
}

/// X25519: opens grants that were made to its public key.
public struct SealingSecretKey: ~Copyable, Sendable {
  private let scalar: AgreementScalar
  /// Stands in the card: partners make grants to it.
  public let publicKey: SealingPublicKey

  /// - Parameter seed: the 32-byte scalar (clamped when used, RFC 7748, 5).
  public init(seed: Span<UInt8>) {
    scalar = AgreementScalar(seed)
    publicKey = SealingPublicKey(scalar.publicBytes)
  }

  /// 32 bytes of `random`, in guarded memory, are the scalar.
  public static func generate(using random: inout some RandomSource) -> SealingSecretKey {
    random.guarded(32).withBytes { SealingSecretKey(seed: $0) }
  }

  /// X25519 (RFC 7748, 6.1).
  /// - Throws: when the secret would be all zeros.
  public func sharedSecret(
    with peer: SealingPublicKey
  ) throws(KeyAgreementError) -> SharedSecret { try scalar.agree(peer.bytes) }

  /// Lends the 32-byte scalar, as it was given: for files of secrets only.
  public func withSeed<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R { try scalar.seed.withBytes(body) }
}

/// X25519: a node's static (or, for one handshake, ephemeral) key of the Noise handshake.
public struct TransportSecretKey: ~Copyable, Sendable {
  private let scalar: AgreementScalar
  /// Stands in the card; of an ephemeral key, in the handshake's first message.
  public let publicKey: TransportPublicKey

  /// - Parameter seed: the 32-byte scalar (clamped when used, RFC 7748, 5).
  public init(seed: Span<UInt8>) {
    scalar = AgreementScalar(seed)
    publicKey = TransportPublicKey(scalar.publicBytes)
  }

  /// 32 bytes of `random`, in guarded memory, are the scalar.
  public static func generate(using random: inout some RandomSource) -> TransportSecretKey {
    random.guarded(32).withBytes { TransportSecretKey(seed: $0) }
  }

  /// X25519 (RFC 7748, 6.1).
  /// - Throws: when the secret would be all zeros.
  public func sharedSecret(
    with peer: TransportPublicKey
  ) throws(KeyAgreementError) -> SharedSecret { try scalar.agree(peer.bytes) }

  /// Lends the 32-byte scalar, as it was given: for files of secrets only.
  public func withSeed<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R { try scalar.seed.withBytes(body) }
}

/// libsodium's form of an Ed25519 secret: seed ‖ public key.
struct SigningPair: ~Copyable, Sendable {
  private let secret: GuardedBytes
  let publicBytes: Bytes32

  init(seed: Span<UInt8>) {
    precondition(seed.count == 32)
    Sodium.ready()
    var publicKey = [UInt8](repeating: 0, count: 32)
    secret = GuardedBytes(count: 64) { secret in
      unsafe secret.withUnsafeMutableBufferPointer { secret in
        unsafe seed.withUnsafeBufferPointer { seed in
          _ = unsafe crypto_sign_ed25519_seed_keypair(
            &publicKey, secret.baseAddress!, seed.baseAddress!)
        }
      }
    }
    publicBytes = Bytes32(publicKey.span)
  }

  func sign(_ message: Span<UInt8>) -> Signature {
    var signature = InlineArray<64, UInt8>(repeating: 0)
    var span = signature.mutableSpan
    secret.withBytes { secret in
      unsafe span.withUnsafeMutableBufferPointer { out in
        unsafe message.withUnsafeBufferPointer { message in
          unsafe secret.withUnsafeBufferPointer { secret in
            _ = unsafe crypto_sign_ed25519_detached(
              out.baseAddress!, nil, message.baseAddress, UInt64(message.count),
              secret.baseAddress!)
          }
        }
      }
    }
    return Signature(signature.span, at: 0)
  }

  func withSeed<R: ~Copyable, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try secret.withBytes { secret throws(E) in try body(secret.extracting(0..<32)) }
  }
}

/// An X25519 scalar and its point.
struct AgreementScalar: ~Copyable, Sendable {
  let seed: GuardedBytes
  let publicBytes: Bytes32

  init(_ seed: Span<UInt8>) {
    precondition(seed.count == 32)
    Sodium.ready()
    var point = [UInt8](repeating: 0, count: 32)
    unsafe seed.withUnsafeBufferPointer { seed in
      _ = unsafe crypto_scalarmult_curve25519_base(&point, seed.baseAddress!)
    }
    self.seed = GuardedBytes(copying: seed)
    publicBytes = Bytes32(point.span)
  }

  /// RFC 7748, 6.1, with the check for an all-zero result.
  func agree(_ peer: Bytes32) throws(KeyAgreementError) -> SharedSecret {
    let point = peer.array
    let bytes = try GuardedBytes(count: 32) { output throws(KeyAgreementError) in
      let status = seed.withBytes { seed in
        unsafe seed.withUnsafeBufferPointer { seed in
          unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe crypto_scalarmult_curve25519(output.baseAddress!, seed.baseAddress!, point)
          }
        }
      }
      guard status == 0 else { throw .lowOrder }
    }
    return SharedSecret(bytes)
  }
}
