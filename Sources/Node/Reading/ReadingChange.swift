public import JSON
public import Varlink

/// One entry as it reads now, or a run of them that do not (Protocols/readability.md, READ-9).
public struct ReadingChange: Hashable, Sendable {
  /// The log's id, 64 hexadecimal digits.
  public var log: String
  /// `nl/1/17`; of a run the first one.
  public var entry: String
  /// The number of entries in a run that is not readable; nil: 1.
  public var count: UInt64?
  /// The record can be opened and may be handed out (READ-1).
  public var isReadable: Bool
  /// A word of READ-9: why it is told, or why it is not readable.
  public var why: String
  /// Unix ms, the author's claim.
  public var time: UInt64?
  /// Days since 1970-01-01; nil: it does not expire.
  public var expiryDay: UInt64?
  /// nil when it is not readable, or what the author sealed breaks a rule of records: then
  /// `malformed` says which.
  public var record: Record?
  /// Completes a sentence that begins with "It".
  public var malformed: String?
  /// At or above a freeze, on a branch that no opening settled (READ-2).
  public var isDisputed = false
  /// Above the size at which the next epoch says that this one ended (READ-2).
  public var isLate = false
  /// The grant of the audience that it was sealed to: its members are in the page (READ-25). Nil:
  /// this node cannot tell.
  public var grant: UInt64?

  /// The others are added where they are known.
  public init(log: String, entry: String, isReadable: Bool, why: String) {
    self.log = log
    self.entry = entry
    self.isReadable = isReadable
    self.why = why
  }

  /// The index in the log; nil if `entry` is no name of one.
  public var index: UInt64? {
    entry.lastIndex(of: "/").flatMap { UInt64(entry[entry.index(after: $0)...]) }
  }

  /// `nl/1`; nil if `entry` is no name of one.
  public var origin: Substring? { entry.lastIndex(of: "/").map { entry[..<$0] } }
}

extension ReadingChange: VarlinkReadable, VarlinkWritable {
  /// - Throws: for a value of another type, and for a record that is none.
  public init(reading reader: inout JSONReader) throws(JSONMismatch) {
    self.init(log: "", entry: "", isReadable: false, why: "")
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "log": log = try reader.text()
      case "entry": entry = try reader.text()
      case "count": count = reader.takeNull() ? nil : try reader.unsigned()
      case "readable": isReadable = try reader.bool()
      case "why": why = try reader.text()
      case "time": time = reader.takeNull() ? nil : try reader.unsigned()
      case "expiryDay": expiryDay = reader.takeNull() ? nil : try reader.unsigned()
      case "record": if !reader.takeNull() { record = try ReadingChange.record(&reader) }
      case "malformed": malformed = reader.takeNull() ? nil : try reader.text()
      case "disputed": isDisputed = reader.takeNull() ? false : try reader.bool()
      case "late": isLate = reader.takeNull() ? false : try reader.bool()
      case "grant": grant = reader.takeNull() ? nil : try reader.unsigned()
      default: reader.skip()
      }
    }
  }

  private static func record(_ reader: inout JSONReader) throws(JSONMismatch) -> Record {
    // The daemon checked it; who stores it relies on it.
    guard let record = try? Record(checking: try reader.string()) else { throw JSONMismatch() }
    return record
  }

  /// Flags that are false and what is nil are left out.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    if let count {
      writer.key("count")
      writer.number(count)
    }
    if isDisputed {
      writer.key("disputed")
      writer.bool(true)
    }
    writer.key("entry")
    writer.string(entry)
    if let expiryDay {
      writer.key("expiryDay")
      writer.number(expiryDay)
    }
    if let grant {
      writer.key("grant")
      writer.number(grant)
    }
    if isLate {
      writer.key("late")
      writer.bool(true)
    }
    writer.key("log")
    writer.string(log)
    if let malformed {
      writer.key("malformed")
      writer.string(malformed)
    }
    writer.key("readable")
    writer.bool(isReadable)
    if let record {
      writer.key("record")
      writer.string(record.bytes)
    }
    if let time {
      writer.key("time")
      writer.number(time)
    }
    writer.key("why")
    writer.string(why)
    writer.endObject()
  }
}
