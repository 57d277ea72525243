import Log
import Wire

/// The genesis of the epoch after a log: SYNC-70.
struct PassedOpening: MessageBody {
  static let type = MessageType.opening
  var position: Int
  /// 216 bytes.
  var leaf: [UInt8]
  var body: [UInt8]
}

extension PassedOpening {
  init(from reader: inout MessageReader) throws {
    self.init(
      position: Int(try reader.u32()), leaf: try reader.bytes(EntryLayout.leafBytes),
      body: try reader.short("genesis body", atMost: LogLimits.publicBodyBytes))
  }

  func write(to writer: inout ByteWriter) {
    writer.u32(UInt32(position))
    writer.write(leaf)
    writer.u16(UInt16(body.count))
    writer.write(body)
  }
}
