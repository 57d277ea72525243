/// How many entries came in the last whole second.
struct ArrivalRate {
  private var last: (total: UInt64, at: UInt64)?
  private(set) var perSecond: UInt64 = 0

  /// - Parameters:
  ///   - total: entries that are here.
  ///   - now: steady milliseconds.
  mutating func note(_ total: UInt64, at now: UInt64) {
    guard let before = last else {
      last = (total, now)
      return
    }
    let passed = now - min(now, before.at)
    guard passed >= 1_000 else { return }
    let came = total - min(total, before.total)
    perSecond = came.multipliedReportingOverflow(by: 1_000).partialValue / passed
    last = (total, now)
  }
}
