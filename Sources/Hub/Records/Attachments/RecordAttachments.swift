public import JSON

/// The attachments of a record as its publisher's tool writes them.
public enum RecordAttachments {
  /// The key of the list.
  public static let key = "attachment"

  /// True where the record has a list of its own.
  public static func isIn(_ record: Record) -> Bool {
    var isIn = false
    each(record) { key, _ in isIn = isIn || key == RecordAttachments.key }
    return isIn
  }

  /// The record with these attachments in place of its own; without any, with no list. Nothing is
  /// written otherwise than it was where there is none in both.
  public static func put(_ attachments: [Attachment], into record: Record) -> [UInt8] {
    guard !attachments.isEmpty || isIn(record) else { return record.bytes }
    var writer = JSONWriter(reserving: record.bytes.count + 256 * attachments.count)
    writer.beginObject()
    each(record) { key, value in
      guard key != RecordAttachments.key else { return }
      writer.key(text: key)
      writer.raw(value)
    }
    if !attachments.isEmpty {
      writer.key("attachment")
      writer.beginArray()
      for attachment in attachments { attachment.write(to: &writer) }
      writer.endArray()
    }
    writer.endObject()
    return writer.bytes
  }

  /// Each member of the outermost level, its value in its exact bytes.
  private static func each(_ record: Record, _ body: (String, [UInt8]) -> Void) {
    var reader = JSONReader(JSONText(record))
    do throws(JSONMismatch) {
      try reader.beginObject()
      while let key = try reader.nextKey() { body(key, reader.raw()) }
    } catch {
      preconditionFailure("a record is an object")
    }
  }
}
