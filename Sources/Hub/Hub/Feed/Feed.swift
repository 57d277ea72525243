internal import Log
internal import Reading
internal import Runtime
internal import Varlink

/// Reads what the daemon tells, on a thread of its own, and hands it to the thread that writes:
/// connects and asks for what follows the cursor. A daemon that is away is asked again.
final class Feed {
  private let daemon: DaemonClient
  private let facts: FactsThread
  private let tell: @Sendable (FeedEvent) -> Void
  private let stop: StopFlag
  private var emptyLogAt: UInt64 = 0
  private var statusAt: UInt64 = 0
  private var confirmAt: UInt64 = 0
  private var confirmed: FeedCursor?
  private let clock = SystemClock()

  init(
    _ daemon: DaemonClient, _ facts: FactsThread, stop: StopFlag,
    tell: @escaping @Sendable (FeedEvent) -> Void
  ) {
    self.daemon = daemon
    self.facts = facts
    self.stop = stop
    self.tell = tell
  }

  /// Until `stop` is set.
  func run() {
    while !stop.isStopped {
      do {
        try follow()
      } catch let error as FactsFailure {
        tell(.stopped("the facts cannot be written: \(error.reason)"))
        pause()
      } catch {
        tell(.lost("\(error)"))
        pause()
      }
    }
  }

  private func pause() {
    let end = clock.monotonicMilliseconds &+ HubLimits.reconnectMilliseconds
    while !stop.isStopped, clock.monotonicMilliseconds < end { StopFlag.rest(milliseconds: 50) }
  }

  // MARK: - One connection

  private func follow() throws {
    let cursor = try facts.begin()
    let client = try daemon.connect()
    try meet()
    if cursor == nil { try facts.put(.beginComparison) }
    let request = ChangesRequest(
      cursor: cursor.map { ReadingCursor($0) }, follow: true, reader: daemon.name)
    try client.write(
      VarlinkCall.encode("\(ReaderInterface.name).Changes", request, more: true))
    try client.setTimeout(milliseconds: Feed.waitMilliseconds)
    while !stop.isStopped {
      if let message = try next(client) {
        guard try take(message) else { return }
      }
      try betweenMessages()
    }
  }

  /// - Returns: nil when nothing came for a while.
  private func next(_ client: UnixClient) throws(SystemError) -> [UInt8]? {
    do throws(SystemError) {
      guard let message = try client.readMessage(maxBytes: HubLimits.messageBytes) else {
        throw SystemError(number: 104, call: "recv", detail: "the daemon ended the connection")
      }
      return message
    } catch {
      guard error.isTimeout else { throw error }
      return nil
    }
  }

  private static let waitMilliseconds: UInt64 = 250

  /// - Returns: false when everything has to be compared: another connection begins with that.
  private func take(_ message: [UInt8]) throws -> Bool {
    let page: ReadingPage
    do throws(ReaderFailure) {
      page = try VarlinkAnswer<ReaderFailure>(message: message).decode(ReadingPage.self).parameters
    } catch {
      guard case .unknownNumber = error else { throw error }
      try facts.put(.forgetCursor)
      return false
    }
    try facts.put(.page(PreparedPage(try FeedPage(page))))
    return true
  }

  // MARK: - Beside it

  private func betweenMessages() throws {
    let now = clock.monotonicMilliseconds
    if now >= statusAt { try meet() }
    let asks = facts.takeAsks()
    if !asks.isEmpty { try facts.put(.passedOn(try daemon.answers(to: asks))) }
    if now >= confirmAt { try confirm() }
    guard facts.mustEmptyLog else {
      emptyLogAt = now &+ HubLimits.emptyLogMilliseconds
      return
    }
    guard now >= emptyLogAt else { return }
    try facts.put(.emptyLog)
    emptyLogAt = now &+ HubLimits.emptyLogMilliseconds
  }

  /// Tells the daemon up to where nothing that went is left here: its erasure receipts wait for it.
  private func confirm() throws {
    confirmAt = clock.monotonicMilliseconds &+ HubLimits.confirmMilliseconds
    guard let cursor = facts.erasedCursor,
      cursor.number != confirmed?.number || cursor.journal != confirmed?.journal
    else { return }
    try daemon.confirm(cursor)
    confirmed = cursor
  }

  /// Asks the daemon who it is, and how much it holds.
  private func meet() throws {
    statusAt = clock.monotonicMilliseconds &+ HubLimits.statusMilliseconds
    let status = try daemon.status()
    try facts.put(.belong(status.node))
    tell(.met(FeedStatus(status, told: facts.positions)))
  }
}
