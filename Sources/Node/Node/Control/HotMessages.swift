public import JSON
public import Varlink

// The messages that come by the thousand, on the ways of publish and tail: written and read without
// Codable. All others are rare.

extension PublishRequest: VarlinkWritable {
  /// The same bytes as `VarlinkJSON` would give, keys sorted.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    if let expiryDay {
      writer.key("expiryDay")
      writer.number(expiryDay)
    }
    if let grant {
      writer.key("grant")
      writer.number(grant)
    }
    writer.key("records")
    writer.beginArray()
    for record in records { writer.string(record.bytes) }
    writer.endArray()
    if let replicas {
      writer.key("replicas")
      writer.number(replicas)
    }
    if let timeout {
      writer.key("timeout")
      writer.number(timeout)
    }
    writer.key("to")
    writer.beginArray()
    for name in to { writer.string(name) }
    writer.endArray()
    writer.endObject()
  }
}

extension PublishRequest {
  /// Reads the parameters of a call. Nothing beyond the limits is kept, however long the message
  /// is.
  /// - Throws: `InvalidParameter`, or a `ControlError` that names the record which is none.
  init(reading reader: inout JSONReader) throws {
    self.init(to: [], records: [])
    var found: Set<String> = []
    var name = "parameters"
    do {
      try reader.beginObject()
      while let key = try reader.nextKey() {
        name = key
        found.insert(key)
        switch key {
        case "to": to = try PublishRequest.names(&reader)
        case "records": records = try PublishRequest.records(&reader)
        case "replicas": replicas = reader.takeNull() ? nil : try reader.integer()
        case "timeout": timeout = reader.takeNull() ? nil : try reader.integer()
        case "expiryDay": expiryDay = reader.takeNull() ? nil : try reader.integer()
        case "grant": grant = reader.takeNull() ? nil : try reader.unsigned()
        // A misspelt `replicas` must not pass for none (CTL-6).
        default: throw InvalidParameter(parameter: key)
        }
      }
    } catch is JSONMismatch {
      throw InvalidParameter(parameter: name)
    }
    for needed in ["to", "records"] where !found.contains(needed) {
      throw InvalidParameter(parameter: needed)
    }
  }

  private static func names(_ reader: inout JSONReader) throws -> [String] {
    var names: [String] = []
    try reader.beginArray()
    while reader.nextElement() {
      guard names.count < ControlLimits.audienceMembers else {
        throw ControlError.refused(
          reason: "more than \(ControlLimits.audienceMembers) nodes named in \"to\"",
          hint: "name 1 to \(ControlLimits.audienceMembers) nodes, or \"all\" alone")
      }
      names.append(try reader.text())
    }
    return names
  }

  private static func records(_ reader: inout JSONReader) throws -> [Record] {
    var records: [Record] = []
    var recordBytes = 0
    var check = RecordCheck()
    try reader.beginArray()
    while reader.nextElement() {
      guard records.count < ControlLimits.recordsPerPublish else {
        throw ControlError.refused(
          reason: "more than \(ControlLimits.recordsPerPublish) records in one call",
          hint: "send 1 to \(ControlLimits.recordsPerPublish) at a time")
      }
      let bytes = try reader.string()
      recordBytes += bytes.count
      guard recordBytes <= ControlLimits.recordBytesPerPublish else {
        throw ControlError.refused(
          reason: "more than \(ControlLimits.recordBytesPerPublish) bytes of records in one call",
          hint: "send at most so many at a time")
      }
      do throws(JSONProblem) {
        records.append(try check(bytes))
      } catch {
        throw ControlError.recordRefused(
          line: records.count + 1, reason: error.reason, hint: error.hint)
      }
    }
    return records
  }
}

extension EntryRun: VarlinkReadable, VarlinkWritable {
  /// - Throws: for a value of another type; members that are not known are passed over.
  public init(reading reader: inout JSONReader) throws(JSONMismatch) {
    self.init(origin: "", first: 0, count: 0)
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "origin": origin = try reader.text()
      case "first": first = try reader.unsigned()
      case "count": count = try reader.unsigned()
      default: reader.skip()
      }
    }
  }

  /// The same bytes as `VarlinkJSON` would give, keys sorted.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("count")
    writer.number(count)
    writer.key("first")
    writer.number(first)
    writer.key("origin")
    writer.string(origin)
    writer.endObject()
  }
}

