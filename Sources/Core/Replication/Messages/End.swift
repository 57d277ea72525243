import Wire

/// An answer is over: SYNC-30.
struct End: MessageBody {
  static let type = MessageType.end
  var request: UInt32
  var reason: EndReason
}

enum EndReason: UInt8 {
  case done = 0
  case notHere = 1
  case busy = 2
  case readError = 3
}

extension End {
  init(from reader: inout MessageReader) throws {
    request = try reader.u32()
    guard let reason = EndReason(rawValue: try reader.u8()) else {
      throw MalformedMessage(what: "unknown end reason")
    }
    self.reason = reason
  }

  func write(to writer: inout ByteWriter) {
    writer.u32(request)
    writer.u8(reason.rawValue)
  }
}
