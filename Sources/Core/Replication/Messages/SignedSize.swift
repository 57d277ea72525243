import Crypto
import Log
import Wire

/// A checkpoint without what the receiver can derive: SYNC-11.
struct SignedSize: MessageBody {
  static let type = MessageType.checkpoint
  var position: Int
  var size: LogSize
  var root: Digest
  var signature: Signature
}

extension SignedSize {
  init(_ checkpoint: VerifiedCheckpoint, at position: Int) {
    self.init(
      position: position, size: LogSize(own: checkpoint.size), root: checkpoint.root,
      signature: checkpoint.signature)
  }

  init(from reader: inout MessageReader) throws {
    self.init(
      position: Int(try reader.u32()), size: try reader.filledSize(), root: try reader.digest(),
      signature: try reader.signature())
  }

  func write(to writer: inout ByteWriter) {
    writer.u32(UInt32(position))
    writer.u64(size.value)
    writer.write(root.array)
    writer.write(signature.array)
  }
}
