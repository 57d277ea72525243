/// One pass over a text that must be a JSON object by every rule of Protocols/json.md: RFC 8259 in
/// UTF-8, bounded in depth, no key twice in an object, numbers that readers agree on. It builds
/// nothing.
///
/// A scanner keeps its scratch memory between texts, so one that checks many is cheaper than many
/// that check one.
struct JSONScanner: Sendable {
  let rules: JSONRules
  /// The next byte to look at.
  var at = 0
  var depth = 0
  /// Keys of the objects that are open, the innermost last.
  var keys: [Key] = []
  /// Keys that were written with escapes, as they read without.
  var unescaped: [UInt8] = []
  /// The text again, for the sorting of many keys.
  var copy: [UInt8] = []
  /// The place of the value behind the outermost `type`.
  var typeOffset: Int?
  var typeIsText = false

  /// - Parameter rules: `.record` or `.message`.
  init(_ rules: JSONRules) { self.rules = rules }

  /// - Throws: what is wrong first, with its place.
  mutating func check(_ text: Span<UInt8>) throws(JSONProblem) {
    at = 0
    depth = 0
    keys.removeAll(keepingCapacity: true)
    if !unescaped.isEmpty { unescaped.removeAll(keepingCapacity: true) }
    if !copy.isEmpty { copy = [] }
    typeOffset = nil
    typeIsText = false
    if text.count >= 3, text[0] == 0xef, text[1] == 0xbb, text[2] == 0xbf {
      throw JSONProblem(.byteOrderMark, at: 0)
    }
    try skipSpace(text)
    guard at < text.count else { throw JSONProblem(.empty, at: 0) }
    guard text[at] == UInt8(ascii: "{") else { throw unexpected(.notAnObject, text) }
    try object(text)
    try skipSpace(text)
    guard at == text.count else { throw unexpected(.moreAfterTheEnd, text) }
  }

  // MARK: - Values

  private mutating func value(_ text: Span<UInt8>) throws(JSONProblem) {
    guard at < text.count else { throw JSONProblem(.endsInside, at: at) }
    switch text[at] {
    case UInt8(ascii: "\""): _ = try string(text)
    case UInt8(ascii: "{"): try object(text)
    case UInt8(ascii: "["): try array(text)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number(text)
    case UInt8(ascii: "t"): try literal("true", text)
    case UInt8(ascii: "f"): try literal("false", text)
    case UInt8(ascii: "n"): try literal("null", text)
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
      throw JSONProblem(.wrongLiteral, at: at)
    case UInt8(ascii: "."), UInt8(ascii: "+"): throw JSONProblem(.wrongNumber, at: at)
    default: throw unexpected(.valueMissing, text)
    }
  }

  private mutating func object(_ text: Span<UInt8>) throws(JSONProblem) {
    try enter()
    let firstKey = keys.count
    var seen: UInt64 = 0
    try skipSpace(text)
    if take(UInt8(ascii: "}"), text) { return depth -= 1 }
    while true {
      guard at < text.count else { throw JSONProblem(.endsInside, at: at) }
      guard text[at] == UInt8(ascii: "\"") else { throw unexpected(.keyMissing, text) }
      let place = at
      let key = try key(text)
      let isType = depth == 1 && key.word == Key.typeWord && key.count == 4
      try add(key, at: place, from: firstKey, &seen, text)
      try skipSpace(text)
      guard take(UInt8(ascii: ":"), text) else { throw unexpected(.colonMissing, text) }
      try skipSpace(text)
      if isType {
        typeOffset = at
        typeIsText = at < text.count && text[at] == UInt8(ascii: "\"")
      }
      try value(text)
      try skipSpace(text)
      if take(UInt8(ascii: "}"), text) { break }
      let comma = at
      guard take(UInt8(ascii: ","), text) else { throw unexpected(.commaMissing, text) }
      try skipSpace(text)
      if at < text.count, text[at] == UInt8(ascii: "}") {
        throw JSONProblem(.commaTooMany, at: comma)
      }
    }
    if keys.count - firstKey > JSONLimits.keysComparedAtOnce { try compare(from: firstKey, text) }
    keys.removeLast(keys.count - firstKey)
    depth -= 1
  }

  private mutating func array(_ text: Span<UInt8>) throws(JSONProblem) {
    try enter()
    try skipSpace(text)
    if take(UInt8(ascii: "]"), text) { return depth -= 1 }
    while true {
      try value(text)
      try skipSpace(text)
      if take(UInt8(ascii: "]"), text) { return depth -= 1 }
      let comma = at
      guard take(UInt8(ascii: ","), text) else { throw unexpected(.commaMissing, text) }
      try skipSpace(text)
      if at < text.count, text[at] == UInt8(ascii: "]") {
        throw JSONProblem(.commaTooMany, at: comma)
      }
    }
  }

  private mutating func literal(_ word: String, _ text: Span<UInt8>) throws(JSONProblem) {
    let start = at
    for byte in word.utf8 {
      guard take(byte, text) else { throw JSONProblem(.wrongLiteral, at: start) }
    }
  }

  // MARK: - Between tokens

  private mutating func enter() throws(JSONProblem) {
    guard depth < JSONLimits.depth else { throw JSONProblem(.tooDeep, at: at) }
    depth += 1
    at += 1
  }

  @inline(__always)
  private mutating func take(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
    guard at < text.count, text[at] == byte else { return false }
    at += 1
    return true
  }

  @inline(__always)
  private mutating func skipSpace(_ text: Span<UInt8>) throws(JSONProblem) {
    while at < text.count, text[at] <= 0x20 {
      let byte = text[at]
      guard byte == 0x20 || byte == 0x09 || rules.takesLineBreaks && (byte == 0x0a || byte == 0x0d)
      else { return }
      at += 1
    }
  }

  /// The problem at the present place, where something else was due: what is seldom meant comes
  /// first.
  private func unexpected(_ kind: JSONProblem.Kind, _ text: Span<UInt8>) -> JSONProblem {
    guard at < text.count else { return JSONProblem(.endsInside, at: at) }
    return switch text[at] {
    case 0: JSONProblem(.nulByte, at: at)
    case 0x0a, 0x0d: JSONProblem(.lineBreak, at: at)
    case 1..<0x20: JSONProblem(.controlCharacter(text[at]), at: at)
    case 0x80...: JSONProblem(isUTF8(text) ? kind : .notUTF8, at: at)
    default: JSONProblem(kind, at: at)
    }
  }

  private func isUTF8(_ text: Span<UInt8>) -> Bool {
    var scanner = self
    do { try scanner.scalar(text) } catch { return false }
    return true
  }
}
