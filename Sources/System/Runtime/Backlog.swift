internal import Glibc

/// How much another thread was told and has not taken: a bound on what waits in a mailbox.
public final class Backlog: Sendable {
  private let count = Monitor(0)

  /// Nothing waits.
  public init() {}

  /// Called by who posts, before it posts.
  public func add() { count.withLock { $0 += 1 } }
  /// Called by who takes, for each `add`.
  public func taken() { count.withLock { $0 -= 1 } }

  /// Sleeps while `limit` or more wait.
  public func wait(below limit: Int, unless stop: StopFlag) {
    while count.withLock({ $0 }) >= limit, !stop.isStopped { StopFlag.rest(milliseconds: 1) }
  }
}
