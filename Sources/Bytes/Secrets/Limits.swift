/// Limits of this module.
enum Limits {
  /// Argon2id passes that a file under a passphrase may ask for; MODERATE is 3.
  static let argon2idPasses: ClosedRange<UInt64> = 1...12
  /// Argon2id memory in bytes that such a file may ask for: 8 KiB, libsodium's least, to 1 GiB;
  /// MODERATE is 256 MiB. Whoever alters a file cannot make `open` take more.
  static let argon2idMemoryBytes: ClosedRange<Int> = 8_192...(1 << 30)
  /// A recovery file is eight short lines.
  static let recoveryFileBytes = 2_048
  /// Earlier epochs of a node whose secrets are kept.
  static let earlierEpochs = 64
  /// One for each node that a roster can hold, and three earlier ones.
  static let keysExportPresharedKeys = 4_096
  /// The secrets file, the earlier epochs, and for each pre-shared key the name of a node (at most
  /// 32 bytes), its length, the key's rank and 32 bytes.
  static let keysExportSecretBytes =
    192 + 1 + earlierEpochs * 100 + keysExportPresharedKeys * (1 + 32 + 1 + 32)
  /// Base64 of these and of the tag, and five short lines.
  static let keysExportBytes = (keysExportSecretBytes + 16) * 4 / 3 + 1_024
  /// A passphrase, UTF-8.
  static let passphraseBytes = 1...1_024
  /// The least bytes of a passphrase for a file that is made now.
  static let newPassphraseBytes = 12
  /// A pre-shared key file: 44 characters of Base64 and white space.
  static let presharedKeyFileBytes = 256
}
