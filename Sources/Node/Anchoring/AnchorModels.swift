public import Varlink

/// The hub's request to publish an anchor; it holds nothing but hashes.
public struct AnchorRequest: Codable, Hashable, Sendable, CallParameters {
  /// All are required (Protocols/hub.md, HUB-66).
  public static let names = ["origin", "log", "commitment"]

  /// The log that the entry is meant for, `nl/1`: into another epoch's it must not go.
  public var origin: String
  /// The local log's id, 64 hexadecimal digits.
  public var log: String
  /// SHA-256(nonce ‖ checkpoint), 64 hexadecimal digits.
  public var commitment: String

  /// Checks nothing: the node refuses what is no hash.
  public init(origin: String, log: String, commitment: String) {
    self.origin = origin
    self.log = log
    self.commitment = commitment
  }
}

/// The anchor is durable here; partners get it as any entry.
public struct AnchorReply: Codable, Hashable, Sendable {
  /// `nl/1/17`, durable.
  public var entry: String

  /// - Parameter entry: `nl/1/17`.
  public init(entry: String) { self.entry = entry }
}
