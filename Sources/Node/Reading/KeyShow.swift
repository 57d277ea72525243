/// Asks the reader socket for one entry, opened with a key that was passed on.
public struct KeyShowRequest: Encodable, Hashable, Sendable {
  /// `nl/1/17`
  public var entry: String
  /// 64 hexadecimal digits.
  public var key: String

  /// Checks nothing.
  public init(entry: String, key: String) {
    self.entry = entry
    self.key = key
  }
}

/// The part of `Show` that a reader needs of such an entry.
public struct KeyShown: Decodable, Hashable, Sendable {
  /// The log's id, 64 hexadecimal digits.
  public var log: String
  /// 64 hexadecimal digits.
  public var leafHash: String
  /// Unix ms, the author's claim.
  public var time: UInt64
  /// Days since 1970-01-01; 0: it does not expire.
  public var expiryDay: UInt16
  /// At or above a freeze.
  public var disputed: Bool
  /// Above the end of its epoch.
  public var late: Bool
  /// `opened`, or why it is not.
  public var opening: String
  /// Its exact text, where it is opened.
  public var record: String?
}
