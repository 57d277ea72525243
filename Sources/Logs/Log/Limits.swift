/// Every limit of this module, with its arithmetic. Protocols/entry.md and Protocols/log.md state
/// the same figures.
public enum LogLimits {
  /// A node name, in bytes.
  public static let nodeNameBytes = 32
  /// A convener's name for a group, in bytes: with name and number of a version, 76.
  public static let groupNameBytes = 32
  /// `<node name>/<epoch>`: 32 + 1 + 10 digits of a u32.
  public static let originBytes = nodeNameBytes + 1 + 10
  /// A body as stored. Larger things are several records.
  public static let bodyBytes = 1 << 20
  /// Index of the last entry that a log can have: its size, 2^63-1, still fits an Int.
  public static let lastIndex = UInt64(1) << 63 - 2
  /// Hashes in an inclusion path: one for each level of a tree of at most 2^63-1 leaves.
  public static let inclusionPathHashes = 63
  /// Hashes in a consistency proof: one for each level, and the node it starts from.
  public static let consistencyProofHashes = 64
  /// Signature lines of one note (Protocols/checkpoint.md, 1).
  static let noteSignatures = 100
  /// A signed note: 100 lines of at most 150 bytes and a card's text, rounded up.
  public static let noteBytes = 32 << 10
  /// A note's key name. An origin has at most 43 bytes; other people's tools may use longer names.
  static let noteKeyNameBytes = 255
  /// A card file.
  public static let cardBytes = 2 << 10
  /// A card as a file brings it: 3 bytes of a mark, a carriage return for each of 12 lines, and
  /// empty lines at the end.
  public static let cardFileBytes = cardBytes + 256
  /// How much higher than the one before a card's serial may be: who makes a card of the highest
  /// serial would otherwise make the last that anybody takes.
  public static let serialGrowth = UInt64(1) << 16
  /// A genesis or keys body: a card, and at most 337 bytes around it, rounded up. These are 19 of
  /// the first line, 9 + origin + 1 + 19 digits + twice 1 + 44 + 1 of `follows`, 55 of `opened-by`,
  /// a blank line and 99 of `signature`.
  public static let publicBodyBytes = cardBytes + 512
  /// Records that one withdrawal names.
  public static let withdrawnRecords = 1_024
  /// A withdrawal: 22 bytes, and for each record 7 + origin + 1 + 19 digits + 1.
  public static let withdrawalBytes = 22 + withdrawnRecords * (7 + originBytes + 1 + 19 + 1)
  /// An anchor: 18 of its first line, log id and commitment of 32 each, the anchor before.
  static let anchorBytes = 18 + 32 + 32 + 8
  /// Lines of one erasure receipt: a log each.
  public static let receiptLines = 4_096
  /// A line of an erasure receipt: salted log, index, leaf hash, expiry day.
  static let receiptLineBytes = 32 + 8 + 32 + 2
  /// An erasure receipt: 19 of its first line, its count, its lines: 303,125, below the 2^20 of a
  /// body.
  public static let receiptBytes = 19 + 2 + receiptLines * receiptLineBytes
  /// An address in a card: a host name of 253 bytes, a colon, 5 digits, 2 brackets.
  static let addressBytes = 253 + 1 + 5 + 2
  /// A checkpoint with nothing but its log's signature: 43+1 origin, 19+1 size, 44+1 root, blank
  /// line, and a signature line of 4 + 43 + 1 + 92 + 1 bytes: 251, rounded up.
  public static let checkpointBytes = 256
  /// An exhibit: a byte, leaf 216, position 8, a count and 63 * 32 of path, 2 and 256 of
  /// checkpoint.
  public static let exhibitBytes = 1 + 216 + 8 + 1 + inclusionPathHashes * 32 + 2 + checkpointBytes
  /// An encoded fork proof or fault: twice (leaf 216 + path 63 * 32 + checkpoint 256 + 8 of
  /// lengths) and 128 for the identity: 5,120, rounded up.
  public static let proofBytes = 6 << 10
}
