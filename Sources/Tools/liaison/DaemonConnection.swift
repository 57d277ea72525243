import CommandLine
import Glibc
import Node
import Runtime
import Varlink

/// The daemon's socket, one call after another.
struct DaemonConnection {
  /// Calls that are answered at once come back within this, or not at all.
  private static let answerMilliseconds: UInt64 = 20_000

  private let connection: MessageConnection
  private let folder: NodeFolder
  private let answerMilliseconds: UInt64

  /// - Throws: 69 when no daemon answers for this folder.
  init(
    _ folder: NodeFolder, answersWithin milliseconds: UInt64 = DaemonConnection.answerMilliseconds
  ) throws(Failure) {
    self.folder = folder
    answerMilliseconds = milliseconds
    do throws(SystemError) {
      connection = try MessageConnection(
        folder.controlSocket, withinMilliseconds: milliseconds)
    } catch {
      if error.isTimeout { throw Failure(DaemonConnection.silent(folder)) }
      if error.isPermission {
        throw Failure(
          .noPermission, "You may not talk to the daemon of \(folder.root).",
          hint: "Run this as the user that owns the folder.")
      }
      guard error.isNotFound || error.isRefused else { throw Failure(input: error) }
      throw Failure(
        .unavailable, "No liaisond is running for \(folder.root).",
        hint: "Start it, or name the right folder with --data.")
    }
  }

  /// A call that is answered at once.
  func call<Reply: Decodable>(
    _ method: String, reply: Reply.Type
  ) throws(Failure) -> Reply {
    try call(ControlCall.encode(method), reply)
  }

  /// - Parameter waits: the answer comes when the work is done, and that may take any time.
  func call<Reply: Decodable>(
    _ method: String, _ parameters: some Encodable, reply: Reply.Type, waits: Bool = false
  ) throws(Failure) -> Reply {
    let message = ControlCall.encode(method, parameters)
    if !waits { return try call(message, reply) }
    try send(message)
    return try receive(reply).parameters
  }

  private func call<Reply: Decodable>(
    _ message: [UInt8], _ type: Reply.Type
  ) throws(Failure) -> Reply {
    do throws(ControlError) {
      do throws(MessageConnection.Loss) {
        try connection.write(message, withinMilliseconds: answerMilliseconds)
      } catch {
        throw failed(error)
      }
      return try reply(within: answerMilliseconds).decode(type).parameters
    } catch {
      throw Failure(error)
    }
  }

  func send(_ call: [UInt8]) throws(Failure) {
    do throws(MessageConnection.Loss) {
      try connection.write(call, withinMilliseconds: 0)
    } catch {
      throw DaemonConnection.lost
    }
  }

  /// Before a call whose answer may take any time.
  func checkThatItAnswers() throws(Failure) {
    _ = try call("Status", reply: StatusReport.self)
  }

  /// True when an answer is there now or within so many milliseconds.
  func hasAnswer(within milliseconds: Int32) -> Bool {
    connection.client.hasInput(within: milliseconds)
  }

  /// The next reply to what was sent, and whether more follow.
  func receive<Reply: Decodable>(
    _ type: Reply.Type
  ) throws(Failure) -> (parameters: Reply, continues: Bool) {
    do throws(ControlError) {
      return try answer(type)
    } catch {
      throw Failure(error)
    }
  }

  /// Waits until there is more input, or an answer.
  /// - Returns: whether it is input.
  func waits(orFor input: InputFile) -> Bool { input.wait(orFor: connection.client) }

  /// Before something is asked again that the daemon had no room for.
  func rest() { usleep(50_000) }

  /// The next page of a tail.
  func receivePage() throws(Failure) -> (parameters: TailPage, continues: Bool) {
    do throws(ControlError) {
      return try reply().decode()
    } catch {
      throw Failure(error)
    }
  }

  /// As `receive`, with the daemon's own error; a lost connection is `connectionLost`.
  func answer<Reply: Decodable>(
    _ type: Reply.Type
  ) throws(ControlError) -> (parameters: Reply, continues: Bool) {
    try reply().decode(type)
  }

  /// The answer to a publish or a withdrawal.
  func publishAnswer() throws(ControlError) -> PublishReply {
    try reply().decode(PublishReply.self).parameters
  }

  /// - Parameter milliseconds: 0: it may take any time.
  private func reply(within milliseconds: UInt64 = 0) throws(ControlError) -> ControlReply {
    do throws(MessageConnection.Loss) {
      return ControlReply(message: try connection.read(withinMilliseconds: milliseconds))
    } catch {
      throw failed(error)
    }
  }

  private func failed(_ loss: MessageConnection.Loss) -> ControlError {
    loss == .silent ? DaemonConnection.silent(folder) : DaemonConnection.connectionLost
  }

  /// A daemon that is stopped (SIGSTOP, a debugger) or hangs still has its socket.
  private static func silent(_ folder: NodeFolder) -> ControlError {
    let id = (try? FileSystem.read(folder.lock, maxBytes: 20)).flatMap {
      Int(String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
    return .refused(
      reason: "the daemon, liaisond\(id.map { " (pid \($0))" } ?? ""), does not answer",
      hint: "it is stopped, or hangs: look at its state (ps) and its log, and restart it")
  }

  static let connectionLost = ControlError.refused(
    reason: "the daemon ended the connection", hint: "see its log: journalctl -u liaisond")
  private static var lost: Failure { Failure(connectionLost) }
}
