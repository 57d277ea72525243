/// `org.varlink.service.InvalidParameter`.
public struct InvalidParameter: Error, Encodable {
  public static let varlinkName = "org.varlink.service.InvalidParameter"

  public var parameter: String

  public init(parameter: String) { self.parameter = parameter }

  public init(_ error: any Error) {
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
