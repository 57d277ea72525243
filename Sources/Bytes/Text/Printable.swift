/// Text from outside as a person may see it: every character that a terminal would obey, that is
/// not drawn, or that turns the direction of its neighbours stands as `\u{202e}`, and a byte that
/// is no UTF-8 as `\xe9`.
///
/// Every program writes what it did not make itself through these functions alone: records, names
/// of files, words of peers, arguments. A backslash stays one, so that escaping twice changes
/// nothing.
extension StringProtocol {
  /// One line: line feeds are written as numbers too.
  public var printable: String { escaped(keepingLines: false) }

  /// Lines as they are, each of them printable.
  public var printableLines: String { escaped(keepingLines: true) }

  private func escaped(keepingLines: Bool) -> String {
    // Nearly everything that is printed.
    if utf8.allSatisfy({ (0x20...0x7e).contains($0) || keepingLines && $0 == 0x0a }) {
      return String(self)
    }
    var result = ""
    // A mark without a character before it would join what the program itself wrote.
    var marks = Limits.marksInARow
    for scalar in unicodeScalars {
      if keepingLines, scalar == "\n" {
        marks = Limits.marksInARow
      } else if let byte = PathText.byte(scalar) {
        result += "\\x" + hexadecimal(UInt32(byte), digits: 2)
        continue
      } else if scalar.isMark {
        marks += 1
      } else {
        marks = scalar.isHostile ? Limits.marksInARow : 0
      }
      if scalar.isHostile && !(keepingLines && scalar == "\n")
        || scalar.isMark && marks > Limits.marksInARow
      {
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// JSON text with the same meaning, of which a terminal obeys nothing: what `printable` would
  /// escape stands as `\u202e`. Line breaks and tabs, which valid JSON has only between its tokens,
  /// become spaces.
  public var printableJSON: String {
    if utf8.allSatisfy({ (0x20...0x7e).contains($0) }) { return String(self) }
    var result = ""
    var marks = Limits.marksInARow
    for scalar in unicodeScalars {
      marks = scalar.isMark ? marks + 1 : scalar.isHostile ? Limits.marksInARow : 0
      if scalar == "\n" || scalar == "\r" || scalar == "\t" {
        result += " "
      } else if scalar.isHostile || marks > Limits.marksInARow {
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
          result += "\\u" + hexadecimal(UInt32(unit), digits: 4)
        }
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension String {
  /// One printable line of bytes that may be no UTF-8: the name of a file, a word of a peer.
  public init(printable bytes: some Sequence<UInt8>) {
    self = PathText.string(of: bytes).printable
  }
}

extension Unicode.Scalar {
  fileprivate var isMark: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark: true
    default: false
    }
  }

  /// Obeyed instead of drawn, drawn as nothing, or without a meaning that every terminal knows.
  fileprivate var isHostile: Bool {
    if value < 0x7f { return value < 0x20 }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      return true
    default:
      return properties.isDefaultIgnorableCodePoint
    }
  }
}

private func hexadecimal(_ value: UInt32, digits: Int) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
