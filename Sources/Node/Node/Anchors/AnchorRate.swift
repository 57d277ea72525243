/// How often an anchor is taken (HUB-67): some at once, then one in a while. By a steady clock.
struct AnchorRate {
  private var left = AnchorLimits.burst
  /// Since when the next one grows.
  private var since: UInt64?

  /// - Returns: nil: it may be published. Else the seconds, at least 1, after which one may be.
  mutating func take(at now: UInt64) -> UInt64? {
    let every = AnchorLimits.everyMilliseconds
    if let since {
      let grown = (now - min(now, since)) / every
      left = min(AnchorLimits.burst, left + Int(clamping: grown))
      self.since = left == AnchorLimits.burst ? nil : since + grown * every
    }
    guard left > 0 else {
      let waited = now - min(now, since ?? now)
      return (every - min(waited, every - 1) + 999) / 1_000
    }
    left -= 1
    if since == nil { since = now }
    return nil
  }
}
