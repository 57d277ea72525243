public import Varlink

/// `org.liaison.Node.RotateKeys`: replace some of the node's keys.
public struct RotateRequest: Codable, Hashable, Sendable {
  /// Replace the cosigning key.
  public var cosigning: Bool?
  /// Replace the sealing key.
  public var sealing: Bool?
  /// Replace the transport key.
  public var transport: Bool?

  /// One of them at least.
  public init(cosigning: Bool? = nil, sealing: Bool? = nil, transport: Bool? = nil) {
    self.cosigning = cosigning
    self.sealing = sealing
    self.transport = transport
  }
}

extension RotateRequest: CallParameters {
  /// None is required by itself.
  public static let names = ["cosigning", "sealing", "transport"]
}

/// The keys entry is durable, and the new card is the node's.
public struct RotateReply: Codable, Hashable, Sendable {
  /// `nl/1`
  public var origin: String
  /// The new card's.
  public var serial: UInt64
  /// The index of the keys entry.
  public var entry: UInt64
  /// The new card's text.
  public var card: String

  /// The outcome of one rotation.
  public init(origin: String, serial: UInt64, entry: UInt64, card: String) {
    self.origin = origin
    self.serial = serial
    self.entry = entry
    self.card = card
  }
}
