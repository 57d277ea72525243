/// The client's half of the conversation, without the socket.
public enum ControlCall {
  /// The bytes of one call of `org.liaison.Node`, NUL included.
  public static func encode(
    _ method: String, _ parameters: some Encodable, more: Bool = false
  ) -> [UInt8] {
    ControlJSON.encode(
      Outgoing(
        method: ControlError.prefix + method, parameters: parameters, more: more ? true : nil))
      + [0]
  }

  public static func encode(_ method: String) -> [UInt8] { encode(method, NoParameters()) }

  private struct Outgoing<Parameters: Encodable>: Encodable {
    var method: String
    var parameters: Parameters
    var more: Bool?
  }
}

/// One reply, not yet decoded.
public struct ControlReply: Sendable {
  private let message: [UInt8]

  /// - Parameter message: one varlink message without its NUL.
  public init(message: [UInt8]) { self.message = message }

  /// The reply's parameters, and whether more replies follow.
  /// - Throws: `ControlError` as the daemon sent it, or `.refused` when this is no such reply.
  public func decode<Parameters: Decodable>(
    _ type: Parameters.Type = Parameters.self
  ) throws(ControlError) -> (parameters: Parameters, continues: Bool) {
    let reply: Incoming<Parameters>
    do {
      if let name = try ControlJSON.decode(ErrorName.self, from: message).error {
        let failure = try? ControlJSON.decode(ErrorParameters.self, from: message).parameters
        throw ControlError(varlinkName: name, parameters: failure ?? ControlErrorParameters())
      }
      reply = try ControlJSON.decode(Incoming<Parameters>.self, from: message)
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

  private struct Incoming<Parameters: Decodable>: Decodable {
    var parameters: Parameters
    var continues: Bool?
  }
}
