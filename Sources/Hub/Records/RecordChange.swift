internal import JSON

/// The fields that one version of a record changes of the one before (Protocols/records.md,
/// REC-71).
public enum RecordChange {
  /// Keys of the outermost level whose values differ, as JSON and not as it is written, or that
  /// only one of both has: those of `new` in its order, then those that are left out. `change`
  /// itself is none.
  /// - Parameters: both records, checked (a precondition).
  public static func fields(from old: [UInt8], to new: [UInt8]) -> [String] {
    let before = members(old)
    let after = members(new)
    let values = Dictionary(
      before.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    let kept = Set(after.map(\.key))
    let changed = after.filter { values[$0.key] != $0.value }.map(\.key)
    let dropped = before.map(\.key).filter { !kept.contains($0) }
    return (changed + dropped).filter { $0 != "change" }
  }

  /// The record with a last member `change`; all other bytes stay.
  /// - Parameter record: checked, and without that member (a precondition).
  public static func add(_ fields: [String], _ reason: String, to record: [UInt8]) -> [UInt8] {
    guard let end = record.lastIndex(of: UInt8(ascii: "}")) else {
      preconditionFailure("a record is an object")
    }
    var writer = JSONWriter()
    writer.beginObject()
    if !fields.isEmpty {
      writer.key("fields")
      writer.beginArray()
      for field in fields { writer.string(field) }
      writer.endArray()
    }
    writer.key("reason")
    writer.string(reason)
    writer.endObject()
    // A record has a type: there is a member before.
    return record[..<end] + Array(",\"change\":".utf8) + writer.bytes + record[end...]
  }

  /// The record with this text as the value of `key`, and without a `change`: the beginning of a
  /// further version. Values are written without needless spaces and escapes.
  /// - Parameter record: checked (a precondition).
  public static func set(_ key: String, to text: String, in record: [UInt8]) -> [UInt8] {
    var writer = JSONWriter(reserving: record.count + 64)
    writer.beginObject()
    for member in members(record) where member.key != key && member.key != "change" {
      writer.key(text: member.key)
      writer.raw(member.value)
    }
    writer.key(text: key)
    writer.string(text)
    writer.endObject()
    return writer.bytes
  }

  /// Each member with its value written in one way: no spaces, no needless escapes, members of
  /// objects in their order.
  private static func members(_ record: [UInt8]) -> [(key: String, value: [UInt8])] {
    var members: [(key: String, value: [UInt8])] = []
    do {
      var reader = JSONReader(try JSONText(checking: record, by: .record))
      try reader.beginObject()
      while let key = try reader.nextKey() {
        var writer = JSONWriter(reserving: 64)
        try copy(&reader, &writer)
        members.append((key, writer.bytes))
      }
    } catch {
      preconditionFailure("a record was checked before it is compared")
    }
    return members
  }

  private static func copy(
    _ reader: inout JSONReader, _ writer: inout JSONWriter
  ) throws(JSONMismatch) {
    switch reader.kind {
    case .object:
      try reader.beginObject()
      writer.beginObject()
      while let key = try reader.nextKey() {
        writer.key(text: key)
        try copy(&reader, &writer)
      }
      writer.endObject()
    case .array:
      try reader.beginArray()
      writer.beginArray()
      while reader.nextElement() { try copy(&reader, &writer) }
      writer.endArray()
    case .string: writer.string(try reader.string())
    case .number, .bool, .null: writer.raw(reader.raw())
    }
  }
}
