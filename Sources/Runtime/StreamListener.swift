internal import CLinux
internal import Glibc

let unixFamily = AF_UNIX

/// Accepts on a listening socket; what TCP and Unix listeners share.
final class StreamListener: EventHandler {
  private unowned let loop: EventLoop
  private let id: UInt64
  private var descriptor: Descriptor?
  private let onAccept: (Connection) -> Void
  private var rest: TimerID?

  init(
    loop: EventLoop, descriptor: Descriptor, onAccept: @escaping (Connection) -> Void
  ) throws(SystemError) {
    self.loop = loop
    self.descriptor = descriptor
    self.onAccept = onAccept
    id = loop.nextID()
    try loop.add(self, descriptor, id: id, reading: true, writing: false)
  }

  func handle(_ readiness: Readiness) {
    for _ in 0..<Limits.acceptsPerEvent {
      guard let descriptor else { return }
      do throws(SystemError) {
        guard let accepted = try descriptor.accept() else { return }
        // One that is gone already makes this fail; it concerns nobody.
        guard let connection = try? Connection(loop: loop, descriptor: accepted) else { continue }
        onAccept(connection)
      } catch {
        return takeRest()
      }
    }
  }

  /// No descriptor or memory left: the waiting connection would make an event for ever.
  private func takeRest() {
    guard let descriptor, rest == nil else { return }
    try? loop.change(descriptor, id: id, reading: false, writing: false)
    rest = loop.schedule(afterMilliseconds: Limits.acceptRestMilliseconds) { [weak self] in
      guard let self, let descriptor = self.descriptor else { return }
      self.rest = nil
      try? self.loop.change(descriptor, id: self.id, reading: true, writing: false)
    }
  }

  func close() {
    guard let descriptor else { return }
    if let rest { loop.cancel(rest) }
    loop.remove(descriptor, id: id)
    self.descriptor = nil
  }
}

/// Listens on `HOST:PORT`, IPv4 or `[IPv6]`, digits only. The loop keeps it until `close`.
public final class TCPListener {
  /// What it is bound to, with the port that the kernel chose for port 0.
  public let localAddress: String
  private let listener: StreamListener

  public init(
    loop: EventLoop, address: String, onAccept: @escaping (Connection) -> Void
  ) throws(SystemError) {
    guard let socketAddress = try SocketAddress.resolve(address, numericOnly: true).first else {
      throw SystemError(number: EINVAL, call: "address", detail: address)
    }
    let descriptor = try Descriptor.streamSocket(
      family: socketAddress.family, isBlocking: false)
    descriptor.setReuseAddress()
    try descriptor.bind(socketAddress, named: address)
    try descriptor.listen(named: address)
    localAddress = try SocketAddress(of: descriptor, isPeer: false).description
    listener = try StreamListener(loop: loop, descriptor: descriptor, onAccept: onAccept)
  }

  public func close() { listener.close() }
}
