/// The recovery file: the key that opens the next epoch, under a passphrase. `init` writes it once,
/// outside the data folder, and `epoch open` the one after it; nothing else needs it, and no node
/// that runs ever holds what is in it (Protocols/sealing.md, 9).
public enum RecoveryFile {
  /// The content of a recovery file.
  public struct Contents: ~Copyable, Sendable {
    /// The origin that the key will open, for example `nl/2`.
    public let origin: String
    /// Signs the genesis of `origin`, and nothing else ever.
    public let key: OpeningSecretKey
  }

  private static let firstLine = "liaison-recovery/v1"
  /// Longest file: `open` refuses a larger text before anything is computed.
  public static let maxBytes = Limits.recoveryFileBytes

  /// - Returns: the file's text, ending with a newline.
  /// - Parameter origin: of the epoch that `key` will open; authenticated, not encrypted.
  public static func seal(
    origin: String, key: borrowing OpeningSecretKey, passphrase: borrowing GuardedBytes,
    cost: PassphraseCost = .moderate, using random: inout some RandomSource
  ) throws(PassphraseFileError) -> [UInt8] {
    try key.withSeed { seed throws(PassphraseFileError) in
      try PassphraseFile.seal(
        seed, firstLine: firstLine, origin: origin, passphrase: passphrase, cost: cost,
        using: &random)
    }
  }

  /// Takes as long, and as much memory, as the file says: at most 12 passes over 1 GiB.
  public static func open(
    _ text: [UInt8], passphrase: borrowing GuardedBytes
  ) throws(PassphraseFileError) -> Contents {
    let file = try PassphraseFile(
      text, firstLine: firstLine, maxBytes: maxBytes, secretBytes: 32...32, passphrase: passphrase)
    return Contents(
      origin: file.origin, key: file.secret.withBytes { OpeningSecretKey(seed: $0) })
  }
}
