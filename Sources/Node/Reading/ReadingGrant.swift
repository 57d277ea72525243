public import JSON
public import Varlink

/// The members of an audience that changes of a page were sealed to (Protocols/readability.md,
/// READ-25).
public struct ReadingGrant: Hashable, Sendable {
  /// The log's id, 64 hexadecimal digits.
  public var log: String
  /// The grant's place in that log.
  public var index: UInt64
  /// Names of nodes, ascending, the author among them.
  public var members: [String]

  /// - Parameters: as the properties.
  public init(log: String, index: UInt64, members: [String]) {
    self.log = log
    self.index = index
    self.members = members
  }
}

extension ReadingGrant: VarlinkReadable, VarlinkWritable {
  /// - Throws: for a value of another type.
  public init(reading reader: inout JSONReader) throws(JSONMismatch) {
    self.init(log: "", index: 0, members: [])
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "log": log = try reader.text()
      case "index": index = try reader.unsigned()
      case "members":
        try reader.beginArray()
        while reader.nextElement() { members.append(try reader.text()) }
      default: reader.skip()
      }
    }
  }

  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("index")
    writer.number(index)
    writer.key("log")
    writer.string(log)
    writer.key("members")
    writer.beginArray()
    for member in members { writer.string(member) }
    writer.endArray()
    writer.endObject()
  }
}
