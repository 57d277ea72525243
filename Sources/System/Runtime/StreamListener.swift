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

/// Listens on `HOST:PORT`, IPv4 or `[IPv6]`, digits only; on `[::]` for IPv4 too, and for IPv4
/// alone where the kernel has no IPv6. The loop keeps it until `close`.
public final class TCPListener {
  /// The address it is bound to, with the port that the kernel chose for port 0.
  public let localAddress: String
  private let listener: StreamListener

  /// - Throws: EINVAL for what is no address; of `bind` and `listen` with the address.
  public init(
    loop: EventLoop, address: String, onAccept: @escaping (Connection) -> Void
  ) throws(SystemError) {
    guard let socketAddress = try SocketAddress.resolve(address, numericOnly: true).first else {
      throw SystemError(number: EINVAL, call: "address", detail: address)
    }
    let descriptor: Descriptor
    do throws(SystemError) {
      descriptor = try TCPListener.listen(on: socketAddress, named: address)
    } catch {
      // "Everywhere" is IPv4 alone where the kernel has no IPv6.
      guard socketAddress.isEverywhere, TCPListener.lacksIPv6.contains(error.number),
        let port = try? SocketAddress.split(address).port,
        let other = try? SocketAddress.resolve("0.0.0.0:\(port)", numericOnly: true).first
      else { throw error }
      descriptor = try TCPListener.listen(on: other, named: "0.0.0.0:\(port)")
    }
    localAddress = try SocketAddress(of: descriptor, isPeer: false).description
    listener = try StreamListener(loop: loop, descriptor: descriptor, onAccept: onAccept)
  }

  private static let lacksIPv6 = [EAFNOSUPPORT, EADDRNOTAVAIL]

  private static func listen(
    on address: SocketAddress, named name: String
  ) throws(SystemError) -> Descriptor {
    let descriptor = try Descriptor.streamSocket(family: address.family, isBlocking: false)
    descriptor.setReuseAddress()
    // Whatever net.ipv6.bindv6only says: "[::]" takes IPv4 too.
    if address.isEverywhere { descriptor.acceptBothFamilies() }
    try descriptor.bind(address, named: name)
    try descriptor.listen(named: name)
    return descriptor
  }

  /// Stops listening; connections that were accepted go on.
  public func close() { listener.close() }
}
