public import JSON
public import Varlink

/// The parameters of `Changes`.
public struct ChangesRequest: Codable, Hashable, Sendable, CallParameters {
  /// None is required.
  public static let names = ["cursor", "follow", "reader"]

  /// nil: a full comparison.
  public var cursor: ReadingCursor?
  /// Goes on as things change, which needs `more`; nil: false.
  public var follow: Bool?

  /// The name of a reader that keeps what it is told (READ-24); nil: it keeps nothing.
  public var reader: String?

  /// Without a cursor everything is told.
  public init(cursor: ReadingCursor? = nil, follow: Bool? = nil, reader: String? = nil) {
    self.cursor = cursor
    self.follow = follow
    self.reader = reader
  }
}

/// The parameters of `Confirm`: a reader's word that what it was told unreadable is off its disks
/// (Protocols/readability.md, READ-24).
public struct ConfirmRequest: Codable, Hashable, Sendable, CallParameters {
  /// All are required.
  public static let names = ["reader", "journal", "number"]

  /// The name that it gives with `Changes`.
  public var reader: String
  /// As a cursor has it.
  public var journal: String
  /// Changes below it.
  public var number: UInt64

  /// - Parameters: as the properties.
  public init(reader: String, journal: String, number: UInt64) {
    self.reader = reader
    self.journal = journal
    self.number = number
  }
}

/// One answer to `Changes`.
public struct ReadingPage: Hashable, Sendable {
  /// Changes behind the cursor, then entries that are new.
  public var changes: [ReadingChange]
  /// Those that the changes name, each once.
  public var grants: [ReadingGrant]
  /// Where the next page begins: `ReadingCursor.move`.
  public var cursor: ReadingCursor
  /// A next page may have something at once.
  public var more: Bool
  /// Nothing that is durable is left to tell.
  public var isComplete: Bool

  /// - Parameter cursor: of this page alone, with the logs that moved.
  public init(
    changes: [ReadingChange], grants: [ReadingGrant] = [], cursor: ReadingCursor, more: Bool,
    isComplete: Bool
  ) {
    self.changes = changes
    self.grants = grants
    self.cursor = cursor
    self.more = more
    self.isComplete = isComplete
  }
}

extension ReadingPage: VarlinkReadable, VarlinkWritable {
  /// - Throws: also without a cursor.
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
      case "grants":
        try reader.beginArray()
        while reader.nextElement() { grants.append(try ReadingGrant(reading: &reader)) }
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

  /// The same bytes as `VarlinkJSON` would give, keys sorted.
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
    writer.key("grants")
    writer.beginArray()
    for grant in grants { grant.write(to: &writer) }
    writer.endArray()
    writer.key("more")
    writer.bool(more)
    writer.endObject()
  }
}

/// The part of `Status` that a reader needs; the rest is for people.
public struct ReaderStatus: Decodable, Hashable, Sendable {
  /// One log of the status.
  public struct Log: Decodable, Hashable, Sendable {
    /// `nl/1`
    public var origin: String
    /// The log's id, 64 hexadecimal digits.
    public var id: String
    /// Entries that are durable here.
    public var size: UInt64
    /// The node signs it: its log of the present epoch.
    public var own: Bool
    /// A fork of it is proven, or a peer showed another history.
    public var disputed: Bool
  }

  /// The node's name.
  public var node: String
  /// All that the node keeps.
  public var logs: [Log]
  /// The daemon's release.
  public var version: String
}
