extension JSONScanner {
  /// Passes over a string from its opening quote on.
  /// - Returns: whether it has escapes.
  @inline(__always)
  mutating func string(_ text: Span<UInt8>) throws(JSONProblem) -> Bool {
    at += 1
    var hasEscapes = false
    while true {
      if at <= text.count - 8 {
        let special = Word.special(text.word(at: at))
        if special == 0 {
          at += 8
          continue
        }
        at += special.trailingZeroBitCount / 8
      }
      guard at < text.count else { throw JSONProblem(.endsInside, at: at) }
      let byte = text[at]
      if byte == UInt8(ascii: "\"") {
        at += 1
        return hasEscapes
      }
      if byte >= 0x80 {
        // Names in other scripts are many such in a row.
        repeat { try scalar(text) } while at < text.count && text[at] >= 0x80
      } else if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        _ = try escape(text)
      } else if byte < 0x20 {
        throw JSONProblem(
          byte == 0
            ? .nulByte : byte == 0x0a || byte == 0x0d ? .lineBreak : .controlCharacter(byte),
          at: at)
      } else {
        at += 1
      }
    }
  }

  /// Passes over one character of more than one byte (RFC 3629: the shortest form, no surrogates,
  /// at most U+10FFFF).
  mutating func scalar(_ text: Span<UInt8>) throws(JSONProblem) {
    let lead = text[at]
    let left = text.count - at
    let second: UInt8 = left > 1 ? text[at + 1] : 0
    switch lead {
    case 0xc2...0xdf:
      guard isContinuation(second) else { throw JSONProblem(.notUTF8, at: at) }
      at += 2
    case 0xe0...0xef:
      let first: UInt8 = lead == 0xe0 ? 0xa0 : 0x80
      let last: UInt8 = lead == 0xed ? 0x9f : 0xbf
      guard left > 2, second >= first, second <= last, isContinuation(text[at + 2]) else {
        throw JSONProblem(.notUTF8, at: at)
      }
      at += 3
    case 0xf0...0xf4:
      let first: UInt8 = lead == 0xf0 ? 0x90 : 0x80
      let last: UInt8 = lead == 0xf4 ? 0x8f : 0xbf
      guard left > 3, second >= first, second <= last, isContinuation(text[at + 2]),
        isContinuation(text[at + 3])
      else { throw JSONProblem(.notUTF8, at: at) }
      at += 4
    default: throw JSONProblem(.notUTF8, at: at)
    }
  }

  @inline(__always)
  private func isContinuation(_ byte: UInt8) -> Bool { byte & 0xc0 == 0x80 }

  /// Passes over an escape from its backslash on.
  /// - Returns: the character that it means.
  mutating func escape(_ text: Span<UInt8>) throws(JSONProblem) -> UInt32 {
    let start = at
    guard text.count - at >= 2 else { throw JSONProblem(.endsInside, at: text.count) }
    at += 2
    switch text[start + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt32(text[start + 1])
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "f"): return 0x0c
    case UInt8(ascii: "n"): return 0x0a
    case UInt8(ascii: "r"): return 0x0d
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "u"): return try codePoint(text, escapeAt: start)
    default: throw JSONProblem(.wrongEscape, at: start)
    }
  }

  private mutating func codePoint(
    _ text: Span<UInt8>, escapeAt start: Int
  ) throws(JSONProblem) -> UInt32 {
    let first = try fourHexDigits(text, escapeAt: start)
    guard first != 0 else { throw JSONProblem(.nulCharacter, at: start) }
    guard 0xd800...0xdfff ~= first else { return first }
    guard first < 0xdc00, text.count - at >= 2, text[at] == UInt8(ascii: "\\"),
      text[at + 1] == UInt8(ascii: "u")
    else { throw JSONProblem(.halfSurrogate, at: start) }
    at += 2
    let second = try fourHexDigits(text, escapeAt: start)
    guard 0xdc00...0xdfff ~= second else { throw JSONProblem(.halfSurrogate, at: start) }
    return 0x10000 + (first - 0xd800) << 10 + (second - 0xdc00)
  }

  private mutating func fourHexDigits(
    _ text: Span<UInt8>, escapeAt start: Int
  ) throws(JSONProblem) -> UInt32 {
    guard text.count - at >= 4 else { throw JSONProblem(.wrongEscape, at: start) }
    var value: UInt32 = 0
    for index in at..<(at + 4) {
      guard let digit = hexDigit(text[index]) else { throw JSONProblem(.wrongEscape, at: start) }
      value = value << 4 | digit
    }
    at += 4
    return value
  }

  private func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}
