/// Limits of this module (Protocols/records.md, REC-63).
public enum GroupLimits {
  /// Members of a version: the slots of one grant (512), and 61 kB of a record of 64 KiB.
  public static let members = 512
  /// Text of a title, in bytes: as REC-10 has it.
  static let titleBytes = 1_000
  /// Purposes that are kept: the words there are, and as many of later versions.
  static let purposes = 10
  /// Groups of one convener, and of all: a newest version of 512 members takes 30 kB, so 31 MB.
  static let groupsOfConvener = 64
  static let groups = 1_024
  /// Numbers and hashes of versions that are kept of one group, 56 bytes each; those of the highest
  /// numbers.
  static let versionsKept = 64
  /// An acceptance: 2 lines of 160 bytes at most, and 108 for each member.
  public static let acceptanceBytes = 64 << 10
}
