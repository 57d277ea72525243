internal import CLinux
internal import Glibc

/// The name service, on threads of its own: a server that does not answer costs its caller time, never the loop.
final class Resolver {
  private struct Answer: Sendable {
    let request: UInt64
    let result: Result<[SocketAddress], SystemError>
  }

  private let pool: WorkerPool<Answer>
  private let requests: Requests

  private final class Requests {
    var waiting: [UInt64: (Result<[SocketAddress], SystemError>) -> Void] = [:]
    var made: UInt64 = 0
  }

  /// Made when the first name is resolved: nodes that use digits have no such threads.
  static func shared(on loop: EventLoop) throws(SystemError) -> Resolver {
    if let resolver = loop.resolver { return resolver }
    let resolver = try Resolver(loop: loop)
    loop.resolver = resolver
    return resolver
  }

  private init(loop: EventLoop) throws(SystemError) {
    let requests = Requests()
    let answers = loop.makeMailbox(of: Answer.self) { answer in
      requests.waiting.removeValue(forKey: answer.request)?(answer.result)
    }
    self.requests = requests
    // A name server that is silent must not hold up the end of the process.
    pool = try WorkerPool(
      name: "resolver", threads: Limits.resolverThreads, queueLimit: Limits.resolverQueue,
      results: answers, waitsForThreads: false)
  }

  func resolve(
    _ address: String, _ completion: @escaping (Result<[SocketAddress], SystemError>) -> Void
  ) throws(SystemError) {
    requests.made += 1
    let request = requests.made
    let isTaken = pool.submit {
      do throws(SystemError) {
        let found = try SocketAddress.resolve(address, numericOnly: false)
        return Answer(request: request, result: .success(found))
      } catch {
        return Answer(request: request, result: .failure(error))
      }
    }
    guard isTaken else {
      throw SystemError(number: EAGAIN, call: "getaddrinfo", detail: address)
    }
    requests.waiting[request] = completion
  }
}
