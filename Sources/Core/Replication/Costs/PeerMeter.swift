/// The buckets of one peer. They outlive its sessions: a reconnect gives no new allowance.
struct PeerMeter {
  var buckets: [Rate: TokenBucket] = [:]
  var idle = IdleMeter()
  /// How often each rate held something, and until when it does.
  var holds: [Rate: UInt64] = [:]
  var heldUntil: [Rate: UInt64] = [:]
}

/// The holds of one rate, for `status`.
public struct HeldRate: Hashable, Sendable {
  public var rate: Rate
  /// The limit: bytes or messages in a second, or microseconds for `answeringTime`.
  public var perSecond: UInt64
  /// Since the start.
  public var times: UInt64
  public var isHolding: Bool
}
