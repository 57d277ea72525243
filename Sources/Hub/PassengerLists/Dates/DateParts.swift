import Records

/// The numbers and words of a date in their order. Digits of every script are those of ASCII.
struct DateParts {
  enum Part: Hashable {
    /// With its count of digits.
    case number(Int, digits: Int)
    /// Folded; words that follow one another are one.
    case word(String)
  }

  private(set) var parts: [Part] = []

  /// No date has more.
  private static let most = 4
  private static let digits = 8

  /// - Returns: nil when it has more parts than a date, or longer ones.
  init?(_ text: String) {
    parts.reserveCapacity(DateParts.most)
    let isTaken =
      if text.utf8.allSatisfy({ $0 < 0x80 }) {
        take(DateParts.withoutTime(text.utf8))
      } else {
        WordFolding.words(of: String(DateParts.withoutTime(text))).allSatisfy { take($0.utf8) }
      }
    guard isTaken else { return nil }
  }

  /// "1987-03-02T00:00:00", "2.3.1987 00:00": a colon stands in times alone.
  private static func withoutTime(_ text: String.UTF8View) -> Substring.UTF8View {
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")),
      let gap = text[..<colon].lastIndex(where: { $0 == 0x20 || $0 == UInt8(ascii: "T") })
    else { return text[...] }
    return text[..<gap]
  }

  private static func withoutTime(_ text: String) -> Substring {
    guard let colon = text.firstIndex(of: ":"), let gap = text[..<colon].lastIndex(of: " ") else {
      return text[...]
    }
    return text[..<gap]
  }

  /// Divides where digits and letters meet: `02MAR1987`.
  private mutating func take(_ bytes: some Collection<UInt8>) -> Bool {
    var (number, digits) = (0, 0)
    var word: [UInt8] = []
    for byte in bytes {
      switch byte {
      case 0x30...0x39:
        guard end(&word) else { return false }
        guard digits < DateParts.digits else { return false }
        number = number * 10 + Int(byte - 0x30)
        digits += 1
      case 0x41...0x5a, 0x61...0x7a, 0x80...:
        guard end(number, &digits) else { return false }
        number = 0
        word.append(byte < 0x5b ? byte | 0x20 : byte)
      default:
        guard end(&word), end(number, &digits) else { return false }
        number = 0
      }
    }
    return end(&word) && end(number, &digits)
  }

  private mutating func end(_ number: Int, _ digits: inout Int) -> Bool {
    guard digits > 0 else { return true }
    defer { digits = 0 }
    parts.append(.number(number, digits: digits))
    return parts.count <= DateParts.most
  }

  private mutating func end(_ bytes: inout [UInt8]) -> Bool {
    guard !bytes.isEmpty else { return true }
    let word = String(decoding: bytes, as: UTF8.self)
    bytes.removeAll(keepingCapacity: true)
    guard !MonthNames.shared.isIgnored(word) else { return true }
    if case .word(let before)? = parts.last {
      parts[parts.count - 1] = .word(before + word)
    } else {
      parts.append(.word(word))
    }
    return parts.count <= DateParts.most
  }
}
