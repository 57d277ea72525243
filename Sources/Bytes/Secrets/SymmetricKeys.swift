/// The secret that two X25519 keys have in common: 32 bytes, never all zeros. It is never a key
/// itself: it goes into a hash or a key schedule.
public struct SharedSecret: ~Copyable, Sendable {
  private let bytes: GuardedBytes

  /// - Parameter bytes: exactly 32 bytes (a precondition).
  public init(_ bytes: consuming GuardedBytes) {
    precondition(bytes.count == 32)
    self.bytes = bytes
  }

  /// - Parameter bytes: exactly 32 bytes (a precondition).
  public init(copying bytes: Span<UInt8>) { self.init(GuardedBytes(copying: bytes)) }

  /// Lends the 32 bytes, which stay in guarded memory.
  public func withBytes<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R { try bytes.withBytes(body) }
}

/// K of `Protocols/sealing.md`: the secret of one audience epoch.
/// 32 bytes.
public struct AudienceKey: ~Copyable, Sendable {
  private let bytes: GuardedBytes

  /// - Parameter bytes: exactly 32 bytes (a precondition).
  public init(_ bytes: consuming GuardedBytes) {
    precondition(bytes.count == 32)
    self.bytes = bytes
  }

  /// - Parameter bytes: exactly 32 bytes (a precondition).
  public init(copying bytes: Span<UInt8>) { self.init(GuardedBytes(copying: bytes)) }

  /// 32 bytes of `random`: the key of a new grant.
  public static func generate(using random: inout some RandomSource) -> AudienceKey {
    AudienceKey(random.guarded(32))
  }

  /// Lends the 32 bytes, which stay in guarded memory.
  public func withBytes<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R { try bytes.withBytes(body) }
}

/// A secret of 32 bytes that two operators exchanged by hand, mixed into handshakes and grants.
public struct PresharedKey: ~Copyable, Sendable {
  private let bytes: GuardedBytes

  /// - Parameter bytes: exactly 32 bytes (a precondition).
  public init(_ bytes: consuming GuardedBytes) {
    precondition(bytes.count == 32)
    self.bytes = bytes
  }

  /// - Parameter bytes: exactly 32 bytes (a precondition).
  public init(copying bytes: Span<UInt8>) { self.init(GuardedBytes(copying: bytes)) }

  /// 32 bytes of `random`: for tests, since operators make theirs with any tool.
  public static func generate(using random: inout some RandomSource) -> PresharedKey {
    PresharedKey(random.guarded(32))
  }

  /// Lends the 32 bytes, which stay in guarded memory.
  public func withBytes<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R { try bytes.withBytes(body) }
}

/// A secret of 32 bytes that an author mixes into its own slot of every grant: without it, whoever
/// breaks the author's X25519 key would open all of them.
public struct AuthorSecret: ~Copyable, Sendable {
  private let bytes: GuardedBytes

  /// - Parameter bytes: exactly 32 bytes (a precondition).
  public init(_ bytes: consuming GuardedBytes) {
    precondition(bytes.count == 32)
    self.bytes = bytes
  }

  /// - Parameter bytes: exactly 32 bytes (a precondition).
  public init(copying bytes: Span<UInt8>) { self.init(GuardedBytes(copying: bytes)) }

  /// 32 bytes of `random`, once for each epoch of a node.
  public static func generate(using random: inout some RandomSource) -> AuthorSecret {
    AuthorSecret(random.guarded(32))
  }

  /// Lends the 32 bytes, which stay in guarded memory.
  public func withBytes<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R { try bytes.withBytes(body) }
}

/// A key of one AEAD, for one direction of a session.
/// 32 bytes.
public struct CipherKey: ~Copyable, Sendable {
  private let bytes: GuardedBytes

  /// - Parameter bytes: exactly 32 bytes (a precondition).
  public init(_ bytes: consuming GuardedBytes) {
    precondition(bytes.count == 32)
    self.bytes = bytes
  }

  /// - Parameter bytes: exactly 32 bytes (a precondition).
  public init(copying bytes: Span<UInt8>) { self.init(GuardedBytes(copying: bytes)) }

  /// Lends the 32 bytes, which stay in guarded memory.
  public func withBytes<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R { try bytes.withBytes(body) }
}
