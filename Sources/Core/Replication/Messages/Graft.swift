import Wire

/// Entries of this log are to be pushed from `size` on: SYNC-40.
struct Graft: MessageBody {
  static let type = MessageType.graft
  var position: Int
  var size: LogSize
}

extension Graft {
  init(from reader: inout MessageReader) throws {
    self.init(position: Int(try reader.u32()), size: try reader.logSize())
  }

  func write(to writer: inout ByteWriter) {
    writer.u32(UInt32(position))
    writer.u64(size.value)
  }
}
