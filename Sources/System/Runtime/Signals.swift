internal import CLinux
internal import Glibc

/// A signal that the daemon handles.
public enum Signal: Int32, Sendable, CaseIterable {
  case hangUp = 1
  case interrupt = 2
  case terminate = 15
}

/// Signals as events of the loop (signalfd). SIGPIPE is ignored.
public final class Signals: EventHandler {
  private unowned let loop: EventLoop
  private let descriptor: Descriptor
  private let id: UInt64
  private let handler: (Signal) -> Void

  /// Make it before any other thread, on the main thread: a thread that does not block these
  /// signals would take them, and end the process. Lives as long as the loop.
  public init(
    loop: EventLoop, _ signals: [Signal] = Signal.allCases, handler: @escaping (Signal) -> Void
  ) throws(SystemError) {
    var mask: UInt64 = 0
    for signal in signals { mask |= 1 << UInt64(signal.rawValue) }
    liaison_ignore_pipe_signal()
    try check(liaison_block_signals(mask), "pthread_sigmask")
    descriptor = Descriptor(owning: try check(liaison_signalfd(mask), "signalfd"))
    self.loop = loop
    self.handler = handler
    id = loop.nextID()
    try loop.add(self, descriptor, id: id, reading: true, writing: false)
  }

  func handle(_ readiness: Readiness) {
    while true {
      let result = liaison_signalfd_take(descriptor.raw)
      guard result >= 0 else { return }
      if let signal = Signal(rawValue: Int32(result)) { handler(signal) }
    }
  }
}
