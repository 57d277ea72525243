public import JSON
public import Varlink

/// Where a reader is (Protocols/readability.md, READ-4).
public struct ReadingCursor: Codable, Hashable, Sendable {
  /// The name of the journal, 80 hexadecimal digits (READ-13).
  public var journal: String
  /// Changes below it were told.
  public var number: UInt64
  /// The index that is looked at next in each log, by the log's id in hexadecimal. In an answer
  /// only those that moved.
  public var next: [String: UInt64]

  /// - Parameter next: empty: no log was looked at.
  public init(journal: String, number: UInt64, next: [String: UInt64] = [:]) {
    self.journal = journal
    self.number = number
    self.next = next
  }

  /// Goes on to where a page ends.
  public mutating func move(to page: ReadingCursor) {
    journal = page.journal
    number = page.number
    next.merge(page.next) { _, new in new }
  }
}

extension ReadingCursor: VarlinkReadable, VarlinkWritable {
  /// - Throws: for a value of another type; members that are not known are passed over.
  public init(reading reader: inout JSONReader) throws(JSONMismatch) {
    self.init(journal: "", number: 0)
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "journal": journal = try reader.text()
      case "number": number = try reader.unsigned()
      case "next":
        try reader.beginObject()
        while let log = try reader.nextKey() { next[log] = try reader.unsigned() }
      default: reader.skip()
      }
    }
  }

  /// Logs are sorted by id, so that equal cursors are equal bytes.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("journal")
    writer.string(journal)
    writer.key("next")
    writer.beginObject()
    for (log, index) in next.sorted(by: { $0.key < $1.key }) {
      writer.key(text: log)
      writer.number(index)
    }
    writer.endObject()
    writer.key("number")
    writer.number(number)
    writer.endObject()
  }
}
