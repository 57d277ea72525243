import Crypto
import Wire

/// Asks, in a search for a fork, whether the receiver's entry `index` has this header: SYNC-82.
struct Probe: MessageBody {
  static let type = MessageType.probe
  var position: Int
  var index: LogSize
  /// The hash of the header of the sender's entry.
  var headerHash: Digest
}

extension Probe {
  init(from reader: inout MessageReader) throws {
    self.init(
      position: Int(try reader.u32()), index: try reader.logSize(),
      headerHash: try reader.digest())
  }

  func write(to writer: inout ByteWriter) {
    writer.u32(UInt32(position))
    writer.u64(index.value)
    writer.write(headerHash.array)
  }
}
