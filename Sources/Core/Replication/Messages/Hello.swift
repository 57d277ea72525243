import Wire

/// Begins a session: SYNC-1.
struct Hello: MessageBody {
  static let type = MessageType.hello
  var version: UInt16
  /// 16 bytes.
  var runID: [UInt8]
  var carry: UInt8
}

extension Hello {
  init(from reader: inout MessageReader) throws {
    self.init(
      version: try reader.u16(), runID: try reader.bytes(16), carry: try reader.u8())
  }

  func write(to writer: inout ByteWriter) {
    writer.u16(version)
    writer.write(runID)
    writer.u8(carry)
  }
}
