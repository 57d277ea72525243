internal import Crypto
internal import HubInterface
internal import Log
internal import Reading
internal import Runtime
internal import SQL
internal import Varlink

/// Reads what the daemon tells and writes it into the facts, on a thread of its own: connects, asks for what follows the
/// cursor, and applies each message in one transaction. A daemon that is away is asked again.
final class Feed {
  struct Settings: Sendable {
    var sockets: [String]
    var factsPath: String
  }

  private let settings: Settings
  private let writer: FactsWriter
  private let database: Database
  private let tell: @Sendable (FeedEvent) -> Void
  /// Waits until the loop has taken what it was told.
  private let backlog: Backlog
  private let stop: StopFlag
  private var cursor: FeedCursor?
  private var mustEmptyLog = false
  private var emptyLogAt: UInt64 = 0
  private var statusAt: UInt64 = 0
  private let clock = SystemClock()

  init(
    _ settings: Settings, _ database: Database, backlog: Backlog, stop: StopFlag,
    tell: @escaping @Sendable (FeedEvent) -> Void
  ) throws(SQLError) {
    self.settings = settings
    self.database = database
    self.backlog = backlog
    self.stop = stop
    self.tell = tell
    writer = try FactsWriter(database)
  }

  /// Until `stop` is set.
  func run() {
    while !stop.isStopped {
      do {
        try follow()
      } catch let error as SQLError {
        tell(.stopped("the facts cannot be written: \(error)"))
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
    cursor = try writer.cursor()
    let client = try connect()
    try meet()
    if cursor == nil { try writer.beginComparison() }
    let request = ChangesRequest(cursor: cursor.map { ReadingCursor($0) }, follow: true)
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

  private func connect() throws -> UnixClient {
    var failure: SystemError?
    for path in settings.sockets {
      do throws(SystemError) {
        return try UnixClient(path: path, timeoutMilliseconds: 20_000)
      } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? SystemError(number: 2, call: "connect", detail: "no socket")
  }

  /// - Returns: false when everything has to be compared: another connection begins with that.
  private func take(_ message: [UInt8]) throws -> Bool {
    let page: ReadingPage
    do throws(ReaderFailure) {
      page = try VarlinkAnswer<ReaderFailure>(message: message).decode(ReadingPage.self).parameters
    } catch {
      guard case .unknownNumber = error else { throw error }
      try writer.forgetCursor()
      return false
    }
    let change = try writer.apply(try FeedPage(page))
    if !change.removed.isEmpty { mustEmptyLog = true }
    backlog.wait(below: HubLimits.indexBatches, unless: stop)
    backlog.add()
    tell(.changed(change))
    tell(.applied(toldAll: page.isComplete))
    return true
  }

  // MARK: - Beside it

  private func betweenMessages() throws {
    let now = clock.monotonicMilliseconds
    if now >= statusAt { try meet() }
    guard mustEmptyLog else {
      emptyLogAt = now &+ HubLimits.emptyLogMilliseconds
      return
    }
    guard now >= emptyLogAt else { return }
    if try database.emptyLog() { mustEmptyLog = false }
    emptyLogAt = now &+ HubLimits.emptyLogMilliseconds
  }

  /// Asks the daemon who it is, and how much it holds.
  private func meet() throws {
    statusAt = clock.monotonicMilliseconds &+ HubLimits.statusMilliseconds
    let client = try connect()
    try client.write(VarlinkCall.encode("\(ReaderInterface.name).Status", NoParameters()))
    guard let message = try client.readMessage(maxBytes: HubLimits.statusBytes) else {
      throw SystemError(number: 104, call: "Status", detail: "the daemon ended the connection")
    }
    let status = try VarlinkAnswer<ReaderFailure>(message: message).decode(ReaderStatus.self)
      .parameters
    let told = try writer.positions()
    let own = status.logs.filter(\.own).compactMap { try? Origin($0.origin) }.map(\.epoch).max()
    tell(
      .met(
        FeedStatus(
          node: status.node, epoch: own ?? 1,
          progress: status.logs.map { log in
            let next = Hex32.decode(log.id).flatMap { LogID($0) }.flatMap { told[$0] } ?? 0
            return LogProgress(
              origin: log.origin, told: Int(clamping: min(next, log.size)),
              total: Int(clamping: log.size))
          })))
  }
}
