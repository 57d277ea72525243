internal import CLinux
internal import Glibc

/// Tells systemd of the service's state: sd_notify's protocol, a datagram of `NAME=value` lines to
/// `$NOTIFY_SOCKET`. Without that variable every call does nothing.
public final class ServiceManager {
  private let socket: Descriptor?
  private let address: SocketAddress?
  /// How often the service manager wants to hear of the service, nil when it does not watch
  /// (WATCHDOG_USEC).
  public let watchdogMilliseconds: UInt64?

  /// Reads the variables once; systemd sets them for one process.
  public convenience init() {
    self.init(
      notifySocket: Environment.value("NOTIFY_SOCKET"),
      watchdogMicroseconds: Environment.value("WATCHDOG_USEC"),
      watchdogProcess: Environment.value("WATCHDOG_PID"))
  }

  init(notifySocket: String?, watchdogMicroseconds: String?, watchdogProcess: String?) {
    let path = notifySocket.flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
    address = path.flatMap { try? SocketAddress(unixPath: $0) }
    socket = address == nil ? nil : try? Descriptor.datagramSocket()
    let isForUs = watchdogProcess == nil || watchdogProcess == "\(getpid())"
    watchdogMilliseconds =
      isForUs ? watchdogMicroseconds.flatMap { UInt64($0) }.map { max($0 / 1_000, 1) } : nil
  }

  /// - Parameter status: one line: control characters become spaces, and no more than
  ///   `Limits.statusBytes` / 4 characters are sent.
  public func ready(status: String) { send("READY=1\nSTATUS=\(Self.line(status))") }

  /// Sent as the stop begins, so that systemd waits instead of restarting.
  public func stopping() { send("STOPPING=1") }

  /// One line for `systemctl status`, cut as in `ready`.
  public func status(_ text: String) { send("STATUS=\(Self.line(text))") }

  /// Before a reload; `ready` ends it.
  public func reloading(clock: SystemClock) {
    send("RELOADING=1\nMONOTONIC_USEC=\(clock.monotonicNanoseconds / 1_000)")
  }

  /// Due more often than `watchdogMilliseconds`, else systemd kills the service.
  public func keepAlive() { send("WATCHDOG=1") }

  /// Keeps the watchdog content from the loop's own timers, at half its interval, while
  /// `isHealthy`: a loop that hangs, or a service that says it is not well, is restarted.
  public func watch(loop: EventLoop, isHealthy: @escaping () -> Bool = { true }) {
    guard let watchdogMilliseconds, socket != nil else { return }
    if isHealthy() { keepAlive() }
    loop.schedule(afterMilliseconds: max(watchdogMilliseconds / 2, 1)) { [self, unowned loop] in
      watch(loop: loop, isHealthy: isHealthy)
    }
  }

  /// One line, bounded.
  private static func line(_ text: String) -> String {
    let kept = text.unicodeScalars.lazy.map { $0.value < 32 ? " " : Character($0) }
    return String(String(kept).prefix(Limits.statusBytes / 4))
  }

  private func send(_ text: String) {
    guard let socket, let address else { return }
    let bytes = Array(text.utf8)
    // Lost when the service manager does not listen: there is nobody else to tell.
    _ = unsafe liaison_sendto(
      socket.raw, bytes, bytes.count, address.bytes, UInt32(address.bytes.count))
  }
}
