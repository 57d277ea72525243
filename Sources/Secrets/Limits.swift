/// Limits of this module.
enum Limits {
  /// Argon2id passes that a recovery file may ask for; MODERATE is 3.
  static let recoveryPasses: ClosedRange<UInt64> = 1...12
  /// Argon2id memory in bytes that a recovery file may ask for: 8 KiB, libsodium's least, to 1 GiB;
  /// MODERATE is 256 MiB. Whoever alters a file cannot make `open` take more.
  static let recoveryMemoryBytes: ClosedRange<Int> = 8_192...(1 << 30)
  /// A recovery file is eight short lines.
  static let recoveryFileBytes = 2_048
  /// A passphrase, UTF-8.
  static let passphraseBytes = 1...1_024
  /// A pre-shared key file: 44 characters of Base64 and white space.
  static let presharedKeyFileBytes = 256
}
