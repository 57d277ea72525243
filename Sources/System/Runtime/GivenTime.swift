/// Time that passes when somebody says so, for loops whose timers are not to be waited for. All
/// loops that share it see the same.
public final class GivenTime: Sendable {
  private let wallAtStart = SystemClock().wallMilliseconds
  private let passed = Monitor<UInt64>(0)

  public init() {}

  /// A steady clock is not at its beginning when a process starts.
  private static let start: UInt64 = 1_000_000

  var monotonicMilliseconds: UInt64 { passed.withLock { GivenTime.start + $0 } }
  var wallMilliseconds: UInt64 { passed.withLock { wallAtStart + $0 } }

  public func pass(milliseconds: UInt64) { passed.withLock { $0 += milliseconds } }
}
