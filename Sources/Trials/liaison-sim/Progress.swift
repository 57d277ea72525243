import CommandLine

/// The progress line, where closures can show it.
final class Progress {
  private var line = ProgressLine()

  /// Runs a campaign, and shows meanwhile how much of it is done.
  /// - Parameters:
  ///   - noun: what is counted.
  ///   - run: is given what a campaign calls with each count.
  /// - Returns: what came of it, and how long it took.
  static func follow<Outcome>(
    _ noun: String, _ run: (@escaping (Int) -> Void) -> Outcome
  ) -> (outcome: Outcome, seconds: Double) {
    let progress = Progress()
    let start = ContinuousClock.now
    let outcome = run { progress.line.show("\($0) \(noun) …") }
    progress.line.clear()
    return (outcome, (ContinuousClock.now - start).inSeconds)
  }
}

extension Duration {
  var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}
