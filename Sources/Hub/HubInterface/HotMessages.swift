public import JSON
public import Varlink

// Looks that come by the thousand, from a border's desks: written and read without Codable. All
// others are rare.

extension SearchRequest: VarlinkReadable {
  /// - Throws: for a parameter that is not one of `names`, and without `look` or `text`.
  public init(reading reader: inout JSONReader) throws(JSONMismatch) {
    self.init(look: Look(), text: "")
    var needed: Set<String> = ["look", "text"]
    try reader.beginObject()
    while let key = try reader.nextKey() {
      needed.remove(key)
      switch key {
      case "look": look = try Look(reading: &reader)
      case "text": text = try reader.text()
      case "type": type = try reader.optionalText()
      case "from": from = try reader.optionalText()
      case "since": since = try reader.optionalText()
      case "born": born = try reader.optionalText()
      case "limit": limit = reader.takeNull() ? nil : try reader.integer()
      default: throw JSONMismatch()
      }
    }
    guard needed.isEmpty else { throw JSONMismatch() }
  }
}

extension CheckDocumentRequest: VarlinkReadable {
  /// - Throws: for a parameter that is not one of `names`, and without `look`.
  public init(reading reader: inout JSONReader) throws(JSONMismatch) {
    self.init(look: Look())
    var hasLook = false
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "look":
        look = try Look(reading: &reader)
        hasLook = true
      case "number": number = try reader.optionalText()
      case "country": country = try reader.optionalText()
      case "zone": zone = try reader.optionalText()
      default: throw JSONMismatch()
      }
    }
    guard hasLook else { throw JSONMismatch() }
  }
}

extension Look: VarlinkReadable {
  /// - Throws: for a member of another type; members that are not known are passed over.
  public init(reading reader: inout JSONReader) throws(JSONMismatch) {
    self.init()
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "purpose": purpose = try reader.optionalText()
      case "reason": reason = try reader.optionalText()
      case "case": self.case = reader.takeNull() ? nil : try reader.integer()
      default: reader.skip()
      }
    }
  }
}

extension SearchReply: VarlinkWritable {
  /// The same bytes as `VarlinkJSON` would give, keys sorted.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("account")
    account.write(to: &writer)
    if let equally {
      writer.key("equally")
      writer.number(equally)
    }
    writer.array("hits", hits)
    writer.endObject()
  }
}

extension CheckDocumentReply: VarlinkWritable {
  /// The same bytes as `VarlinkJSON` would give, keys sorted.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("account")
    account.write(to: &writer)
    writer.array("hits", hits)
    if let zone {
      writer.key("zone")
      // An answer has at most one of them.
      writer.raw(VarlinkJSON.encode(zone))
    }
    writer.endObject()
  }
}

extension LookAccount: VarlinkWritable {
  /// The same bytes as `VarlinkJSON` would give, keys sorted.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("complete")
    writer.bool(complete)
    writer.key("consultation")
    writer.number(consultation)
    writer.key("hidden")
    writer.number(hidden)
    writer.texts("hiddenFrom", hiddenFrom)
    writer.texts("notes", notes)
    writer.endObject()
  }
}

extension Hit: VarlinkWritable {
  /// The same bytes as `VarlinkJSON` would give, keys sorted.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.array("explanation", explanation)
    writer.key("found")
    found.write(to: &writer)
    writer.text("kind", kind)
    writer.key("score")
    writer.number(score)
    writer.text("sentence", sentence)
    writer.endObject()
  }
}

extension Found: VarlinkWritable {
  /// The same bytes as `VarlinkJSON` would give, keys sorted.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.text("author", author)
    writer.text("entry", entry)
    writer.texts("marks", marks)
    writer.text("record", record)
    if let ref { writer.text("ref", ref) }
    writer.key("time")
    writer.number(time)
    writer.text("type", type)
    writer.endObject()
  }
}

extension Row: VarlinkWritable {
  /// The same bytes as `VarlinkJSON` would give, keys sorted.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("contribution")
    writer.number(contribution)
    writer.text("feature", feature)
    writer.text("left", left)
    writer.text("right", right)
    writer.text("rule", rule)
    writer.key("similarity")
    writer.number(similarity)
    writer.key("weight")
    writer.number(weight)
    writer.endObject()
  }
}

extension JSONWriter {
  fileprivate mutating func text(_ name: StaticString, _ value: String) {
    key(name)
    string(value)
  }

  fileprivate mutating func texts(_ name: StaticString, _ values: [String]) {
    key(name)
    beginArray()
    for value in values { string(value) }
    endArray()
  }

  fileprivate mutating func array(_ name: StaticString, _ values: [some VarlinkWritable]) {
    key(name)
    beginArray()
    for value in values { value.write(to: &self) }
    endArray()
  }
}

extension JSONReader {
  fileprivate mutating func optionalText() throws(JSONMismatch) -> String? {
    takeNull() ? nil : try text()
  }
}
