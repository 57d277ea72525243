import JSON
import Testing

@Suite("Reading checked JSON, and writing it")
struct ReaderTests {
  @Test("A reader gives what a writer was given, whatever the text holds") func roundTrip() throws {
    let texts = [
      "", "x", "\"", "\\", "a\"b\\c", "12345678", "1234567\"", "12345678\"", "\u{1}\u{1f}\t\n\r",
      "é", "حسین موسوی",
      "1234567é", "😀😀😀😀", "\u{7f}\u{85}\u{2028}", String(repeating: "\"", count: 100),
      String(repeating: "\u{2}", count: 9),
      String(repeating: "abc\"", count: 40), "/",
    ]
    var writer = JSONWriter(reserving: 0)
    writer.beginObject()
    writer.key("texts")
    writer.beginArray()
    for text in texts { writer.string(text) }
    writer.endArray()
    writer.key("number")
    writer.number(UInt64.max)
    writer.key("less")
    writer.number(-7)
    writer.key("raw")
    writer.raw(Array(#"{"a":[1,{"b":"]}"}],"c":"\\"}"#.utf8))
    writer.key("yes")
    writer.bool(true)
    writer.key("none")
    writer.null()
    writer.key(text: "a \"key\"")
    writer.bool(false)
    writer.endObject()
    var reader = JSONReader(try JSONText(checking: writer.bytes, by: .message))
    var read: [String] = []
    try reader.beginObject()
    var key = try reader.nextKey()
    #expect(key == "texts")
    try reader.beginArray()
    while reader.nextElement() { read.append(try reader.text()) }
    #expect(read == texts)
    key = try reader.nextKey()
    let number = try reader.unsigned()
    #expect(key == "number" && number == .max)
    key = try reader.nextKey()
    let less = try reader.integer()
    #expect(key == "less" && less == -7)
    key = try reader.nextKey()
    let raw = reader.raw()
    #expect(key == "raw" && raw == Array(#"{"a":[1,{"b":"]}"}],"c":"\\"}"#.utf8))
    key = try reader.nextKey()
    let yes = try reader.bool()
    #expect(key == "yes" && yes)
    key = try reader.nextKey()
    let isNull = reader.takeNull()
    #expect(key == "none" && isNull)
    key = try reader.nextKey()
    let no = try reader.bool()
    #expect(key == "a \"key\"" && !no)
    key = try reader.nextKey()
    #expect(key == nil)
  }

  @Test("Escapes are read as RFC 8259 says") func escapes() throws {
    let text = #"{"type":"\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00 12345678 \"\""}"#
    var reader = JSONReader(JSONText(try Record(checking: text)))
    try reader.beginObject()
    _ = try reader.nextKey()
    let read = try reader.text()
    #expect(read == "\"\\/\u{8}\u{c}\n\r\tAé€😀 12345678 \"\"")
  }

  @Test("Another type than the one asked for is refused, and can still be read as what it is")
  func mismatch() throws {
    let text = #"{"a":"x","b":1.5,"c":[],"d":{},"e":null,"f":true,"g":-1}"#
    var reader = JSONReader(try JSONText(checking: Array(text.utf8), by: .message))
    #expect(isRefused(reader) { (reader) throws(JSONMismatch) in try reader.beginArray() })
    try reader.beginObject()
    while try reader.nextKey() != nil {
      let kind = reader.kind
      #expect(
        (kind != .string)
          == isRefused(reader) { (reader) throws(JSONMismatch) in _ = try reader.string() })
      #expect(
        (kind != .bool)
          == isRefused(reader) { (reader) throws(JSONMismatch) in _ = try reader.bool() })
      #expect(
        (kind != .array)
          == isRefused(reader) { (reader) throws(JSONMismatch) in try reader.beginArray() })
      #expect(
        (kind != .object)
          == isRefused(reader) { (reader) throws(JSONMismatch) in try reader.beginObject() })
      #expect(isRefused(reader) { (reader) throws(JSONMismatch) in _ = try reader.unsigned() })
      let tookNull = reader.takeNull()
      #expect(tookNull == (kind == .null))
      if !tookNull { reader.skip() }
    }
  }

  private func isRefused(
    _ reader: JSONReader, _ read: (inout JSONReader) throws(JSONMismatch) -> Void
  ) -> Bool {
    var reader = reader
    do { try read(&reader) } catch { return true }
    return false
  }

  @Test("Skipping passes over any value", arguments: RecordCases.taken.indices)
  func skips(_ index: Int) throws {
    var reader = JSONReader(JSONText(try Record(checking: RecordCases.taken[index])))
    var types = 0
    try reader.beginObject()
    while let key = try reader.nextKey() {
      if key == "type" { types += 1 }
      reader.skip()
    }
    #expect(types == 1)
  }
}
