internal import JSON

/// The server's half of the messages. Each is without its NUL.
public enum VarlinkReply {
  /// - Parameter continues: true when more replies to the same call follow.
  public static func encode(_ parameters: some Encodable, continues: Bool = false) -> [UInt8] {
    VarlinkJSON.encode(Reply(continues: continues ? true : nil, parameters: parameters))
  }

  /// As `encode`, for messages that come by the thousand.
  public static func write(_ parameters: some VarlinkWritable, continues: Bool = false) -> [UInt8] {
    var writer = JSONWriter(reserving: 1_024)
    writer.beginObject()
    if continues {
      writer.key("continues")
      writer.bool(true)
    }
    writer.key("parameters")
    parameters.write(to: &writer)
    writer.endObject()
    return writer.bytes
  }

  /// - Parameter name: the error's full name.
  public static func encode(error name: String, _ parameters: some Encodable) -> [UInt8] {
    VarlinkJSON.encode(ErrorReply(error: name, parameters: parameters))
  }

  private struct Reply<Parameters: Encodable>: Encodable {
    var continues: Bool?
    var parameters: Parameters
  }

  private struct ErrorReply<Parameters: Encodable>: Encodable {
    var error: String
    var parameters: Parameters
  }
}
