import Wire

/// Entries of this log need not be pushed: SYNC-40.
struct Prune: MessageBody {
  static let type = MessageType.prune
  var position: Int
}

extension Prune {
  init(from reader: inout MessageReader) throws { self.init(position: Int(try reader.u32())) }

  func write(to writer: inout ByteWriter) { writer.u32(UInt32(position)) }
}
