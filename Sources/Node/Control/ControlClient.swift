internal import JSON

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

  public static func encode(_ method: String, _ parameters: some ControlWritable) -> [UInt8] {
    var writer = JSONWriter(reserving: 512)
    writer.beginObject()
    writer.key("method")
    writer.string(ControlError.prefix + method)
    writer.key("parameters")
    parameters.write(to: &writer)
    writer.endObject()
    return writer.bytes + [0]
  }

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

  /// As the other `decode`, for messages that come by the thousand.
  public func decode<Parameters: ControlReadable>(
    _ type: Parameters.Type = Parameters.self
  ) throws(ControlError) -> (parameters: Parameters, continues: Bool) {
    var parameters: Parameters?
    var continues = false
    do {
      var reader = JSONReader(try JSONText(checking: message, by: .message))
      try reader.beginObject()
      while let key = try reader.nextKey() {
        switch key {
        case "parameters": parameters = try Parameters(reading: &reader)
        case "continues": continues = reader.takeNull() ? false : try reader.bool()
        case "error": throw refusal()
        default: reader.skip()
        }
      }
    } catch {
      // What belongs to an error has other parameters.
      throw refusal()
    }
    guard let parameters else { throw refusal() }
    return (parameters, continues)
  }

  /// The error that the daemon sent; `.refused` for what is no reply.
  private func refusal() -> ControlError {
    guard let name = try? ControlJSON.decode(ErrorName.self, from: message).error else {
      return ControlReply.notUnderstood
    }
    let failure = try? ControlJSON.decode(ErrorParameters.self, from: message).parameters
    return ControlError(varlinkName: name, parameters: failure ?? ControlErrorParameters())
  }

  private static let notUnderstood = ControlError.refused(
    reason: "the daemon's answer could not be understood",
    hint: "use a liaison and a liaisond of the same version")

  /// The reply's parameters, and whether more replies follow.
  /// - Throws: `ControlError` as the daemon sent it, or `.refused` when this is no such reply.
  public func decode<Parameters: Decodable>(
    _ type: Parameters.Type = Parameters.self
  ) throws(ControlError) -> (parameters: Parameters, continues: Bool) {
    let reply: Incoming<Parameters>
    do {
      reply = try ControlJSON.decode(Incoming<Parameters>.self, from: message)
    } catch {
      throw refusal()
    }
    if reply.error != nil { throw refusal() }
    return (reply.parameters, reply.continues == true)
  }

  private struct ErrorName: Decodable {
    var error: String?
  }

  private struct ErrorParameters: Decodable {
    var parameters: ControlErrorParameters?
  }

  private struct Incoming<Parameters: Decodable>: Decodable {
    var error: String?
    var parameters: Parameters
    var continues: Bool?
  }
}
