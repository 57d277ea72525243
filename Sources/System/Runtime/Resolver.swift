internal import CLinux
internal import Glibc

/// Addresses of names, without ever blocking the loop.
public enum NameService {
  /// Looks `HOST:PORT` up: digits are read at once, a name in `/etc/hosts` is found there, any
  /// other is asked of the name service on a thread. `completion` comes once, on the loop, never
  /// from inside this call; when it comes is up to the name server.
  public static func addresses(
    of address: String, on loop: EventLoop,
    _ completion: @escaping (Result<[SocketAddress], SystemError>) -> Void
  ) {
    Resolver.shared(on: loop).addresses(of: address, completion)
  }
}

/// The name service, on threads of its own. One look-up of a name at a time; names whose server
/// does not answer have their own share of the threads, so that they cost no other name its turn.
final class Resolver {
  typealias Answer = Result<[SocketAddress], SystemError>

  /// A look-up under way or waiting, and who waits for it.
  private struct LookUp {
    var waiting: [(Answer) -> Void]
    var isRunning = false
    /// Counted among the slow ones: it was slow before, or is by now.
    var isSlow: Bool
    var timer: TimerID?
  }

  private unowned let loop: EventLoop
  private let hostsPath: String
  private let slowAfterMilliseconds: UInt64
  private let lookUp: @Sendable (String) -> Answer
  private var lookUps: [String: LookUp] = [:]
  /// Addresses that wait for a thread, oldest first.
  private var queue: [String] = []
  /// Addresses whose last look-up was slow: at most as many as can be asked for.
  private var slow: Set<String> = []
  private var running = 0
  private var runningSlow = 0
  private var answers: Mailbox<(address: String, answer: Answer)>?

  static func shared(on loop: EventLoop) -> Resolver {
    if let resolver = loop.resolver { return resolver }
    let resolver = Resolver(loop: loop)
    loop.resolver = resolver
    return resolver
  }

  /// - Parameter lookUp: asks the name service and waits for it; called on threads.
  init(
    loop: EventLoop, hostsPath: String = "/etc/hosts",
    slowAfterMilliseconds: UInt64 = Limits.slowLookUpMilliseconds,
    lookUp: @escaping @Sendable (String) -> Answer = Resolver.ask
  ) {
    self.loop = loop
    self.hostsPath = hostsPath
    self.slowAfterMilliseconds = slowAfterMilliseconds
    self.lookUp = lookUp
  }

  /// Look-ups that have a thread, for tests.
  var threads: Int { running }

  func addresses(of address: String, _ completion: @escaping (Answer) -> Void) {
    do throws(SystemError) {
      var found = try SocketAddress.resolve(address, numericOnly: true)
      if found.isEmpty { found = try inHostsFile(address) }
      guard found.isEmpty else { return later(.success(found), completion) }
      try ask(address, completion)
    } catch {
      later(.failure(error), completion)
    }
  }

  /// Later in the round, so that the caller has returned.
  private func later(_ answer: Answer, _ completion: @escaping (Answer) -> Void) {
    loop.schedule(afterMilliseconds: 0) { completion(answer) }
  }

  /// A small local file, read anew each time: an operator may have changed it.
  private func inHostsFile(_ address: String) throws(SystemError) -> [SocketAddress] {
    let (host, port) = try SocketAddress.split(address)
    guard let text = try? FileSystem.read(hostsPath, maxBytes: Limits.hostsFileBytes) else {
      return []
    }
    return HostsFile.addresses(of: host, in: text).compactMap { digits in
      let isIPv6 = digits.utf8.contains(UInt8(ascii: ":"))
      return SocketAddress.literal(isIPv6 ? "[\(digits)]:\(port)" : "\(digits):\(port)")
    }
  }

  private func ask(
    _ address: String, _ completion: @escaping (Answer) -> Void
  ) throws(SystemError) {
    if lookUps[address] != nil {
      lookUps[address]?.waiting.append(completion)
      return
    }
    guard lookUps.count < Limits.resolverQueue else {
      throw SystemError(number: EAGAIN, call: "getaddrinfo", detail: address)
    }
    lookUps[address] = LookUp(waiting: [completion], isSlow: slow.contains(address))
    queue.append(address)
    startNext()
  }

  private func startNext() {
    let most = loop.lookUpsAtOnce
    let shareOfSlow = max(most - Limits.resolverThreadsForOthers, most / 2)
    while running < most {
      let place = queue.firstIndex { address in
        lookUps[address]?.isSlow != true || runningSlow < shareOfSlow
      }
      guard let place else { return }
      start(queue.remove(at: place))
    }
  }

  private func start(_ address: String) {
    let answers = mailbox()
    let lookUp = lookUp
    do throws(SystemError) {
      // A name server that is silent must not hold up the end of the process.
      try SystemThread(name: "resolver") {
        answers.post((address, lookUp(address)))
      }.detach()
    } catch {
      return later(.failure(error)) { [weak self] in self?.answered(address, $0) }
    }
    running += 1
    lookUps[address]?.isRunning = true
    if lookUps[address]?.isSlow == true { runningSlow += 1 }
    lookUps[address]?.timer = loop.schedule(afterMilliseconds: slowAfterMilliseconds) {
      [weak self] in self?.isLate(address)
    }
  }

  private func isLate(_ address: String) {
    guard let lookUp = lookUps[address], lookUp.isRunning else { return }
    lookUps[address]?.timer = nil
    if slow.count < Limits.resolverQueue { slow.insert(address) }
    guard !lookUp.isSlow else { return }
    lookUps[address]?.isSlow = true
    runningSlow += 1
    startNext()
  }

  private func answered(_ address: String, _ answer: Answer) {
    guard let lookUp = lookUps.removeValue(forKey: address) else { return }
    if lookUp.isRunning {
      running -= 1
      if lookUp.isSlow { runningSlow -= 1 }
      // It answered in time: not slow any more.
      if lookUp.timer != nil { slow.remove(address) }
    }
    if let timer = lookUp.timer { loop.cancel(timer) }
    for completion in lookUp.waiting { completion(answer) }
    startNext()
  }

  private func mailbox() -> Mailbox<(address: String, answer: Answer)> {
    if let answers { return answers }
    let made = loop.makeMailbox(of: (address: String, answer: Answer).self) { [weak self] in
      self?.answered($0.address, $0.answer)
    }
    answers = made
    return made
  }

  private static let ask: @Sendable (String) -> Answer = { address in
    do throws(SystemError) {
      return .success(try SocketAddress.resolve(address, numericOnly: false))
    } catch {
      return .failure(error)
    }
  }
}
