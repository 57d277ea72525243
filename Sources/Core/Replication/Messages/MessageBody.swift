import Wire

/// The content of one type of message.
protocol MessageBody: Equatable {
  static var type: MessageType { get }
  /// - Parameter reader: behind the type. Bytes that are left over make the message malformed.
  init(from reader: inout MessageReader) throws
  /// Writes what stands behind the type.
  func write(to writer: inout ByteWriter)
}

extension MessageBody {
  func encode() -> [UInt8] {
    var writer = ByteWriter()
    writer.u8(Self.type.rawValue)
    write(to: &writer)
    return writer.bytes
  }
}
