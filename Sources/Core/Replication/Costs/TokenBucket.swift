/// A token bucket that lends: what came or went is taken whole, and the next waits until the debt
/// is paid.
struct TokenBucket {
  /// Thousandths of a token; below 0 it is in debt.
  private var level: Int64 = 0
  private var at: UInt64?

  /// Fills up by the time that passed. A rate that was changed counts from here on.
  private mutating func fill(_ perSecond: UInt64, _ now: UInt64) {
    let most = Int64(clamping: perSecond * Limits.rateBurstMilliseconds)
    guard let last = at else {
      level = most
      at = now
      return
    }
    at = max(last, now)
    // More time than this cannot matter, and the product stays far below 2^63.
    let span = Limits.rateBurstMilliseconds + Limits.rateDebtMilliseconds
    level = min(most, level + Int64(perSecond * min(now - min(last, now), span)))
  }

  /// - Returns: when the debt is paid; nil without one.
  mutating func take(_ tokens: Int, perSecond rate: UInt64, _ now: UInt64) -> UInt64? {
    let perSecond = min(max(rate, 1), Limits.rateMaximum)
    fill(perSecond, now)
    // Nobody is held longer than that: a peer that is not read for long would count as silent.
    let least = -Int64(perSecond * Limits.rateDebtMilliseconds)
    level = max(least, level - Int64(tokens) * 1_000)
    guard level < 0 else { return nil }
    let rest = UInt64(-level)
    return now + (rest + perSecond - 1) / perSecond
  }
}
