/// Signs of life on a session: what came, what is asked, and when silence ends it. SYNC-5.
struct Liveness {
  private(set) var lastReceivedAt: UInt64
  /// Nothing came since that ping; nil: none waits for its answer.
  private var pingedAt: UInt64?
  private var lastPingAt: UInt64
  /// The peer's pings since then.
  private var pingsSince: UInt64 = 0
  private var pings = 0

  init(_ now: UInt64) {
    lastReceivedAt = now
    lastPingAt = now
  }

  mutating func received(_ now: UInt64) {
    lastReceivedAt = now
    pingedAt = nil
  }

  /// - Parameter isHeard: its hello came.
  func silentAt(isHeard: Bool) -> UInt64 {
    lastReceivedAt + (isHeard ? Limits.silenceMilliseconds : Limits.helloMilliseconds)
  }

  /// The peer asks for life.
  /// - Returns: false when it does so too often.
  mutating func asked(_ now: UInt64) -> Bool {
    if now - min(now, pingsSince) >= Limits.pingAfterMilliseconds {
      pingsSince = now
      pings = 0
    }
    pings += 1
    return pings <= Limits.pingsAtOnce
  }

  /// When this side asks next; nil while an answer is waited for. A ping is due also when the other
  /// speaks all the time: it, too, must hear something within its time.
  var pingDueAt: UInt64? { pingedAt == nil ? lastPingAt + Limits.pingAfterMilliseconds : nil }

  /// This side asks in its turn.
  mutating func ask(_ now: UInt64) {
    pingedAt = now
    lastPingAt = now
  }

  /// This side asks out of turn, since another process of the peer came.
  mutating func askOutOfTurn(_ now: UInt64) { pingedAt = now }
}
