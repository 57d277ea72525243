/// Writes compact JSON: objects and arrays with their commas, strings with what must be escaped and
/// nothing else, so that the same values give the same bytes.
///
///     writer.beginObject()
///     writer.key("entry")
///     writer.string("nl/1/17")
///     writer.endObject()
public struct JSONWriter: Sendable {
  /// JSON once every bracket is closed; until then its beginning.
  public private(set) var bytes: [UInt8]
  /// True when a value stands before the next one, in whatever is open.
  private var needsComma = false

  /// - Parameter byteCount: a guess that saves copies; more may be written.
  public init(reserving byteCount: Int = 256) {
    bytes = []
    bytes.reserveCapacity(byteCount)
  }

  /// Also a value: inside an object its key is written first.
  public mutating func beginObject() { begin(UInt8(ascii: "{")) }
  /// Closes the innermost object. Brackets are the caller's to match.
  public mutating func endObject() { end(UInt8(ascii: "}")) }
  /// Also a value: inside an object its key is written first.
  public mutating func beginArray() { begin(UInt8(ascii: "[")) }
  /// Closes the innermost array. Brackets are the caller's to match.
  public mutating func endArray() { end(UInt8(ascii: "]")) }

  /// The key of the next member. Not from outside: it is written as it is.
  public mutating func key(_ key: StaticString) {
    comma()
    bytes.append(UInt8(ascii: "\""))
    key.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// A key from outside.
  public mutating func key(text key: String) {
    string(key)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Escapes quotes, backslashes and control characters, and nothing else.
  public mutating func string(_ text: String) { string(Array(text.utf8)) }

  /// - Parameter utf8: valid UTF-8.
  public mutating func string(_ utf8: [UInt8]) {
    comma()
    bytes.append(UInt8(ascii: "\""))
    bytes.append(addingCapacity: Escapes.escapedCapacity(utf8.span)) {
      (result: inout OutputSpan<UInt8>) in Escapes.escape(utf8.span, into: &result)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// In decimal. A record holds none above 2^53 − 1 (JSON-7).
  public mutating func number(_ value: some FixedWidthInteger) {
    comma()
    bytes.append(contentsOf: String(value).utf8)
  }

  /// - Parameter value: finite. It is written as Foundation does it: the shortest digits that read
  ///   back as the same, and no `.0`.
  public mutating func number(_ value: Double) {
    comma()
    let text = value.description
    bytes.append(contentsOf: text.hasSuffix(".0") ? text.utf8.dropLast(2) : text.utf8[...])
  }

  /// A JSON boolean.
  public mutating func bool(_ value: Bool) {
    comma()
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  /// A member that is there and empty; most models leave the member out.
  public mutating func null() {
    comma()
    bytes.append(contentsOf: "null".utf8)
  }

  /// A value that is JSON already, in its exact bytes.
  public mutating func raw(_ json: [UInt8]) {
    comma()
    bytes.append(contentsOf: json)
  }

  // MARK: -

  private mutating func begin(_ bracket: UInt8) {
    comma()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func end(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func comma() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }
}
