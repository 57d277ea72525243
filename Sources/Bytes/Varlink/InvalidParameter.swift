/// `org.varlink.service.InvalidParameter`.
public struct InvalidParameter: Error, Encodable {
  /// Stands in `error` of the reply.
  public static let varlinkName = "org.varlink.service.InvalidParameter"

  /// The name of the refused one; `parameters` when none can be named.
  public var parameter: String

  /// - Parameter parameter: its name as the interface has it.
  public init(parameter: String) { self.parameter = parameter }

  /// Finds the parameter that a `DecodingError` is about, whatever is wrong inside it.
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
