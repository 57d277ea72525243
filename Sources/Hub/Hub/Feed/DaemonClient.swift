internal import Crypto
internal import HubInterface
internal import Log
internal import Reading
internal import Runtime
internal import Varlink

/// Asks the daemon on its reader socket.
struct DaemonClient: Sendable {
  /// Where the socket may be.
  let sockets: [String]
  /// The name under which the daemon knows this hub (READ-24).
  let name: String

  func connect() throws -> UnixClient {
    var failure: SystemError?
    for path in sockets {
      do throws(SystemError) {
        return try UnixClient(path: path, timeoutMilliseconds: 20_000)
      } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? SystemError(number: 2, call: "connect", detail: "no socket")
  }

  /// Asks who the node is, and how much it holds.
  func status() throws -> ReaderStatus { try ask("Status", NoParameters(), ReaderStatus.self) }

  /// Says that what was told unreadable below a cursor is off the disk.
  func confirm(_ cursor: FeedCursor) throws {
    let request = ConfirmRequest(reader: name, journal: cursor.journal, number: cursor.number)
    _ = try ask("Confirm", request, NoParameters.self)
  }

  private func ask<Reply: Decodable>(
    _ method: String, _ parameters: some Encodable, _ type: Reply.Type
  ) throws -> Reply {
    let client = try connect()
    try client.write(VarlinkCall.encode("\(ReaderInterface.name).\(method)", parameters))
    guard let message = try client.readMessage(maxBytes: HubLimits.statusBytes) else {
      throw SystemError(number: 104, call: method, detail: "the daemon ended the connection")
    }
    return try VarlinkAnswer<ReaderFailure>(message: message).decode(type).parameters
  }
}

extension FeedStatus {
  /// - Parameter told: how far the facts are in each log.
  init(_ status: ReaderStatus, told: [LogID: UInt64]) {
    let own = status.logs.filter(\.own).compactMap { try? Origin($0.origin) }.map(\.epoch).max()
    self.init(
      node: status.node, epoch: own ?? 1,
      progress: status.logs.map { log in
        let next = Hex32.decode(log.id).flatMap { LogID($0) }.flatMap { told[$0] } ?? 0
        return LogProgress(
          origin: log.origin, told: Int(clamping: min(next, log.size)),
          total: Int(clamping: log.size))
      })
  }
}
