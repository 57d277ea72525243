import Wire

/// Asks for entries: SYNC-30.
struct PullRequest: MessageBody {
  static let type = MessageType.pull
  var request: UInt32
  var position: Int
  var from: LogSize
  var to: LogSize
  var credit: UInt32
  var form: PullForm
}

/// How the entries of an answer travel.
enum PullForm: UInt8 {
  /// Leaves without what the receiver can derive.
  case compact = 0
  /// Whole leaves, and what they need to be checked without the receiver's copy of the log.
  case full = 1
  /// Whole leaves alike, and no bodies.
  case leaves = 2
}

extension PullRequest {
  init(from reader: inout MessageReader) throws {
    request = try reader.u32()
    position = Int(try reader.u32())
    from = try reader.logSize()
    to = try reader.logSize()
    credit = try reader.u32()
    guard request != 0, from < to, let form = PullForm(rawValue: try reader.u8()) else {
      throw MalformedMessage(what: "impossible pull")
    }
    self.form = form
  }

  func write(to writer: inout ByteWriter) {
    writer.u32(request)
    writer.u32(UInt32(position))
    writer.u64(from.value)
    writer.u64(to.value)
    writer.u32(credit)
    writer.u8(form.rawValue)
  }
}
