/// Why bytes are not the JSON that is taken here (Protocols/json.md), and where.
public struct JSONProblem: Error, Hashable, Sendable {
  /// The rule that is broken; `reason` and `hint` say each in words.
  public enum Kind: Hashable, Sendable {
    case empty
    case tooLong(bytes: Int)
    case byteOrderMark
    case nulByte
    case notUTF8
    case lineBreak
    case controlCharacter(UInt8)
    case notAnObject
    case valueMissing
    case keyMissing
    case colonMissing
    case commaMissing
    case commaTooMany
    case moreAfterTheEnd
    case endsInside
    case wrongLiteral
    case wrongEscape
    case halfSurrogate
    case nulCharacter
    case wrongNumber
    case numberTooLong
    case numberOutOfRange
    case integerOutOfRange
    case tooDeep
    case keyTwice
    case typeMissing
    case typeNotText
  }

  /// The first rule that the text breaks, read from its beginning.
  public let kind: Kind
  /// Bytes before the place that is wrong.
  public let offset: Int

  /// - Parameter offset: bytes before the wrong place; 0 where the whole text is meant.
  public init(_ kind: Kind, at offset: Int) {
    self.kind = kind
    self.offset = offset
  }

  /// Completes a sentence that begins with what was read: "Line 5 …". Without a full stop; bytes
  /// are counted from 1.
  public var reason: String {
    let place = " at byte \(offset + 1)"
    return switch kind {
    case .empty: "is empty"
    case .tooLong(let bytes):
      "is \(bytes) bytes long; a record has at most \(JSONLimits.recordBytes)"
    case .byteOrderMark: "begins with a byte order mark"
    case .nulByte: "has a NUL byte" + place
    case .notUTF8: "is not UTF-8" + place
    case .lineBreak: "has a line break inside" + place
    case .controlCharacter(let byte):
      "has the control character U+\(fourHexDigits(byte))" + place
    case .notAnObject: "is no JSON object"
    case .valueMissing: "has no value" + place + ", where one is due"
    case .keyMissing: "has no key in double quotes" + place + ", where one is due"
    case .colonMissing: "has no colon" + place + ", where one is due"
    case .commaMissing: "has neither a comma nor an end" + place + ", where one is due"
    case .commaTooMany: "has a comma with nothing after it" + place
    case .moreAfterTheEnd: "goes on after its end" + place
    case .endsInside: "ends inside a value, after \(offset) bytes"
    case .wrongLiteral: "has a word that is not true, false or null" + place
    case .wrongEscape: "has a backslash that escapes nothing" + place
    case .halfSurrogate: "has half of a surrogate pair" + place
    case .nulCharacter: "has an escaped NUL" + place
    case .wrongNumber: "has a number that JSON does not know" + place
    case .numberTooLong:
      "has a number of more than \(JSONLimits.numberBytes) characters" + place
    case .numberOutOfRange: "has a number that a double cannot hold" + place
    case .integerOutOfRange: "has an integer that a double would round" + place
    case .tooDeep: "is nested deeper than \(JSONLimits.depth) levels" + place
    case .keyTwice: "has a key a second time" + place
    case .typeMissing: "has no \"type\""
    case .typeNotText: "has a \"type\" that is no string" + place
    }
  }

  /// The remedy, in one sentence.
  public var hint: String {
    switch kind {
    case .empty, .notAnObject: "Write one JSON object a line."
    case .tooLong: "Divide it into several records."
    case .byteOrderMark: "Save it as UTF-8 without a byte order mark."
    case .nulByte, .notUTF8: "Save it as UTF-8."
    case .lineBreak: "Write each record on one line."
    case .controlCharacter: "Write it as an escape, \\n or \\u001b, or take it out."
    case .valueMissing: "Write a value: text in double quotes, a number, true, false, null, [ or {."
    case .keyMissing: "Write each member as \"key\": value."
    case .colonMissing: "Write a colon between a key and its value."
    case .commaMissing: "Write a comma between values."
    case .commaTooMany: "Take the last comma out."
    case .moreAfterTheEnd: "Write one JSON object a line, and nothing after it."
    case .endsInside: "It may have been cut; write it whole."
    case .wrongLiteral: "Write true, false and null in small letters, and text in double quotes."
    case .wrongEscape: "Write \\\\ for a backslash, or one of the escapes of RFC 8259."
    case .halfSurrogate: "Write the character itself, or both halves as \\ud83d\\ude00."
    case .nulCharacter: "Leave U+0000 out: many readers end a text there."
    case .wrongNumber: "Write numbers as in RFC 8259: -1, 0.5, 2e10."
    case .numberTooLong, .numberOutOfRange, .integerOutOfRange:
      "Write it as text in double quotes: readers would disagree on its value."
    case .tooDeep: "Make its structure flatter."
    case .keyTwice: "Keep one of them: readers would disagree on which counts."
    case .typeMissing, .typeNotText: "Give it a \"type\", for example \"type\":\"person\"."
    }
  }

  private func fourHexDigits(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}
