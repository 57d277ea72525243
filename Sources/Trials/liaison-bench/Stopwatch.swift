/// Wall time from a monotonic clock.
struct Stopwatch {
  private let start = ContinuousClock.now

  var seconds: Double { Stopwatch.seconds(ContinuousClock.now - start) }

  static func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}

/// Nanoseconds that one call of `body` takes: the best of several rounds, since whatever else runs
/// on the machine only ever adds.
///
/// - Parameter body: returns something of its result, so that it cannot be left out.
func nanoseconds(rounds: Int = 5, _ body: () -> Int) -> Double {
  var calls = 1
  var elapsed = 0.0
  var sink = 0
  while elapsed < 0.02 {
    calls *= 2
    let watch = Stopwatch()
    for _ in 0..<calls { sink &+= body() }
    elapsed = watch.seconds
  }
  var best = elapsed
  for _ in 0..<rounds {
    let watch = Stopwatch()
    for _ in 0..<calls { sink &+= body() }
    best = min(best, watch.seconds)
  }
  Sink.swallow(sink)
  return best / Double(calls) * 1e9
}

/// Where results go that nobody looks at.
enum Sink {
  @inline(never)
  static func swallow(_ value: Int) { withExtendedLifetime(value) {} }
}

extension [Double] {
  /// The smallest member that at least `share` of them do not exceed; 0 of nothing.
  func quantile(_ share: Double) -> Double {
    guard !isEmpty else { return 0 }
    let sorted = self.sorted()
    let rank = Int((Double(count) * share).rounded(.up))
    return sorted[Swift.min(Swift.max(rank, 1), count) - 1]
  }
}
