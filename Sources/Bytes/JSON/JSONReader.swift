/// A JSON object that passed `JSONScanner`: what `JSONReader` reads.
public struct JSONText: Sendable {
  /// As they came: white space between values is kept.
  public let bytes: [UInt8]

  /// Checks in one pass, with a scanner of its own; a `JSONScanner` that is kept is cheaper for
  /// many.
  public init(checking bytes: [UInt8], by rules: JSONRules) throws(JSONProblem) {
    var scanner = JSONScanner(rules)
    try scanner.check(bytes.span)
    self.bytes = bytes
  }

  /// A record is such an object.
  public init(_ record: Record) { bytes = record.bytes }

  /// For texts that were checked with a scanner of their own.
  init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// A value is of another type than the one asked for.
public struct JSONMismatch: Error, Hashable, Sendable {
  /// Carries no place: the caller knows which member it asked for.
  public init() {}
}

/// A cursor over checked text that takes one value after the other, and builds only what is asked
/// for.
///
///     try reader.beginObject()
///     while let key = try reader.nextKey() {
///       if key == "to" { to = try reader.text() } else { try reader.skip() }
///     }
///
/// After a value was refused with `JSONMismatch` the cursor still stands before it.
public struct JSONReader: Sendable {
  private let bytes: [UInt8]
  private var at = 0

  /// The six types of RFC 8259, 3, with true and false as one.
  public enum Kind: Sendable {
    case object, array, string, number, bool, null
  }

  /// Stands before the outermost object.
  public init(_ text: JSONText) { bytes = text.bytes }

  /// The type of the next value.
  public var kind: Kind {
    switch byte(space(at)) {
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "["): .array
    case UInt8(ascii: "\""): .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
    case UInt8(ascii: "n"): .null
    default: .number
    }
  }

  // MARK: - Containers

  /// Steps inside; `nextKey` follows until it gives nil.
  public mutating func beginObject() throws(JSONMismatch) { try open(.object) }

  /// The key of the next member, whose value is next; nil when the object has ended.
  public mutating func nextKey() throws(JSONMismatch) -> String? {
    guard next(UInt8(ascii: "}")) else { return nil }
    let key = try text()
    at = space(at)
    if byte(at) == UInt8(ascii: ":") { at += 1 }
    return key
  }

  /// Steps inside; `nextElement` follows until it gives false.
  public mutating func beginArray() throws(JSONMismatch) { try open(.array) }

  /// True when another element follows, which is next; false when the array has ended.
  public mutating func nextElement() -> Bool { next(UInt8(ascii: "]")) }

  private mutating func open(_ wanted: Kind) throws(JSONMismatch) {
    guard kind == wanted else { throw JSONMismatch() }
    at = space(at) + 1
  }

  /// Passes over the comma before the next member, or over the end.
  private mutating func next(_ end: UInt8) -> Bool {
    at = space(at)
    if byte(at) == UInt8(ascii: ",") { at = space(at + 1) }
    guard at < bytes.count else { return false }
    guard byte(at) == end else { return true }
    at += 1
    return false
  }

  // MARK: - Values

  /// A string, its escapes undone.
  public mutating func text() throws(JSONMismatch) -> String {
    guard kind == .string else { throw JSONMismatch() }
    let start = space(at) + 1
    let (end, hasEscapes) = endOfString(start)
    at = end + 1
    // Most texts have no escapes, and keys and codes fit into a string without memory of its own.
    guard hasEscapes else { return String(decoding: bytes[start..<end], as: UTF8.self) }
    return String(decoding: Escapes.unescape(bytes.span.extracting(start..<end)), as: UTF8.self)
  }

  /// The characters of a string as UTF-8, its escapes undone.
  public mutating func string() throws(JSONMismatch) -> [UInt8] {
    guard kind == .string else { throw JSONMismatch() }
    let start = space(at) + 1
    let (end, hasEscapes) = endOfString(start)
    at = end + 1
    return hasEscapes
      ? Escapes.unescape(bytes.span.extracting(start..<end)) : Array(bytes[start..<end])
  }

  /// An integer without sign.
  public mutating func unsigned() throws(JSONMismatch) -> UInt64 {
    let number = try number()
    guard let value = UInt64(number) else { throw JSONMismatch() }
    at += number.utf8.count
    return value
  }

  /// An integer with or without a minus; a fraction or an exponent is a mismatch.
  public mutating func integer() throws(JSONMismatch) -> Int {
    let number = try number()
    guard let value = Int(number) else { throw JSONMismatch() }
    at += number.utf8.count
    return value
  }

  private mutating func number() throws(JSONMismatch) -> String {
    guard kind == .number else { throw JSONMismatch() }
    at = space(at)
    let digits = bytes[at...].prefix { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
        UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
        true
      default: false
      }
    }
    return String(decoding: digits, as: UTF8.self)
  }

  /// `true` or `false`; no number stands for either.
  public mutating func bool() throws(JSONMismatch) -> Bool {
    guard kind == .bool else { throw JSONMismatch() }
    at = space(at)
    let value = byte(at) == UInt8(ascii: "t")
    at += value ? 4 : 5
    return value
  }

  /// Passes over a null, if one is next.
  public mutating func takeNull() -> Bool {
    guard kind == .null else { return false }
    at = space(at) + 4
    return true
  }

  /// The next value in its exact bytes.
  public mutating func raw() -> [UInt8] {
    at = space(at)
    let start = at
    skip()
    return Array(bytes[start..<min(at, bytes.count)])
  }

  /// Passes over the next value, whatever it is.
  public mutating func skip() {
    at = space(at)
    var depth = 0
    repeat {
      switch byte(at) {
      case UInt8(ascii: "\""): at = endOfString(at + 1).end
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        // The end of what holds it: there was no value.
        guard depth > 0 else { return }
        depth -= 1
      case UInt8(ascii: ","):
        guard depth > 0 else { return }
      default: break
      }
      at += 1
    } while at < bytes.count && (depth > 0 || !endsValue(at))
  }

  /// True when a value outside of any bracket ends before `index`.
  private func endsValue(_ index: Int) -> Bool {
    switch byte(index) {
    case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0...0x20: true
    default: false
    }
  }

  // MARK: - Places

  /// Where the cursor stands, for `goBack`.
  public var place: Int { at }

  /// Back to a place where the cursor stood before a value, to read that value once more in another
  /// way.
  public mutating func goBack(to place: Int) {
    precondition((0...at).contains(place))
    at = place
  }

  // MARK: - Bytes

  /// 0 behind the end, which no checked text holds.
  private func byte(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

  private func space(_ start: Int) -> Int {
    var index = start
    while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    return index
  }

  /// The place of the quote that ends the string whose first character is at `start`.
  private func endOfString(_ start: Int) -> (end: Int, hasEscapes: Bool) {
    let text = bytes.span
    var index = start
    var hasEscapes = false
    while index < text.count {
      if index <= text.count - 8 {
        let special = Word.special(text.word(at: index))
        if special == 0 {
          index += 8
          continue
        }
        index += special.trailingZeroBitCount / 8
      }
      switch text[index] {
      case UInt8(ascii: "\""): return (index, hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        index += 2
      default: index += 1
      }
    }
    return (text.count, hasEscapes)
  }
}
