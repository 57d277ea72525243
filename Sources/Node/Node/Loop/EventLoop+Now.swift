import Runtime

extension EventLoop {
  /// Milliseconds of a clock that only goes forward.
  var now: UInt64 { clock.monotonicMilliseconds }
  /// Unix ms: a claim, and for people.
  var wallNow: UInt64 { clock.wallMilliseconds }
}
