import Wire

/// A part of the sender's list of logs: SYNC-2.
struct Logs: MessageBody {
  static let type = MessageType.logs
  var first: Int
  /// 16 bytes each.
  var saltedIDs: [[UInt8]]
}

extension Logs {
  init(from reader: inout MessageReader) throws {
    first = Int(try reader.u32())
    let count = Int(try reader.u32())
    guard first + count <= Limits.logsOfSession else {
      throw MalformedMessage(what: "more logs than \(Limits.logsOfSession)")
    }
    saltedIDs = []
    for _ in 0..<count { saltedIDs.append(try reader.bytes(16)) }
  }

  func write(to writer: inout ByteWriter) {
    writer.u32(UInt32(first))
    writer.u32(UInt32(saltedIDs.count))
    for id in saltedIDs { writer.write(id) }
  }
}
