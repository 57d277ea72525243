/// The parameters of one method. A name that is not in `names` is refused: a misspelt `replicas`
/// must not pass for none.
public protocol CallParameters: Decodable {
  /// The parameters that a call may have, required or not.
  static var names: [String] { get }
}

extension CallParameters {
  /// - Parameter message: a whole call, decoded a second time once its method is known.
  /// - Throws: `InvalidParameter`, or `DecodingError` from which `InvalidParameter` makes one.
  public static func decode(from message: [UInt8]) throws -> Self {
    try VarlinkJSON.decode(CallBody<Self>.self, from: message).parameters
  }
}

private struct CallBody<Parameters: CallParameters>: Decodable {
  let parameters: Parameters

  enum Key: String, CodingKey { case parameters }

  init(from decoder: any Decoder) throws {
    let call = try decoder.container(keyedBy: Key.self)
    guard call.contains(.parameters) else {
      parameters = try VarlinkJSON.decode(from: Array("{}".utf8))
      return
    }
    let names = try call.nestedContainer(keyedBy: AnyKey.self, forKey: .parameters).allKeys
    if let odd = names.first(where: { !Parameters.names.contains($0.stringValue) }) {
      throw InvalidParameter(parameter: odd.stringValue)
    }
    parameters = try call.decode(Parameters.self, forKey: .parameters)
  }
}

/// A method that has none.
public struct NoParameters: Codable, CallParameters {
  /// Any parameter is therefore refused.
  public static let names: [String] = []
  /// Serves methods that are called with `{}` or without parameters.
  public init() {}
}

/// A key of an object whose keys are not known beforehand.
private struct AnyKey: CodingKey {
  let stringValue: String
  let intValue: Int? = nil

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
