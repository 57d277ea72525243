public import JSON

/// The members that every call carries, and the place of its parameters.
public struct CallHead {
  /// In full, with its interface: `org.liaison.Node.Publish`.
  public private(set) var method = ""
  /// The client takes more than one reply.
  public private(set) var more = false
  /// The client takes no reply.
  public private(set) var oneway = false
  /// The reader stands before the parameters; nil: there are none.
  public private(set) var parameters: JSONReader?

  /// - Throws: what is wrong with the message as JSON, or `JSONMismatch` when it is no call.
  public init(parsing message: [UInt8]) throws {
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
}
