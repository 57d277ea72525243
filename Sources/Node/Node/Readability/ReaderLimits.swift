/// Every limit of the reader socket (Protocols/readability.md, 6).
public enum ReaderLimits {
  /// Connections at once; one more is refused.
  public static let sessions = 8
  /// Changes on one page, and the sum of their records' bytes.
  static let pageChanges = 512
  /// One record is always told, whatever its length.
  public static let pageBytes = 512 << 10
  /// Entries that a page reads first; then twice as many each time, up to 256.
  static let entriesAtFirst: UInt64 = 16
  /// One message without its NUL: a cursor of 16,000 logs has 1.4 MB.
  public static let messageBytes = 4 << 20
  /// Pipelined input kept while a call is being answered; then reading pauses.
  public static let pipelinedBytes = 64 << 10
  /// Output waiting for a client before pages pause.
  public static let outputBytes = 1 << 20
  /// More output than this closes the connection: a page of records that double when they are
  /// escaped, and what waits before it.
  static let outputMostBytes = 4 << 20
}
