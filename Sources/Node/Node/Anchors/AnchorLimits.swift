/// Every limit of anchors (Protocols/hub.md, 9).
enum AnchorLimits {
  /// Connections at once: the hub's, and one that it left.
  static let sessions = 2
  /// One message without its NUL: names, two hashes and an origin, five times.
  static let messageBytes = 4_096
  static let pipelinedBytes = 4_096
  static let outputBytes = 64 << 10
  /// Anchors at once, and then one in so long: at most 294 entries a day, of which a hub makes 144.
  static let burst = 6
  static let everyMilliseconds: UInt64 = 300_000
  /// Local logs of one epoch: a hub has one.
  static let localLogs = 64
  /// Three intervals of ten minutes.
  static let overdueMinutes: UInt64 = 30
  static let minuteMilliseconds: UInt64 = 60_000
  /// Control entries that one turn looks back over, 16 bytes each, and anchors among them that it
  /// reads.
  static let entriesOfTurn = 1_024
  static let anchorsOfTurn = 16
}
