/// Every limit of a record (Protocols/records.md, REC-10). All of them together lie under the
/// 65,536 bytes that a record may have; each one for itself keeps a reader's work on one field
/// small.
public enum RecordLimits {
  /// Names, places, marks of a person: 1,000 bytes are 250 characters of any script.
  public static let textBytes = 1_000
  /// Notes, summaries, questions: half of a record, so that the other half is left for what it is
  /// about.
  static let longTextBytes = 32_768
  /// Numbers and addresses of any kind. Longer than any that is issued: a wallet has 128
  /// characters.
  public static let identifierBytes = 256
  /// Words of lists, codes, kinds.
  static let codeBytes = 64
  /// Three lines of 30, two of 44, and line ends of two bytes.
  public static let zoneBytes = 96

  /// Names of one person: the longest list of aliases known has some 30.
  public static let names = 256
  /// Dates of birth, nationalities, addresses, numbers, topics, warnings, lists of a code each.
  public static let values = 64
  /// Persons of a journey, those who met, those whom a payment passed.
  public static let parties = 256
  /// A booking has at most 16; a route that was pieced together has more.
  public static let legs = 64
  /// References of one record.
  public static let references = 256
  /// Files of one record.
  public static let attachments = 32

  /// Digits before the point, and behind it: a token of 18 decimals.
  static let amountDigits = 18
  /// A log's indices (Protocols/entry.md, ENT-4).
  static let entryIndices = 0...(Int.max - 1)
  /// The longest term of a consent (REC-77).
  public static let consentDays = 90
  /// Members of a group: as many as one grant has slots.
  static let groupMembers = 512
  /// Versions of a group.
  static let groupVersions = 1...Int(UInt32.max)
  /// Parts of an answer.
  static let answerParts = 1...9_999
  /// One file: a photograph or a scan, and no film.
  public static let attachmentBytes = 64 << 20
  /// One chunk of a file: all that fits a sealed body (Protocols/sealing.md, SEAL-5).
  public static let chunkBytes = 1_032_191
  /// 66, of a file of `attachmentBytes`: also the most ranges of one, each chunk for itself.
  public static let attachmentChunks = (attachmentBytes + chunkBytes - 1) / chunkBytes
  /// A log has at most 2^40 entries.
  static let lastIndex: UInt64 = 1 << 40

  /// Problems that are told of one record. Who wrote more than that has another problem.
  public static let problems = 64
  /// Words of one record that are indexed: half of its bytes, one letter and one space each, would
  /// be 32,768.
  public static let words = 8_192
  /// Longer words are no words: they are cut.
  public static let wordCharacters = 64
}
