public import Varlink

/// `org.liaison.Node.Disclose`: the key of one record.
public struct DiscloseRequest: Codable, Hashable, Sendable, CallParameters {
  /// `entry` is required.
  public static let names = ["entry", "proof"]

  /// `nl/1/17`
  public var entry: String
  /// The whole disclosure is wanted (Protocols/disclosure.md); nil: false.
  public var proof: Bool?

  /// - Parameter entry: `nl/1/17`.
  public init(entry: String, proof: Bool? = nil) {
    self.entry = entry
    self.proof = proof
  }
}

/// The names of the entry, and the key that opens it.
public struct DiscloseReply: Codable, Hashable, Sendable {
  /// `nl/1/17`
  public var entry: String
  /// The log's id, 64 hexadecimal digits.
  public var log: String
  /// The place in the log.
  public var index: UInt64
  /// The leaf's hash, 64 hexadecimal digits.
  public var leaf: String
  /// The key of this record alone, 64 hexadecimal digits.
  public var key: String
  /// The text of the disclosure; nil where it was not asked for.
  public var file: String?

  /// The file is added where it was asked for.
  public init(entry: String, log: String, index: UInt64, leaf: String, key: String) {
    self.entry = entry
    self.log = log
    self.index = index
    self.leaf = leaf
    self.key = key
  }
}
