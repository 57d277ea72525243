import Wire

/// Another copy of the receiver is alive: SYNC-4.
struct Copy: MessageBody {
  static let type = MessageType.copy
}

extension Copy {
  init(from reader: inout MessageReader) {}
  func write(to writer: inout ByteWriter) {}
}
