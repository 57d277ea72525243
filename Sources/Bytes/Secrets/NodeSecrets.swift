internal import Crypto

/// Why a file of secrets is not read. It names no key and no byte.
public enum NodeSecretsError: Error, Equatable, Sendable {
  /// Not `NodeSecrets.encodedBytes` long, or another first line.
  case notASecretsFile
  /// Two keys of one kind are equal (C2SP wants a cosigning key of its own): the file was not made
  /// by `init`.
  case repeatedKey
}

/// A node's four secret keys and the secret that it mixes into its own slots, and their file form,
/// `secrets/node.key`: "liaison-secrets/v1" padded with zeros to 32 bytes, then the seeds of the
/// log, cosigning, sealing and transport keys and the author's secret, 32 bytes each.
public final class NodeSecrets: Sendable {
  /// 192: the first line, and five secrets.
  public static let encodedBytes = 32 + 5 * 32

  /// Signs entries and checkpoints: one for the whole epoch.
  public let log: LogSecretKey
  /// Signs what this node stored of others; a keys entry may replace it.
  public let cosigning: CosigningSecretKey
  /// Opens the grants of partners; a keys entry may replace it.
  public let sealing: SealingSecretKey
  /// This node's static key in handshakes; a keys entry may replace it.
  public let transport: TransportSecretKey
  /// Mixed into the node's own slot of its grants (Protocols/sealing.md, SEAL-9).
  public let author: Held<AuthorSecret>

  /// Takes the only copies. Nothing is compared here: `load` refuses a file with equal keys.
  public init(
    log: consuming LogSecretKey, cosigning: consuming CosigningSecretKey,
    sealing: consuming SealingSecretKey, transport: consuming TransportSecretKey,
    author: Held<AuthorSecret>
  ) {
    self.author = author
    self.log = log
    self.cosigning = cosigning
    self.sealing = sealing
    self.transport = transport
  }

  /// New keys of the operating system's randomness, for `init` and for a next epoch.
  public static func generate() -> NodeSecrets {
    var random = SystemRandom()
    return generate(using: &random)
  }

  /// The same from `random`, in a fixed order, so that a seed gives the same node.
  public static func generate(using random: inout some RandomSource) -> NodeSecrets {
    NodeSecrets(
      log: .generate(using: &random), cosigning: .generate(using: &random),
      sealing: .generate(using: &random), transport: .generate(using: &random),
      author: Held(.generate(using: &random)))
  }

  /// Reads the file's bytes. Read them straight into guarded memory:
  /// `try GuardedBytes(count: NodeSecrets.encodedBytes) { try file.read(into: &$0) }`.
  public static func load(
    from file: borrowing GuardedBytes
  ) throws(NodeSecretsError) -> NodeSecrets {
    try file.withBytes { bytes throws(NodeSecretsError) in
      guard bytes.count == encodedBytes else { throw .notASecretsFile }
      guard SecretsHead.present.begins(bytes) else { throw .notASecretsFile }
      let secrets = NodeSecrets(
        log: LogSecretKey(seed: bytes.extracting(32..<64)),
        cosigning: CosigningSecretKey(seed: bytes.extracting(64..<96)),
        sealing: SealingSecretKey(seed: bytes.extracting(96..<128)),
        transport: TransportSecretKey(seed: bytes.extracting(128..<160)),
        author: Held(AuthorSecret(copying: bytes.extracting(160..<192))))
      guard secrets.log.publicKey.bytes != secrets.cosigning.publicKey.bytes,
        secrets.sealing.publicKey.bytes != secrets.transport.publicKey.bytes
      else { throw .repeatedKey }
      return secrets
    }
  }

  /// Lends the file's bytes, in guarded memory, to whoever writes them (mode 0600).
  public func withEncoded<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    let encoded = GuardedBytes(count: NodeSecrets.encodedBytes) { bytes in
      SecretsHead.present.write(to: &bytes)
      log.withSeed { for index in 0..<32 { bytes[32 + index] = $0[index] } }
      cosigning.withSeed { for index in 0..<32 { bytes[64 + index] = $0[index] } }
      sealing.withSeed { for index in 0..<32 { bytes[96 + index] = $0[index] } }
      transport.withSeed { for index in 0..<32 { bytes[128 + index] = $0[index] } }
      author.secret.withBytes { for index in 0..<32 { bytes[160 + index] = $0[index] } }
    }
    return try encoded.withBytes(body)
  }

  /// The keys after these rotations: of each kind the newest generation's.
  public func after(_ rotated: RotatedKeys) -> NodeSecrets {
    rotated.generations.reduce(self) { $0.replaced(by: $1) }
  }

  /// The keys after one more rotation.
  public func replaced(by generation: KeyGeneration) -> NodeSecrets {
    NodeSecrets(
      log: log.withSeed { LogSecretKey(seed: $0) },
      cosigning: generation.cosigning?.secret.withSeed { CosigningSecretKey(seed: $0) }
        ?? cosigning.withSeed { CosigningSecretKey(seed: $0) },
      sealing: generation.sealing?.secret.withSeed { SealingSecretKey(seed: $0) }
        ?? sealing.withSeed { SealingSecretKey(seed: $0) },
      transport: generation.transport?.secret.withSeed { TransportSecretKey(seed: $0) }
        ?? transport.withSeed { TransportSecretKey(seed: $0) },
      author: generation.author ?? author)
  }
}
