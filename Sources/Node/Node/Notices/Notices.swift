import Log
import Runtime

/// The node's words to its operators: lines of the log, counters, and the warnings of `status`. All
/// parts of a node share it.
final class Notices {
  let logger: Logger
  /// When this run began: Unix ms.
  let startedAt: UInt64
  private let clock: SystemClock
  private(set) var counters = Counters()
  private var lines = LogLineLimit()
  /// Matters that an operator must look into, by kind and peer: the wall clock's time for reading,
  /// the steady one's for ending.
  private var warnings: [String: (at: UInt64, since: UInt64, text: String)] = [:]

  init(_ logger: Logger, _ clock: SystemClock) {
    self.logger = logger
    self.clock = clock
    startedAt = clock.wallMilliseconds
  }

  private var now: UInt64 { clock.monotonicMilliseconds }

  func count(_ name: String, _ amount: UInt64 = 1) { counters.add(name, amount) }

  /// A line of the log that a peer can bring about: now and then.
  func say(_ level: LogLevel, _ kind: String, _ text: String) {
    if let line = lines.line(kind, text, at: now) { logger.log(level, line) }
  }

  /// Says and counts what failed though nothing outside was wrong.
  func attempt(_ what: String, _ body: () throws -> Void) {
    do { try body() } catch {
      count("node.internal-errors")
      logger.warning("\(what): \(error)")
    }
  }

  // MARK: Warnings

  /// An operator must look into it; the newest of each kind and peer stays in `status` for a day.
  func warn(_ key: String, _ text: String) {
    say(.error, key, text)
    warnings[key] = (clock.wallMilliseconds, now, text)
    if warnings.count > NodeLimits.warningsKept,
      let oldest = warnings.min(by: { ($0.value.since, $0.key) < ($1.value.since, $1.key) })
    {
      warnings[oldest.key] = nil
    }
  }

  /// The operator has done what was to be done.
  func settle(_ key: String) { warnings[key] = nil }

  /// The text of a warning that stands.
  func warning(_ key: String) -> String? { warnings[key]?.text }

  /// The warnings of the last day, the oldest first.
  var recentWarnings: [String] {
    warnings.values
      .filter { now - min(now, $0.since) < NodeLimits.warningMilliseconds }
      .sorted { ($0.since, $0.text) < ($1.since, $1.text) }
      .map { "\(UTCTime.text(milliseconds: $0.at)): \($0.text)" }
  }
}
