import HubInterface
import JSON
import Varlink

/// Answers as lines of JSON, with records in their exact bytes.
extension JSONWriter {
  /// One object, made of members.
  static func object(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter(reserving: 1_024)
    writer.beginObject()
    members(&writer)
    writer.endObject()
    return writer.bytes
  }

  mutating func member(_ name: StaticString, _ value: some Encodable) {
    key(name)
    raw(VarlinkJSON.encode(value))
  }

  mutating func members(_ found: Found) {
    key("ref")
    if let ref = found.ref { string(ref) } else { null() }
    member("entry", found.entry)
    member("author", found.author)
    member("time", found.time)
    member("type", found.type)
    member("marks", found.marks)
    key("record")
    let bytes = Array(found.record.utf8)
    // Text that is no record must not break the line that it stands in.
    if let text = try? JSONText(checking: bytes, by: .record) {
      raw(text.bytes)
    } else {
      null()
      member("malformed", found.record)
    }
  }

  mutating func members(_ hit: Hit) {
    members(hit.found)
    member("kind", hit.kind)
    member("score", hit.score)
    member("sentence", hit.sentence)
    member("explanation", hit.explanation)
  }

  /// Which look it was, and whether the hub knew everything.
  mutating func members(_ account: LookAccount) {
    member("consultation", account.consultation)
    member("complete", account.complete)
  }

  mutating func list<Value>(
    _ name: StaticString, _ values: [Value], _ members: (inout JSONWriter, Value) -> Void
  ) {
    key(name)
    beginArray()
    for value in values {
      beginObject()
      members(&self, value)
      endObject()
    }
    endArray()
  }
}
