/// The lines of a text that people edit, keep or send by mail: a configuration, a card, a recovery
/// file. Line ends may be LF or CR LF, the last line needs none, and a byte order mark of UTF-8 may
/// stand before the first. Empty lines at the end are no lines. Everything else is a problem with a
/// line number, never a line that vanishes.
public struct TextFile: Hashable, Sendable {
  /// Without their ends.
  public let lines: [String]

  /// - Throws: the first line that breaks the rules above.
  public init(_ bytes: [UInt8]) throws(TextProblem) {
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      throw TextProblem(line: 1, kind: .utf16)
    }
    var lines: [String] = []
    var start = TextFile.markBytes(bytes)
    while start < bytes.count {
      let feed = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
      var end = feed
      if end > start, bytes[end - 1] == 0x0d { end -= 1 }
      lines.append(try TextFile.line(bytes[start..<end], number: lines.count + 1))
      start = feed + 1
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    self.lines = lines
  }

  /// The one spelling of this text: every line ends with LF, and nothing stands before the first or
  /// after the last. These bytes are what is signed or authenticated.
  public var canonical: [UInt8] { lines.flatMap { Array($0.utf8) + [0x0a] } }

  private static func line(_ bytes: ArraySlice<UInt8>, number: Int) throws(TextProblem) -> String {
    for byte in bytes where byte != 0x09 {
      if let kind = problem(byte) { throw TextProblem(line: number, kind: kind) }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TextProblem(line: number, kind: .notUTF8)
    }
    return text
  }

  /// - Returns: nil for what is no control character.
  private static func problem(_ byte: UInt8) -> TextProblem.Kind? {
    switch byte {
    case 0: .nul
    case 0x0d: .carriageReturn
    case ..<0x20, 0x7f: .controlCharacter(byte)
    default: nil
    }
  }

  private static func markBytes(_ bytes: [UInt8]) -> Int {
    bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
  }
}

/// The one line of a file whose bytes stay in guarded memory: a passphrase, a pre-shared key. The
/// same rules.
extension TextFile {
  /// - Returns: where the line stands, without byte order mark and line end.
  public static func onlyLine(of bytes: Span<UInt8>) throws(TextProblem) -> Range<Int> {
    var start = 0
    if bytes.count >= 2,
      bytes[0] == 0xff && bytes[1] == 0xfe || bytes[0] == 0xfe && bytes[1] == 0xff
    {
      throw TextProblem(line: 1, kind: .utf16)
    }
    if bytes.count >= 3, bytes[0] == 0xef, bytes[1] == 0xbb, bytes[2] == 0xbf { start = 3 }
    var end = start
    while end < bytes.count, bytes[end] != 0x0a { end += 1 }
    var number = 1
    for index in end..<bytes.count {
      if bytes[index] == 0x0a {
        number += 1
      } else if bytes[index] != 0x0d {
        throw TextProblem(line: number, kind: .oneLineExpected)
      }
    }
    if end > start, bytes[end - 1] == 0x0d { end -= 1 }
    for index in start..<end {
      if let kind = problem(bytes[index]) { throw TextProblem(line: 1, kind: kind) }
    }
    return start..<end
  }
}

/// Why a text is none that can be read line by line.
public struct TextProblem: Error, Hashable, Sendable {
  /// The rule that is broken; `reason` and `hint` say each in words.
  public enum Kind: Hashable, Sendable {
    case utf16
    case notUTF8
    /// One that ends no line.
    case carriageReturn
    case nul
    case controlCharacter(UInt8)
    /// A second line where there must be one.
    case oneLineExpected
  }

  /// From 1.
  public let line: Int
  /// The first rule that the line breaks.
  public let kind: Kind

  /// - Parameter line: from 1.
  public init(line: Int, kind: Kind) {
    self.line = line
    self.kind = kind
  }

  /// Completes "FILE, line N …".
  public var reason: String {
    switch kind {
    case .utf16: "begins a text in UTF-16"
    case .notUTF8: "is not UTF-8"
    case .carriageReturn: "holds a carriage return that ends no line"
    case .nul: "holds a zero byte: the text is in another encoding, or no text"
    case .controlCharacter(let byte): "holds the control character \(byte)"
    case .oneLineExpected: "is one line more than the file may have"
    }
  }

  /// The remedy, in the imperative, without a full stop.
  public var hint: String {
    switch kind {
    case .utf16, .notUTF8, .nul: "save the file as plain text in UTF-8"
    case .carriageReturn, .controlCharacter: "mend that line in an editor for plain text"
    case .oneLineExpected: "leave the one line that is meant"
    }
  }
}