extension PublishReply: VarlinkReadable, VarlinkWritable {
  /// - Throws: for a value of another type; members that are not known are passed over.
  public init(reading reader: inout JSONReader) throws(JSONMismatch) {
    self.init(entries: [])
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "entries":
        try reader.beginArray()
        while reader.nextElement() { entries.append(try EntryRun(reading: &reader)) }
      case "grant": grant = reader.takeNull() ? nil : try reader.unsigned()
      case "contested": contested = try PublishReply.names(&reader)
      case "leftOut": leftOut = try PublishReply.names(&reader)
      case "withoutPresharedKey": withoutPresharedKey = try PublishReply.names(&reader)
      default: reader.skip()
      }
    }
  }

  private static func names(_ reader: inout JSONReader) throws(JSONMismatch) -> [String]? {
    guard !reader.takeNull() else { return nil }
    var names: [String] = []
    try reader.beginArray()
    while reader.nextElement() { names.append(try reader.text()) }
    return names
  }

  /// The same bytes as `VarlinkJSON` would give, keys sorted.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    PublishReply.write("contested", contested, to: &writer)
    writer.key("entries")
    writer.beginArray()
    for run in entries { run.write(to: &writer) }
    writer.endArray()
    if let grant {
      writer.key("grant")
      writer.number(grant)
    }
    PublishReply.write("leftOut", leftOut, to: &writer)
    PublishReply.write("withoutPresharedKey", withoutPresharedKey, to: &writer)
    writer.endObject()
  }

  private static func write(_ key: StaticString, _ names: [String]?, to writer: inout JSONWriter) {
    guard let names else { return }
    writer.key(key)
    writer.beginArray()
    for name in names { writer.string(name) }
    writer.endArray()
  }
}

extension TailPosition: VarlinkReadable, VarlinkWritable {
  /// - Throws: for a value of another type; members that are not known are passed over.
  public init(reading reader: inout JSONReader) throws(JSONMismatch) {
    self.init()
    try reader.beginObject()
    while let key = try reader.nextKey() {
      guard key == "next" else {
        reader.skip()
        continue
      }
      try reader.beginObject()
      while let origin = try reader.nextKey() { next[origin] = try reader.unsigned() }
    }
  }

  /// Logs are sorted by origin, so that equal positions are equal bytes.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("next")
    writer.beginObject()
    for (origin, index) in next.sorted(by: { $0.key < $1.key }) {
      writer.key(text: origin)
      writer.number(index)
    }
    writer.endObject()
    writer.endObject()
  }
}

extension TailEvent: VarlinkReadable, VarlinkWritable {
  /// - Throws: for a value of another type, and for a record that is none.
  public init(reading reader: inout JSONReader) throws(JSONMismatch) {
    self.init(entry: "", time: 0, record: nil)
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "entry": entry = try reader.text()
      case "time": time = try reader.unsigned()
      case "record":
        // The daemon checked it; who prints it relies on it.
        guard let record = try? Record(checking: try reader.string()) else { throw JSONMismatch() }
        self.record = record
      case "malformed": malformed = try reader.text()
      case "disputed": disputed = try reader.bool()
      case "late": late = try reader.bool()
      default: reader.skip()
      }
    }
  }

  /// Flags that are false are left out.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    if let disputed {
      writer.key("disputed")
      writer.bool(disputed)
    }
    writer.key("entry")
    writer.string(entry)
    if let late {
      writer.key("late")
      writer.bool(late)
    }
    if let malformed {
      writer.key("malformed")
      writer.string(malformed)
    }
    if let record {
      writer.key("record")
      writer.string(record.bytes)
    }
    writer.key("time")
    writer.number(time)
    writer.endObject()
  }
}

extension TailPage: VarlinkReadable, VarlinkWritable {
  /// - Throws: as its events and its position do.
  public init(reading reader: inout JSONReader) throws(JSONMismatch) {
    self.init(events: [], position: TailPosition(), more: false)
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "events":
        try reader.beginArray()
        while reader.nextElement() { events.append(try TailEvent(reading: &reader)) }
      case "position": position = try TailPosition(reading: &reader)
      case "more": more = try reader.bool()
      default: reader.skip()
      }
    }
  }

  /// The same bytes as `VarlinkJSON` would give, keys sorted.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("events")
    writer.beginArray()
    for event in events { event.write(to: &writer) }
    writer.endArray()
    writer.key("more")
    writer.bool(more)
    writer.key("position")
    position.write(to: &writer)
    writer.endObject()
  }
}
