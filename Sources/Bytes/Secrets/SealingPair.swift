public import Crypto

/// The two secrets that open grants and are drawn together: that of the sealing key, and the own
/// secret of the author's slot.
public struct SealingPair: Sendable {
  public let sealing: Held<SealingSecretKey>
  public let author: Held<AuthorSecret>

  public init(_ secrets: EarlierSecrets) {
    self.init(sealing: secrets.sealing, author: secrets.author)
  }

  public init(sealing: Held<SealingSecretKey>, author: Held<AuthorSecret>) {
    self.sealing = sealing
    self.author = author
  }
}

// A forgotten pair's place takes one that is kept: the layout of the files stays, and so does what
// their other keys say (Protocols/sealing.md, SEAL-30).
extension RotatedKeys {
  /// - Parameters:
  ///   - isForgotten: asked of each sealing key.
  ///   - kept: that of the present card.
  public func forgetting(
    _ isForgotten: (SealingPublicKey) -> Bool, for kept: SealingPair
  ) -> RotatedKeys {
    replacing { generation in
      guard let key = generation.sealing?.secret.publicKey, isForgotten(key) else {
        return generation
      }
      return generation.sealing(by: kept)
    }
  }
}

extension EarlierKeys {
  /// - Parameters: as of `RotatedKeys.forgetting`.
  public func forgetting(
    _ isForgotten: (SealingPublicKey) -> Bool, for kept: SealingPair
  ) -> EarlierKeys {
    replacing { isForgotten($0.sealing.secret.publicKey) ? $0.sealing(by: kept) : $0 }
  }
}

extension NodeSecrets {
  /// - Parameters: as of `RotatedKeys.forgetting`.
  public func forgetting(
    _ isForgotten: (SealingPublicKey) -> Bool, for kept: SealingPair
  ) -> NodeSecrets {
    guard isForgotten(sealing.publicKey) else { return self }
    return NodeSecrets(
      log: log.withSeed { LogSecretKey(seed: $0) },
      cosigning: cosigning.withSeed { CosigningSecretKey(seed: $0) },
      sealing: kept.sealing.secret.withSeed { SealingSecretKey(seed: $0) },
      transport: transport.withSeed { TransportSecretKey(seed: $0) }, author: kept.author)
  }
}
