/// Limits of this module.
enum Limits {
  /// Argon2id passes that a file under a passphrase may ask for; MODERATE is 3.
  static let argon2idPasses: ClosedRange<UInt64> = 1...12
  /// Argon2id memory in bytes that such a file may ask for: 8 KiB, libsodium's least, to 1 GiB;
  /// MODERATE is 256 MiB. Whoever alters a file cannot make `open` take more.
  static let argon2idMemoryBytes: ClosedRange<Int> = 8_192...(1 << 30)
  /// A recovery file is eight short lines.
  static let recoveryFileBytes = 2_048
  /// Rotations of one epoch whose keys are kept: five years of one a month.
  static let generations = 64
  /// Cards of a node's earlier epochs whose secrets are kept, each in three guarded pages: 3 MB.
  static let earlierCards = 256
  /// One for each node that a roster can hold, and three earlier ones.
  static let keysExportPresharedKeys = 4_096
  /// The secrets file, the generations since, the earlier epochs, and for each pre-shared key the
  /// name of a node (at most
  /// 32 bytes), its length, the key's rank and 32 bytes.
  static let keysExportSecretBytes =
    192 + 1 + RotatedKeys.maxRecordBytes + 2 + earlierCards * EarlierSecrets.encodedBytes
    + keysExportPresharedKeys * (1 + 32 + 1 + 32)
  /// Base64 of these and of the tag, and five short lines.
  static let keysExportBytes = (keysExportSecretBytes + 16) * 4 / 3 + 1_024
  /// A passphrase, UTF-8.
  static let passphraseBytes = 1...1_024
  /// The least bytes of a passphrase for a file that is made now.
  static let newPassphraseBytes = 12
  /// A pre-shared key file: 44 characters of Base64 and white space.
  static let presharedKeyFileBytes = 256
}
