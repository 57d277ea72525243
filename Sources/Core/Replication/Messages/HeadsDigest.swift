import Wire

/// The digest of all heads that were announced: SYNC-14.
struct HeadsDigest: MessageBody {
  static let type = MessageType.digest
  /// 16 bytes.
  var digest: [UInt8]

  init(_ digest: [UInt8]) { self.digest = digest }
}

extension HeadsDigest {
  init(from reader: inout MessageReader) throws { self.init(try reader.bytes(16)) }

  func write(to writer: inout ByteWriter) { writer.write(digest) }
}
