/// The statements of the anchors on a consultation log (Protocols/audit.md, 9).
public struct LooksSummary: Sendable, Hashable {
  /// The consultation log's origin.
  public let looksOrigin: String
  /// The origin of the log that holds the anchors.
  public let origin: String
  /// Entries of the consultation log, its first one left out.
  public let looks: UInt64
  /// Anchors in the node's log that are of this consultation log.
  public internal(set) var anchors: UInt64 = 0
  /// Looks under an anchor that a node of a given card cosigned.
  public internal(set) var bound: UInt64 = 0
  /// Looks that nobody but the node vouches for (audit.md, AUD-40).
  public var unbound: UInt64 { looks - min(bound, looks) }
  /// Entries of the node's log that such a node cosigned.
  public internal(set) var cosignedSize: UInt64 = 0
  /// Unix ms, as the node claims.
  public internal(set) var firstTime: UInt64?
  /// As `firstTime`, of the last anchor.
  public internal(set) var lastTime: UInt64?
  /// Times between two anchors that are longer than three intervals, and in all.
  public internal(set) var gaps: [AnchorGap] = []
  /// How many there are, those that are not listed too.
  public internal(set) var gapCount: UInt64 = 0
}

/// A time without an anchor.
public struct AnchorGap: Sendable, Hashable {
  /// Indices of the anchors at its ends.
  public let from: UInt64
  /// The anchor after the gap.
  public let to: UInt64
  /// Negative: the time goes back.
  public let milliseconds: Int64
}
