internal import JSON

/// The client's half of the messages.
public enum VarlinkCall {
  /// The bytes of one call, NUL included.
  /// - Parameter method: its full name.
  public static func encode(
    _ method: String, _ parameters: some Encodable, more: Bool = false
  ) -> [UInt8] {
    VarlinkJSON.encode(
      Outgoing(method: method, parameters: parameters, more: more ? true : nil)) + [0]
  }

  /// As the other `encode`, for messages that come by the thousand.
  public static func encode(_ method: String, _ parameters: some VarlinkWritable) -> [UInt8] {
    var writer = JSONWriter(reserving: 512)
    writer.beginObject()
    writer.key("method")
    writer.string(method)
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
