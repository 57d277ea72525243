internal import CLinux
internal import Glibc

/// The clocks of this machine, or of a test that moves them. Time is taken here and given to
/// everything else as an argument.
public struct SystemClock: Sendable {
  private let given: GivenTime?

  /// This machine's: each property asks the kernel.
  public init() { given = nil }

  /// Clocks that stand still while nobody moves `given` on. Processor time is this machine's all
  /// the same.
  public init(_ given: GivenTime) { self.given = given }

  /// CLOCK_MONOTONIC.
  public var monotonicNanoseconds: UInt64 {
    given.map { $0.monotonicMilliseconds * 1_000_000 } ?? liaison_nanoseconds(CLOCK_MONOTONIC)
  }
  /// CLOCK_MONOTONIC, rounded down.
  public var monotonicMilliseconds: UInt64 { monotonicNanoseconds / 1_000_000 }
  /// Processor time that this thread has used: it does not go on while others run.
  public var threadNanoseconds: UInt64 { liaison_nanoseconds(CLOCK_THREAD_CPUTIME_ID) }
  /// Milliseconds since 1970-01-01 UTC, by a clock that may jump.
  public var wallMilliseconds: UInt64 {
    given?.wallMilliseconds ?? liaison_nanoseconds(CLOCK_REALTIME) / 1_000_000
  }
}
