internal import JSON

/// A file of a record: its bytes are chunks, entries of the record's own log (Protocols/records.md,
/// REC-13 and 10).
public struct Attachment: Hashable, Sendable {
  /// The file's name, without a folder.
  public var name: String?
  /// As RFC 6838 has it; nobody checks it.
  public var mediaType: String?
  /// The hash of its bytes: 64 hexadecimal digits, small letters.
  public var sha256: String?
  /// Its size, 1 to 67,108,864.
  public var bytes: Int?
  /// Its chunks, in their order.
  public var chunks: [EntryRange] = []
  /// True where a received one breaks a rule: nobody puts it together.
  var isBroken = false

  static let table = FieldTable<Attachment>(
    [
      Field("name", 13) { $0.name = $1.fileName() },
      Field("mediaType", 13) { $0.mediaType = $1.text(RecordLimits.identifierBytes) },
      Field("sha256", 13) { $0.sha256 = $1.hash() },
      Field("bytes", 13) { $0.bytes = $1.number(1...RecordLimits.attachmentBytes) },
      Field("chunks", 13) { it, reader in
        it.chunks = reader.list(RecordLimits.attachmentChunks) { $0.entryRange() }
      },
    ], requiring: [("name", 13), ("sha256", 13), ("bytes", 13), ("chunks", 13)])

  /// - Parameter sha256: as the property.
  public init(
    name: String, mediaType: String?, sha256: String, bytes: Int, chunks: [EntryRange]
  ) {
    self.name = name
    self.mediaType = mediaType
    self.sha256 = sha256
    self.bytes = bytes
    self.chunks = chunks
  }

  init() {}

  /// How many chunks a file of so many bytes has.
  public static func chunks(of bytes: Int) -> Int {
    (bytes + RecordLimits.chunkBytes - 1) / RecordLimits.chunkBytes
  }

  /// Entries that the ranges name.
  public var chunkCount: UInt64 { chunks.reduce(0) { $0 + $1.count } }

  /// True for a name that stands for a file in a folder, and in nobody's way on a terminal.
  public static func isFileName(_ name: String) -> Bool {
    !["", ".", ".."].contains(name) && name.utf8.count <= RecordLimits.identifierBytes
      && name.unicodeScalars.allSatisfy { scalar in
        scalar != "/" && !(0..<0x20).contains(scalar.value) && !(0x7f..<0xa0).contains(scalar.value)
      }
  }

  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    if let name {
      writer.key("name")
      writer.string(name)
    }
    if let mediaType {
      writer.key("mediaType")
      writer.string(mediaType)
    }
    if let sha256 {
      writer.key("sha256")
      writer.string(sha256)
    }
    if let bytes {
      writer.key("bytes")
      writer.number(bytes)
    }
    writer.key("chunks")
    writer.beginArray()
    for range in chunks { writer.string(range.text) }
    writer.endArray()
    writer.endObject()
  }
}

extension FieldReader {
  mutating func fileName() -> String? {
    let name = formed(.fileName, RecordLimits.identifierBytes) {
      Attachment.isFileName($0) ? $0 : nil
    }
    if let name { note(name) }
    return name
  }

  mutating func entryRange() -> EntryRange? {
    formed(.entryRange, RecordLimits.codeBytes) { EntryRange($0) }
  }

  /// The files of one record. The chunks of all of them ascend: no entry is a chunk of two.
  mutating func attachments() -> [Attachment] {
    var end: UInt64 = 1
    return list(RecordLimits.attachments) { reader in
      guard var file = reader.object(Attachment.table, Attachment()) else { return nil }
      var fits = true
      for range in file.chunks {
        fits = fits && range.first >= end
        end = max(end, range.last + 1)
      }
      if let bytes = file.bytes, !file.chunks.isEmpty {
        fits = fits && file.chunkCount == UInt64(Attachment.chunks(of: bytes))
      }
      if !fits { reader.refuse(.doesNotFit, field: "chunks", rule: 100) }
      file.isBroken = !fits || file.name == nil
      return file
    }
  }
}
