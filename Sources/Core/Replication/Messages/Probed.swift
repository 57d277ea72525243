import Wire

/// Answers a probe: SYNC-82.
struct Probed: MessageBody {
  static let type = MessageType.probed
  var position: Int
  var index: LogSize
  var answer: ProbeAnswer
}

enum ProbeAnswer: UInt8 {
  case same = 0
  case different = 1
  case notHere = 2
}

extension Probed {
  init(from reader: inout MessageReader) throws {
    position = Int(try reader.u32())
    index = try reader.logSize()
    guard let answer = ProbeAnswer(rawValue: try reader.u8()) else {
      throw MalformedMessage(what: "unknown answer to a probe")
    }
    self.answer = answer
  }

  func write(to writer: inout ByteWriter) {
    writer.u32(UInt32(position))
    writer.u64(index.value)
    writer.u8(answer.rawValue)
  }
}
