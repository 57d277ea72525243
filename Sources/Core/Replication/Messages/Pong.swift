import Wire

/// The answer to a ping.
struct Pong: MessageBody {
  static let type = MessageType.pong
}

extension Pong {
  init(from reader: inout MessageReader) {}
  func write(to writer: inout ByteWriter) {}
}
