/// Limits of this module (Protocols/sealing.md, 7).
public enum SealingLimits {
  /// Slots of a grant: 8 to 512, a power of two.
  static let slotsLog2: ClosedRange<UInt8> = 3...9
  /// Members beside the author: one slot of 512 is the author's.
  public static let members = 511
  /// Audiences of one author that are open at once. Finding the key of a record costs at most two
  /// BLAKE2b calls for each: 1,024 × 2 × 0.3 µs, about 0.6 ms.
  public static let openAudiences = 1_024
  /// For so long after its grant an author seals to an audience, and then to its next version, so
  /// that every grant is closed some day, and old sealing secrets can be forgotten.
  static let audienceTermMilliseconds: UInt64 = 30 * 86_400_000
  /// Closed audiences of one author that a book keeps, 250 bytes each: about 1 MB for an author who
  /// does nothing but open and close, and eleven years of one new audience a day for another.
  /// Records of earlier ones are read with a book that is fed up to them only.
  public static let closedAudiences = 4_096
  /// Slots with one's hint that are tried: an author makes one for each key, and an honest
  /// collision of two hints comes once in 2^55 grants. With every pre-shared key, 36 tries of some
  /// 50 µs.
  static let slotsTried = 4
  /// Keys that operators exchanged with one another, the present one first: each new one costs a
  /// try.
  public static let presharedKeysTried = 8
  /// A node's sealing secrets, and its own secrets: the present one first, then those of 63
  /// rotations
  /// or epochs before: 40 µs each for every grant.
  static let sealingSecretsTried = 64
  /// Grants without a body that a book remembers, 8 bytes each; above, what stands behind them
  /// stays unknown.
  static let missingGrantsKept = 65_536
  /// Grants that need a pre-shared key, and grants with a defect, that a book can name.
  static let grantsNamed = 64
  /// Keys of one log that came by history and are kept, some 100 bytes each with their place:
  /// 1.6 MB for an author who does nothing but give keys away.
  public static let historyKeys = 16_384
  /// Keys of one grant or record from history that are tried: an honest author gives one, however
  /// often.
  static let historyKeysTried = 4
  /// Padded metadata of a grant, padded content of a history entry: a name of 511 members takes
  /// 511 × 33 bytes and the member lines 512 × 85, together 60,400, which pads to 61,440.
  static let metadataBytes = 65_536
  /// The least length of a padded plaintext.
  static let leastPaddedBytes = 256
  /// The largest Padmé length that fits a body of 1 MiB with its 56 bytes of overhead: 63 × 16,384.
  static let paddedBytes = 1_032_192
  /// A record, or a chunk of an attachment: `paddedBytes` less the padding's first byte.
  public static let recordBytes = paddedBytes - 1
  /// A disclosure: a body of 1 MiB in Base64 takes 1,398,104 bytes; 64 hashes, a leaf and a note of
  /// 32 KiB fit into the rest.
  public static let disclosureBytes = 3 << 19
  /// How many grants an "unknown yet" names: enough to fetch, few enough to carry.
  static let missingGrantsNamed = 16
}
