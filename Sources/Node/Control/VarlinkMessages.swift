internal import JSON

/// What every call carries, and where its parameters are.
struct CallHead {
  var method = ""
  var more = false
  var oneway = false
  /// Stands before the parameters; nil: there are none.
  var parameters: JSONReader?

  /// - Throws: what is wrong with the message as JSON, or `JSONMismatch` when it is no call.
  init(parsing message: [UInt8]) throws {
    var reader = JSONReader(try JSONText(checking: message, by: .message))
    var hasMethod = false
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "method":
        method = try reader.text()
        hasMethod = true
      case "more": more = reader.takeNull() ? false : try reader.bool()
      case "oneway": oneway = reader.takeNull() ? false : try reader.bool()
      case "upgrade": _ = reader.takeNull() ? false : try reader.bool()
      case "parameters" where reader.kind == .null: reader.skip()
      case "parameters":
        parameters = reader
        reader.skip()
      default: reader.skip()
      }
    }
    guard hasMethod else { throw JSONMismatch() }
  }

  static let publishing = "org.liaison.Node.Publish"
}

/// The parameters of one method. A name that is not in `names` is refused: a misspelt `replicas` must
/// not pass for none.
protocol CallParameters: Decodable {
  static var names: [String] { get }
}

/// A whole call, decoded a second time once its method is known.
struct CallBody<Parameters: CallParameters>: Decodable {
  let parameters: Parameters

  enum Key: String, CodingKey { case parameters }

  init(from decoder: any Decoder) throws {
    let call = try decoder.container(keyedBy: Key.self)
    guard call.contains(.parameters) else {
      parameters = try ControlJSON.decode(from: Array("{}".utf8))
      return
    }
    let names = try call.nestedContainer(keyedBy: AnyKey.self, forKey: .parameters).allKeys
    if let odd = names.first(where: { !Parameters.names.contains($0.stringValue) }) {
      throw InvalidParameter(parameter: odd.stringValue)
    }
    parameters = try call.decode(Parameters.self, forKey: .parameters)
  }
}

/// `org.varlink.service.InvalidParameter`.
struct InvalidParameter: Error, Encodable {
  var parameter: String

  init(parameter: String) { self.parameter = parameter }

  init(_ error: any Error) {
    parameter = "parameters"
    if let known = error as? InvalidParameter { self = known }
    guard let decoding = error as? DecodingError else { return }
    switch decoding {
    case .keyNotFound(let key, let context):
      parameter = InvalidParameter.name(context.codingPath + [key])
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      parameter = InvalidParameter.name(context.codingPath)
    @unknown default: break
    }
  }

  /// The parameter itself, whatever is wrong deeper in it.
  private static func name(_ path: [any CodingKey]) -> String {
    let inside = path.first?.stringValue == "parameters" ? path.dropFirst() : path[...]
    return inside.first?.stringValue ?? "parameters"
  }
}

struct VarlinkReply<Parameters: Encodable>: Encodable {
  var parameters: Parameters
}

struct VarlinkErrorReply<Parameters: Encodable>: Encodable {
  var error: String
  var parameters: Parameters
}

struct NoParameters: Codable, CallParameters {
  static let names: [String] = []
}

extension WithdrawRequest: CallParameters {
  static let names = ["records", "replicas", "timeout"]
}

extension ShowRequest: CallParameters {
  static let names = ["entry"]
}

extension TailRequest: CallParameters {
  static let names = ["position", "fresh", "origin", "follow"]
}

// org.varlink.service

struct InterfaceRequest: CallParameters {
  static let names = ["interface"]
  var interface: String
}

struct InterfaceDescription: Codable {
  var description: String
}

struct ServiceInfo: Encodable {
  var vendor = "Liaison"
  var product = "liaisond"
  var version: String
  var url = ""
  var interfaces = ["org.liaison.Node", "org.varlink.service"]
}

/// A key of an object whose keys are not known beforehand.
struct AnyKey: CodingKey {
  let stringValue: String
  let intValue: Int? = nil

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
