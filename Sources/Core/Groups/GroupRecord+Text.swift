internal import Crypto
internal import JSON
public import Log

extension GroupRecord {
  /// The record of a version, as its convener publishes it.
  ///
  /// - Parameters:
  ///   - members: the convener among them.
  ///   - previous: the version before; nil for the first.
  public static func text(
    _ group: GroupName, number: UInt32, title: String?, purpose: [String],
    members: [GroupMember], after previous: GroupRecord?
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for (key, value): (StaticString, String) in [("type", "group"), ("id", group.id)] {
      writer.key(key)
      writer.string(value)
    }
    writer.key("v")
    writer.number(1)
    writer.key("number")
    writer.number(number)
    if let title {
      writer.key("title")
      writer.string(title)
    }
    // A convener knows who it convenes.
    for (key, value): (StaticString, String) in [("basis", "fact"), ("grade", "A1")] {
      writer.key(key)
      writer.string(value)
    }
    list("handling", ["H0"], &writer)
    list("purpose", purpose, &writer)
    writer.key("members")
    writer.beginArray()
    for member in members.sorted() {
      writer.beginObject()
      writer.key("name")
      writer.string(member.name.text)
      writer.key("log")
      writer.string(member.log.description)
      writer.endObject()
    }
    writer.endArray()
    if let previous {
      writer.key("prev")
      writer.string(previous.version.hash.description)
    }
    writer.endObject()
    return writer.bytes
  }

  private static func list(_ key: StaticString, _ words: [String], _ writer: inout JSONWriter) {
    writer.key(key)
    writer.beginArray()
    for word in words { writer.string(word) }
    writer.endArray()
  }
}
