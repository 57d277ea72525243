import Wire

/// The rest of an answer is not wanted: SYNC-32.
struct Leave: MessageBody {
  static let type = MessageType.leave
  var request: UInt32
}

extension Leave {
  init(from reader: inout MessageReader) throws { self.init(request: try reader.u32()) }

  func write(to writer: inout ByteWriter) { writer.u32(request) }
}
