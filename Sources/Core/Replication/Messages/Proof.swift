import Log
import Wire

/// Two statements of one log key that contradict each other: SYNC-80.
struct Proof: MessageBody {
  static let type = MessageType.proof
  var position: Int
  var bytes: [UInt8]
}

extension Proof {
  init(from reader: inout MessageReader) throws {
    self.init(
      position: Int(try reader.u32()),
      bytes: try reader.short("proof", atMost: LogLimits.proofBytes))
  }

  func write(to writer: inout ByteWriter) {
    writer.u32(UInt32(position))
    writer.u16(UInt16(bytes.count))
    writer.write(bytes)
  }
}
