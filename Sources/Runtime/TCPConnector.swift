internal import CLinux
internal import Glibc

/// Connects to `HOST:PORT` without ever blocking the loop.
public enum TCPConnector {
  /// Names are resolved on a worker thread; their addresses are tried one after the other. `completion` comes once, on
  /// the loop, never from inside this call; the timeout covers everything. Set the connection's callbacks in it.
  @discardableResult
  public static func connect(
    loop: EventLoop, to address: String, timeoutMilliseconds: UInt64,
    completion: @escaping (Result<Connection, SystemError>) -> Void
  ) -> PendingConnect {
    let pending = PendingConnect(loop: loop, address: address, completion: completion)
    pending.start(timeoutMilliseconds: timeoutMilliseconds)
    return pending
  }
}

/// A connect under way; need not be kept.
public final class PendingConnect: EventHandler {
  private unowned let loop: EventLoop
  private let address: String
  private var completion: ((Result<Connection, SystemError>) -> Void)?
  private var timer: TimerID?
  private var remaining: [SocketAddress] = []
  private var descriptor: Descriptor?
  private var id: UInt64 = 0

  init(
    loop: EventLoop, address: String,
    completion: @escaping (Result<Connection, SystemError>) -> Void
  ) {
    self.loop = loop
    self.address = address
    self.completion = completion
  }

  /// `completion` is not called any more.
  public func cancel() {
    completion = nil
    release()
  }

  func start(timeoutMilliseconds: UInt64) {
    // The timer and the loop's registration keep this object; `release` ends both.
    timer = loop.schedule(afterMilliseconds: timeoutMilliseconds) { [self] in
      finish(.failure(SystemError(number: ETIMEDOUT, call: "connect", detail: address)))
    }
    do throws(SystemError) {
      let numeric = try SocketAddress.resolve(address, numericOnly: true)
      if numeric.isEmpty {
        try Resolver.shared(on: loop).resolve(address) { [weak self] in self?.resolved($0) }
      } else {
        resolved(.success(numeric))
      }
    } catch {
      fail(error)
    }
  }

  private func resolved(_ result: Result<[SocketAddress], SystemError>) {
    guard completion != nil else { return }
    switch result {
    case .success(let addresses):
      remaining = addresses.reversed()
      tryNext(after: SystemError(number: EADDRNOTAVAIL, call: "getaddrinfo", detail: address))
    case .failure(let error):
      fail(error)
    }
  }

  private func tryNext(after last: SystemError) {
    guard let next = remaining.popLast() else { return fail(last) }
    do throws(SystemError) {
      let descriptor = try Descriptor.streamSocket(family: next.family, isBlocking: false)
      // Connected at once or not, the socket becomes writable and is looked at then.
      _ = try descriptor.connect(next, named: address)
      id = loop.nextID()
      try loop.add(self, descriptor, id: id, reading: false, writing: true)
      self.descriptor = descriptor
    } catch {
      tryNext(after: error)
    }
  }

  func handle(_ readiness: Readiness) {
    guard let descriptor else { return }
    loop.remove(descriptor, id: id)
    self.descriptor = nil
    do throws(SystemError) {
      try descriptor.takeError("connect", address)
      let own = try SocketAddress(of: descriptor, isPeer: false)
      let peer = try SocketAddress(of: descriptor, isPeer: true)
      // TCP lets a socket meet itself when the kernel picks the wanted port as its own: nobody listens there.
      if own == peer { throw SystemError(number: ECONNREFUSED, call: "connect", detail: address) }
      finish(.success(try Connection(loop: loop, descriptor: descriptor)))
    } catch {
      tryNext(after: error)
    }
  }

  /// Later in the round, so that the caller of `connect` has returned.
  private func fail(_ error: SystemError) {
    loop.schedule(afterMilliseconds: 0) { [self] in finish(.failure(error)) }
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
