import Crypto
import Wire

/// How far the sender's logs are: SYNC-10.
struct Heads: MessageBody {
  static let type = MessageType.heads
  var heads: [AnnouncedHead]

  init(_ heads: [AnnouncedHead]) { self.heads = heads }
}

struct AnnouncedHead: Equatable {
  var position: Int
  var size: LogSize
  var leafHash: Digest
  static let byteCount = 44
}

extension Heads {
  init(from reader: inout MessageReader) throws {
    let count = Int(try reader.u32())
    guard count <= Limits.logsOfSession else {
      throw MalformedMessage(what: "more heads than \(Limits.logsOfSession)")
    }
    heads = []
    for _ in 0..<count {
      let position = Int(try reader.u32())
      let size = try reader.filledSize()
      heads.append(
        AnnouncedHead(position: position, size: size, leafHash: try reader.digest()))
    }
  }

  func write(to writer: inout ByteWriter) {
    writer.u32(UInt32(heads.count))
    for head in heads { head.append(to: &writer) }
  }
}

extension AnnouncedHead {
  func append(to writer: inout ByteWriter) {
    writer.u32(UInt32(position))
    writer.u64(size.value)
    writer.write(leafHash.array)
  }
}
