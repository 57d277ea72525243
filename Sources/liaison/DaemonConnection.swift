import CommandLine
import Glibc
import Node
import Runtime

/// The daemon's socket, one call after another.
struct DaemonConnection {
  private let client: UnixClient

  /// - Throws: 69 when no daemon answers for this folder.
  init(_ folder: NodeFolder) throws(Failure) {
    do throws(SystemError) {
      client = try UnixClient(path: folder.controlSocket)
    } catch {
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

  func call<Reply: Decodable>(
    _ method: String, reply: Reply.Type
  ) throws(Failure) -> Reply {
    try send(ControlCall.encode(method))
    return try receive(reply).parameters
  }

  func call<Reply: Decodable>(
    _ method: String, _ parameters: some Encodable, reply: Reply.Type
  ) throws(Failure) -> Reply {
    try send(ControlCall.encode(method, parameters))
    return try receive(reply).parameters
  }

  func send(_ call: [UInt8]) throws(Failure) {
    do throws(SystemError) { try client.write(call) } catch { throw DaemonConnection.lost }
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
  func waits(orFor input: InputFile) -> Bool { input.wait(orFor: client) }

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

  private func reply() throws(ControlError) -> ControlReply {
    let message: [UInt8]?
    do throws(SystemError) { message = try client.readMessage() } catch { message = nil }
    guard let message else { throw DaemonConnection.connectionLost }
    return ControlReply(message: message)
  }

  static let connectionLost = ControlError.refused(
    reason: "the daemon ended the connection", hint: "see its log: journalctl -u liaisond")
  private static var lost: Failure { Failure(connectionLost) }
}
