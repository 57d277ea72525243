/// What every call carries beside its parameters.
struct CallHead: Decodable {
  var method: String
  var more: Bool?
  var oneway: Bool?
  var upgrade: Bool?
  /// The parameters of the call that comes most often and is the longest, so that it is read once.
  var publish: Result<PublishRequest, any Error>?

  private enum Key: String, CodingKey { case method, more, oneway, upgrade }

  init(from decoder: any Decoder) throws {
    let call = try decoder.container(keyedBy: Key.self)
    method = try call.decode(String.self, forKey: .method)
    more = try call.decodeIfPresent(Bool.self, forKey: .more)
    oneway = try call.decodeIfPresent(Bool.self, forKey: .oneway)
    upgrade = try call.decodeIfPresent(Bool.self, forKey: .upgrade)
    if method == CallHead.publishing {
      publish = Result { try CallBody<PublishRequest>(from: decoder).parameters }
    }
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
  var continues: Bool?
}

struct VarlinkErrorReply<Parameters: Encodable>: Encodable {
  var error: String
  var parameters: Parameters
}

struct NoParameters: Codable, CallParameters {
  static let names: [String] = []
}

extension PublishRequest: CallParameters {
  static let names = ["to", "records", "replicas", "timeout", "expiryDay"]
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
