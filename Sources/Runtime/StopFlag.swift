/// Tells long work on another thread that nobody wants it any more.
public final class StopFlag: Sendable {
  private let state = Monitor(false)

  public init() {}

  public func stop() { state.withLock { $0 = true } }
  public var isStopped: Bool { state.withLock { $0 } }
}
