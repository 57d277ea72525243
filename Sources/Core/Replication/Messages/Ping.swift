import Wire

/// Asks whether the peer lives: SYNC-5.
struct Ping: MessageBody {
  static let type = MessageType.ping
}

extension Ping {
  init(from reader: inout MessageReader) {}
  func write(to writer: inout ByteWriter) {}
}
