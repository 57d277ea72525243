import Log
import Wire

/// An entry that differs from the receiver's at its index, which it says itself: SYNC-15.
struct Leaf: MessageBody {
  static let type = MessageType.entry
  var position: Int
  /// 216 bytes.
  var leaf: [UInt8]
}

extension Leaf {
  init(from reader: inout MessageReader) throws {
    self.init(
      position: Int(try reader.u32()), leaf: try reader.bytes(EntryLayout.leafBytes))
  }

  func write(to writer: inout ByteWriter) {
    writer.u32(UInt32(position))
    writer.write(leaf)
  }
}
