import CommandLine
import Glibc
import HubInterface
import Runtime
import Varlink

/// The socket of a hub, one call after another.
struct HubConnection {
  /// Answers that do not come within this are not waited for: a look through a million records
  /// takes milliseconds.
  private static let answerMilliseconds: UInt64 = 60_000
  /// The largest answer that is read. A dossier has records of 64 KiB, escaped; this holds several
  /// hundred of them.
  private static let answerBytes = 64 << 20
  private static let restMicroseconds: UInt32 = 50_000

  private let connection: MessageConnection

  /// - Parameter folder: the hub's own, `--hub`.
  /// - Throws: 69 when no hub answers there.
  init(_ folder: String) throws(Failure) {
    do throws(SystemError) {
      connection = try MessageConnection(
        folder + "/hub.socket", withinMilliseconds: HubConnection.answerMilliseconds)
    } catch {
      if error.isTimeout { throw HubConnection.failure(.silent) }
      if error.isPermission {
        throw Failure(
          .noPermission, "You may not talk to the hub of \(folder).",
          hint: "Ask who runs it to let you in (docs/hub.md).")
      }
      guard error.isNotFound || error.isRefused else { throw Failure(input: error) }
      throw Failure(
        .unavailable, "No liaison-hub is running for \(folder).",
        hint: "Start it, or name the right folder with --hub.")
    }
  }

  /// - Parameter waits: the answer comes when the work is done, and that may take any time.
  func call<Reply: Decodable>(
    _ method: String, _ parameters: some Encodable = NoParameters(), reply: Reply.Type,
    waits: Bool = false
  ) throws(Failure) -> Reply {
    try send(HubConnection.message(method, parameters))
    do throws(HubError) {
      return try answer(reply, waits: waits)
    } catch {
      throw Failure(error)
    }
  }

  /// The bytes of one call, NUL included.
  static func message(_ method: String, _ parameters: some Encodable) -> [UInt8] {
    VarlinkCall.encode("\(HubInterface.name).\(method)", parameters)
  }

  func send(_ message: [UInt8]) throws(Failure) {
    do throws(MessageConnection.Loss) {
      try connection.write(message, withinMilliseconds: HubConnection.answerMilliseconds)
    } catch {
      throw HubConnection.failure(error)
    }
  }

  /// The next answer to what was sent.
  func answer<Reply: Decodable>(_ type: Reply.Type, waits: Bool = false) throws(HubError) -> Reply {
    let message: [UInt8]
    do throws(MessageConnection.Loss) {
      message = try connection.read(
        withinMilliseconds: waits ? 0 : HubConnection.answerMilliseconds,
        maxBytes: HubConnection.answerBytes)
    } catch {
      throw HubConnection.lost(error)
    }
    return try VarlinkAnswer<HubError>(message: message).decode(type).parameters
  }

  /// Before something is asked again that the hub had no room for.
  func rest() { usleep(HubConnection.restMicroseconds) }

  private static func failure(_ loss: MessageConnection.Loss) -> Failure { Failure(lost(loss)) }

  private static func lost(_ loss: MessageConnection.Loss) -> HubError {
    switch loss {
    case .silent:
      .refused(
        reason: "the hub does not answer",
        hint: "it is stopped, or hangs: look at its log (journalctl -u liaison-hub), and restart it"
      )
    case .ended:
      .refused(
        reason: "the hub ended the connection", hint: "see its log: journalctl -u liaison-hub")
    case .tooLong:
      .refused(
        reason: "the hub's answer is too long", hint: "ask for less, with --limit or --since")
    }
  }
}
