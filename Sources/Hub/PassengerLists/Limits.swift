/// Every limit of a list (Protocols/lists.md, 7). A reader holds one chunk, its text, one line and
/// what was put back: together less than a mebibyte, whatever comes.
public enum ListLimits {
  /// Bytes that are read at once. UTF-16 and code pages become at most three times as long.
  public static let chunkBytes = 65_536
  /// The head in which encoding, separator and header are looked for: 20 lines of 3 KiB.
  public static let headBytes = 65_536
  /// Titles, addresses and notices that stand above a header.
  static let headLines = 20
  /// One of so many fields of a header is known: a passenger may be called as a column.
  static let headerShare = 3
  /// Lines of the head that are asked for one number of fields.
  static let comparedLines = 200
  /// Code units of a head that are looked through for zero bytes.
  static let zeroPairs = 2_048

  /// The longest remark is some hundred characters; names have at most a few hundred.
  public static let fieldBytes = 4_096
  /// 200 columns of 327 bytes.
  public static let lineBytes = 65_536
  /// Exports of reservation systems have up to a hundred.
  public static let columns = 200
  /// An address in one field has four or five.
  static let quotedLineBreaks = 8
  /// Words in a header are short; what is longer is none.
  public static let headerBytes = 200

  /// A list of this many non-ASCII lines that are UTF-8, and more of them than others, is UTF-8.
  static let convincingLines = 4

  /// The longest segment of the guide, NAD, has some 500.
  public static let segmentBytes = 4_096
  /// Components of one segment: NAD has 40.
  public static let components = 128
  /// Flights, dates and counts in titles: words of one line.
  static let titleWords = 64
  /// Warnings about counts; a hostile list has a million messages.
  public static let warnings = 32
  /// Text of a list in a sentence.
  static let shownCharacters = 40
  /// Headers in a question.
  static let shownHeaders = 30

  /// Nobody who was born before travels.
  static let firstBirthYear = 1_880
}
