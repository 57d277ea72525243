public import JSON
public import Varlink

/// The parameters of `Changes`.
public struct ChangesRequest: Codable, Hashable, Sendable, CallParameters {
  public static let names = ["cursor", "follow"]

  /// nil: a full comparison.
  public var cursor: ReadingCursor?
  public var follow: Bool?

  public init(cursor: ReadingCursor? = nil, follow: Bool? = nil) {
    self.cursor = cursor
    self.follow = follow
  }
}

/// One answer to `Changes`.
public struct ReadingPage: Hashable, Sendable {
  public var changes: [ReadingChange]
  /// Where the next page begins: `ReadingCursor.move`.
  public var cursor: ReadingCursor
  /// A next page may have something at once.
  public var more: Bool
  /// Nothing that is durable is left to tell.
  public var isComplete: Bool

  public init(changes: [ReadingChange], cursor: ReadingCursor, more: Bool, isComplete: Bool) {
    self.changes = changes
    self.cursor = cursor
    self.more = more
    self.isComplete = isComplete
  }
}

extension ReadingPage: VarlinkReadable, VarlinkWritable {
  public init(reading reader: inout JSONReader) throws(JSONMismatch) {
    self.init(
      changes: [], cursor: ReadingCursor(journal: "", number: 0), more: false, isComplete: false)
    var hasCursor = false
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "changes":
        try reader.beginArray()
        while reader.nextElement() { changes.append(try ReadingChange(reading: &reader)) }
      case "cursor":
        cursor = try ReadingCursor(reading: &reader)
        hasCursor = true
      case "more": more = try reader.bool()
      case "complete": isComplete = try reader.bool()
      default: reader.skip()
      }
    }
    // Without one the reader would go on from nowhere.
    guard hasCursor else { throw JSONMismatch() }
  }

  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("changes")
    writer.beginArray()
    for change in changes { change.write(to: &writer) }
    writer.endArray()
    writer.key("complete")
    writer.bool(isComplete)
    writer.key("cursor")
    cursor.write(to: &writer)
    writer.key("more")
    writer.bool(more)
    writer.endObject()
  }
}

/// The part of `Status` that a reader needs; the rest is for people.
public struct ReaderStatus: Decodable, Hashable, Sendable {
  public struct Log: Decodable, Hashable, Sendable {
    public var origin: String
    public var id: String
    /// Entries that are durable here.
    public var size: UInt64
    public var own: Bool
    public var disputed: Bool
  }

  public var node: String
  public var logs: [Log]
  public var version: String
}
