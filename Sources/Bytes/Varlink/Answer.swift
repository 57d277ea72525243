internal import JSON

/// An error of one interface, as a client makes it of an error reply.
public protocol VarlinkFailure: Error {
  /// The names and values that the errors of this interface carry.
  associatedtype Parameters: Decodable

  /// - Parameters:
  ///   - varlinkName: as it was sent; it may be one that this interface does not have.
  ///   - parameters: nil: they could not be read.
  init(varlinkName: String, parameters: Parameters?)

  /// The answer is no reply, or not the one that was expected.
  static var notUnderstood: Self { get }
}

/// One reply, not yet decoded.
public struct VarlinkAnswer<Failure: VarlinkFailure>: Sendable {
  private let message: [UInt8]

  /// - Parameter message: one varlink message without its NUL.
  public init(message: [UInt8]) { self.message = message }

  /// The reply's parameters, and whether more replies follow.
  /// - Throws: the error as it was sent, or `notUnderstood`.
  public func decode<Parameters: Decodable>(
    _ type: Parameters.Type = Parameters.self
  ) throws(Failure) -> (parameters: Parameters, continues: Bool) {
    let reply: Incoming<Parameters>
    do {
      reply = try VarlinkJSON.decode(Incoming<Parameters>.self, from: message)
    } catch {
      throw refusal()
    }
    if reply.error != nil { throw refusal() }
    return (reply.parameters, reply.continues == true)
  }

  /// As the other `decode`, for messages that come by the thousand.
  public func decode<Parameters: VarlinkReadable>(
    _ type: Parameters.Type = Parameters.self
  ) throws(Failure) -> (parameters: Parameters, continues: Bool) {
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
      // An error has other parameters than a reply, which may not decode as such.
      throw refusal()
    }
    guard let parameters else { throw refusal() }
    return (parameters, continues)
  }

  private func refusal() -> Failure {
    guard let name = try? VarlinkJSON.decode(ErrorName.self, from: message).error else {
      return Failure.notUnderstood
    }
    let failure = try? VarlinkJSON.decode(ErrorParameters.self, from: message).parameters
    return Failure(varlinkName: name, parameters: failure)
  }

  private struct ErrorName: Decodable {
    var error: String?
  }

  private struct ErrorParameters: Decodable {
    var parameters: Failure.Parameters?
  }

  private struct Incoming<Parameters: Decodable>: Decodable {
    var error: String?
    var parameters: Parameters
    var continues: Bool?
  }
}
