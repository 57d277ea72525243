/// The client's half of the conversation, without the socket: makes calls, reads replies.
public struct ControlClient: Sendable {
  private var decoder = VarlinkDecoder(limitBytes: ControlClient.replyBytes)

  /// A reply may hold a record of nearly 1 MiB from another implementation, and JSON may escape each
  /// of its bytes to six.
  static let replyBytes = 8 << 20

  public init() {}

  /// The bytes of one call, NUL included.
  public static func call(
    _ method: String, _ parameters: some Encodable, more: Bool = false
  ) -> [UInt8] {
    ControlJSON.encode(
      OutgoingCall(
        method: ControlError.prefix + method, parameters: parameters, more: more ? true : nil))
      + [0]
  }

  public static func call(_ method: String) -> [UInt8] { call(method, NoParameters()) }

  public mutating func receive(_ bytes: Span<UInt8>) { decoder.receive(bytes) }

  /// The next whole reply; nil when more must be received first.
  public mutating func next() throws(VarlinkError) -> ControlReply? {
    guard let message = try decoder.next() else { return nil }
    return ControlReply(message: message)
  }

  private struct OutgoingCall<Parameters: Encodable>: Encodable {
    var method: String
    var parameters: Parameters
    var more: Bool?
  }
}

/// One reply, not yet decoded.
public struct ControlReply: Sendable {
  let message: [UInt8]

  /// The reply's parameters, and whether more replies follow.
  /// - Throws: `ControlError` as the daemon sent it, or `.refused` when this is no such reply.
  public func decode<Parameters: Decodable>(
    _ type: Parameters.Type = Parameters.self
  ) throws(ControlError) -> (parameters: Parameters, continues: Bool) {
    let reply: IncomingReply<Parameters>
    do {
      if let name = try ControlJSON.decode(ErrorName.self, from: message).error {
        let failure = try? ControlJSON.decode(ErrorParameters.self, from: message).parameters
        throw ControlError(varlinkName: name, parameters: failure ?? ControlErrorParameters())
      }
      reply = try ControlJSON.decode(IncomingReply<Parameters>.self, from: message)
    } catch let error as ControlError {
      throw error
    } catch {
      throw .refused(
        reason: "the daemon's answer could not be understood",
        hint: "use a liaison and a liaisond of the same version")
    }
    return (reply.parameters, reply.continues == true)
  }

  private struct ErrorName: Decodable {
    var error: String?
  }

  private struct ErrorParameters: Decodable {
    var parameters: ControlErrorParameters?
  }

  private struct IncomingReply<Parameters: Decodable>: Decodable {
    var parameters: Parameters
    var continues: Bool?
  }
}
