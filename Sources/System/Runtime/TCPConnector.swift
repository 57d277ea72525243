internal import CLinux
internal import Glibc

/// Connects to one address without ever blocking the loop.
public enum TCPConnector {
  /// `completion` comes once, on the loop, never from inside this call. Set the connection's
  /// callbacks in it.
  /// - Parameter name: what errors call it; nil: the address.
  @discardableResult
  public static func connect(
    loop: EventLoop, to address: SocketAddress, named name: String? = nil,
    timeoutMilliseconds: UInt64,
    completion: @escaping (Result<Connection, SystemError>) -> Void
  ) -> PendingConnect {
    let pending = PendingConnect(
      loop: loop, name: name ?? address.description, completion: completion)
    pending.start(address, timeoutMilliseconds: timeoutMilliseconds)
    return pending
  }
}

/// A connect under way; need not be kept.
public final class PendingConnect: EventHandler {
  private unowned let loop: EventLoop
  private let name: String
  private var completion: ((Result<Connection, SystemError>) -> Void)?
  private var timer: TimerID?
  private var descriptor: Descriptor?
  private var id: UInt64 = 0

  init(
    loop: EventLoop, name: String,
    completion: @escaping (Result<Connection, SystemError>) -> Void
  ) {
    self.loop = loop
    self.name = name
    self.completion = completion
  }

  /// `completion` is not called any more.
  public func cancel() {
    completion = nil
    release()
  }

  func start(_ address: SocketAddress, timeoutMilliseconds: UInt64) {
    // The timer and the loop's registration keep this object; `release` ends both.
    timer = loop.schedule(afterMilliseconds: timeoutMilliseconds) { [self] in
      finish(.failure(SystemError(number: ETIMEDOUT, call: "connect", detail: name)))
    }
    do throws(SystemError) {
      let descriptor = try Descriptor.streamSocket(family: address.family, isBlocking: false)
      // Connected at once or not, the socket becomes writable and is looked at then.
      _ = try descriptor.connect(address, named: name)
      id = loop.nextID()
      try loop.add(self, descriptor, id: id, reading: false, writing: true)
      self.descriptor = descriptor
    } catch {
      // Later in the round, so that the caller of `connect` has returned.
      loop.schedule(afterMilliseconds: 0) { [self] in finish(.failure(error)) }
    }
  }

  func handle(_ readiness: Readiness) {
    guard let descriptor else { return }
    loop.remove(descriptor, id: id)
    self.descriptor = nil
    do throws(SystemError) {
      try descriptor.takeError("connect", name)
      let own = try SocketAddress(of: descriptor, isPeer: false)
      let peer = try SocketAddress(of: descriptor, isPeer: true)
      // TCP lets a socket meet itself when the kernel picks the wanted port as its own: nobody
      // listens there.
      if own == peer { throw SystemError(number: ECONNREFUSED, call: "connect", detail: name) }
      finish(.success(try Connection(loop: loop, descriptor: descriptor)))
    } catch {
      finish(.failure(error))
    }
  }

  private func finish(_ result: Result<Connection, SystemError>) {
    let completion = completion
    self.completion = nil
    release()
    completion?(result)
  }

  private func release() {
    if let timer { loop.cancel(timer) }
    timer = nil
    if let descriptor { loop.remove(descriptor, id: id) }
    descriptor = nil
  }
}
