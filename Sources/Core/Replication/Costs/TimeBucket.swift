/// Measured time that refills: it begins full, and may be taken below nothing, by as much as it
/// holds.
struct TimeBucket {
  /// Nanoseconds: as many as microseconds a second in a millisecond.
  private var level = Int64(0)
  private var at: UInt64?

  /// - Returns: whether there was too much.
  mutating func take(_ microseconds: UInt64, perSecond: UInt64, _ now: UInt64) -> Bool {
    let most = Int64(clamping: perSecond * Limits.idleBurstMilliseconds)
    if let last = at {
      let passed = min(now - min(now, last), Limits.idleBurstMilliseconds)
      level = min(most, level + Int64(clamping: perSecond * passed))
    } else {
      level = most
    }
    at = max(now, at ?? now)
    level -= Int64(clamping: min(microseconds, Limits.longestMessageMicroseconds) * 1_000)
    // One who took very much at once is not paid for by those who come later.
    level = max(level, -most)
    return level < 0
  }

  /// Gives back time that somebody took who is charged otherwise from now on.
  mutating func giveBack(_ microseconds: UInt64, perSecond: UInt64) {
    let most = Int64(clamping: perSecond * Limits.idleBurstMilliseconds)
    let given = Int64(clamping: min(microseconds, Limits.longestMessageMicroseconds) * 1_000)
    level = min(most, level + given)
  }

  /// Fills the bucket as if nothing was taken.
  mutating func refill() { (level, at) = (0, nil) }
}

/// Time that was taken lately: half as much counts after each ten seconds.
struct RecentTime {
  private var microseconds: UInt64 = 0
  private var at: UInt64 = 0

  func value(_ now: UInt64) -> UInt64 {
    let halvings = (now - min(now, at)) / Limits.idleBurstMilliseconds
    return halvings < 64 ? microseconds >> halvings : 0
  }

  mutating func add(_ more: UInt64, _ now: UInt64) {
    let halvings = (now - min(now, at)) / Limits.idleBurstMilliseconds
    microseconds = value(now) + min(more, Limits.longestMessageMicroseconds)
    at = halvings < 64 ? at + halvings * Limits.idleBurstMilliseconds : now
  }

  mutating func clear() { microseconds = 0 }
}

/// Why messages of a peer, or of one log of it, are left unread; and how long the next time.
struct UnreadState {
  private(set) var until: UInt64 = 0
  private(set) var times: UInt64 = 0
  private var milliseconds: UInt64 = 0

  mutating func begin(_ now: UInt64) {
    let isAgain = times > 0 && now < until + Limits.unreadMaximumMilliseconds
    milliseconds =
      isAgain
      ? min(milliseconds * 2, Limits.unreadMaximumMilliseconds) : Limits.unreadMilliseconds
    until = now + milliseconds
    times += 1
  }
}
