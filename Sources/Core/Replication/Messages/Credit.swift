import Wire

/// Lets an answer go on by so many bytes: SYNC-31.
struct Credit: MessageBody {
  static let type = MessageType.credit
  var request: UInt32
  var bytes: UInt32
}

extension Credit {
  init(from reader: inout MessageReader) throws {
    self.init(request: try reader.u32(), bytes: try reader.u32())
  }

  func write(to writer: inout ByteWriter) {
    writer.u32(request)
    writer.u32(bytes)
  }
}
