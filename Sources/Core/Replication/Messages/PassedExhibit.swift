import Log
import Wire

/// An entry that a checkpoint includes, shown in a search for a fork: SYNC-83.
struct PassedExhibit: MessageBody {
  static let type = MessageType.exhibit
  var position: Int
  var bytes: [UInt8]
}

extension PassedExhibit {
  init(from reader: inout MessageReader) throws {
    self.init(
      position: Int(try reader.u32()),
      bytes: try reader.short("exhibit", atMost: LogLimits.exhibitBytes))
  }

  func write(to writer: inout ByteWriter) {
    writer.u32(UInt32(position))
    writer.u16(UInt16(bytes.count))
    writer.write(bytes)
  }
}
