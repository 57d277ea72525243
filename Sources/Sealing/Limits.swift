/// Limits of this module (Protocols/sealing.md, 7).
public enum SealingLimits {
  /// Slots of a grant: 8 to 512, a power of two.
  public static let slotsLog2: ClosedRange<UInt8> = 3...9
  /// Members beside the author: one slot of 512 is the author's.
  public static let members = 511
  /// Audiences of one author that are open at once. Finding the key of a record costs at most two
  /// BLAKE2b calls for each: 1,024 × 2 × 0.3 µs, about 0.6 ms.
  public static let openAudiences = 1_024
  /// Padded metadata: a name of 511 members takes 511 × 33 bytes and the member lines 512 × 85,
  /// together 60,400, which pads to 61,440.
  public static let metadataBytes = 65_536
  /// What a padded plaintext has at least.
  public static let leastPaddedBytes = 256
  /// The largest Padmé length that fits a body of 1 MiB with its 56 bytes of overhead: 63 × 16,384.
  public static let paddedBytes = 1_032_192
  /// A record: `paddedBytes` less the padding's first byte.
  public static let recordBytes = paddedBytes - 1
  /// How many grants an "unknown yet" names: enough to fetch, few enough to carry.
  public static let missingGrantsNamed = 16
}
