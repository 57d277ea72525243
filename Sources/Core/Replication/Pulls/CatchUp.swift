public import Log

/// How far a log of which something is missing has come.
public struct CatchUp: Sendable, Equatable {
  /// Entries that are durable here.
  public var held: UInt64
  /// The most that a connected peer announced, whom nothing contradicts; never above a freeze or
  /// the end of the epoch. It is a peer's word until the entries are here.
  public var total: UInt64
  /// Entries that became durable here in a second: the mean of the last five seconds, or since the
  /// log began to be fetched. It goes down to 0 when nothing comes.
  public var entriesPerSecond: UInt64
  /// Sessions that are asked for parts of it now.
  public var sources: Int

  /// The time left at that rate; nil at 0.
  public var secondsLeft: UInt64? {
    guard entriesPerSecond > 0, total > held else { return nil }
    return (total - held - 1) / entriesPerSecond + 1
  }
}

/// Sizes of a log at times of the last seconds.
struct ProgressMeter {
  private var marks: [(at: UInt64, size: UInt64)] = []

  mutating func note(_ size: UInt64, _ now: UInt64) {
    if let last = marks.last, now < last.at + Limits.meterStepMilliseconds { return }
    marks.append((now, size))
    // One mark stays that is older than what is looked at: the mean begins there.
    while marks.count > 1, marks[1].at + Limits.meterMilliseconds <= now { marks.removeFirst() }
  }

  /// Entries a second up to `size` now.
  func rate(_ size: UInt64, _ now: UInt64) -> UInt64 {
    let base = marks.last { $0.at + Limits.meterMilliseconds <= now } ?? marks.first
    guard let base, size > base.size else { return 0 }
    return (size - base.size) * 1_000 / max(now - base.at, Limits.meterStepMilliseconds)
  }
}

extension Replicator {
  mutating func measure(_ log: LogID, _ now: UInt64) {
    let held = logs[held: log].durable.size
    if highestKnown(of: log) > held {
      logs[held: log].meter.note(held, now)
    } else {
      logs[held: log].meter = ProgressMeter()
    }
  }

  /// The progress in closing the gap of `log`; nil when nothing is known to be missing.
  ///
  /// - Parameter now: on the clock that `step` is given.
  public func catchUp(of log: LogID, now: UInt64) -> CatchUp? {
    guard let progress = logs[log] else { return nil }
    let held = progress.durable.size
    let total = highestKnown(of: log)
    guard total > held else { return nil }
    return CatchUp(
      held: held, total: total, entriesPerSecond: progress.meter.rate(held, now),
      sources: Set(progress.fetch.pieces.lazy.map(\.pull).filter { !$0.isOver }.map(\.session))
        .count)
  }
}
