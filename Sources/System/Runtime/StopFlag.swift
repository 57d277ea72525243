internal import Glibc

/// Tells long work on another thread that nobody wants it any more.
public final class StopFlag: Sendable {
  private let state = Monitor(false)

  /// Not stopped.
  public init() {}

  /// For work that begins anew.
  public func reset() { state.withLock { $0 = false } }
  /// Any thread; the work sees it when it looks next.
  public func stop() { state.withLock { $0 = true } }
  /// Looked at between pieces of work.
  public var isStopped: Bool { state.withLock { $0 } }

  /// The calling thread sleeps: for loops that look at a flag.
  public static func rest(milliseconds: UInt32) { usleep(milliseconds * 1_000) }
}
