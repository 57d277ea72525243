/// Text as words that are compared: small letters without their marks, digits of ASCII.
/// Protocols/records.md, REC-65.
///
/// The table is its own and never moves, so that what one version indexed every other finds.
public enum WordFolding {
  /// The words of `texts`, each once, in the order in which they come; at most
  /// `RecordLimits.words`.
  public static func words(_ texts: some Sequence<String>) -> [String] {
    var seen: Set<String> = []
    var words: [String] = []
    for text in texts {
      split(text) { word in
        if words.count < RecordLimits.words, seen.insert(word).inserted { words.append(word) }
      }
    }
    return words
  }

  /// The words of one text in order, with repetitions.
  public static func words(of text: String) -> [String] {
    var words: [String] = []
    split(text) { words.append($0) }
    return words
  }

  private static func split(_ text: String, _ take: (String) -> Void) {
    var word: [UInt8] = []
    var count = 0
    func end() {
      guard !word.isEmpty else { return }
      take(String(decoding: word, as: UTF8.self))
      word.removeAll(keepingCapacity: true)
      count = 0
    }
    func append(_ scalar: Unicode.Scalar) {
      guard count < RecordLimits.wordCharacters else { return }
      count += 1
      if scalar.isASCII {
        word.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        word.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    let characters = WordCharacters.shared
    for scalar in text.unicodeScalars {
      switch characters.meaning(scalar) {
      case .letter(let scalar): append(scalar)
      case .letters(let scalars): for scalar in scalars { append(scalar) }
      case .word(let scalar):
        end()
        append(scalar)
        end()
      case .nothing: continue
      case .space: end()
      }
    }
    end()
  }
}

/// The meaning of each character in a word, from `WordTable`.
struct WordCharacters: Sendable {
  enum Meaning {
    case letter(Unicode.Scalar)
    case letters([Unicode.Scalar])
    /// A word alone: Han and kana are written without spaces.
    case word(Unicode.Scalar)
    /// A mark on the letter before, or a sign inside of a word.
    case nothing
    case space
  }

  static let shared = WordCharacters()

  private let word: CodePoints
  private let dropped: CodePoints
  /// Where the replacement of a character of the first two planes begins, by code point; 0: none.
  private let places: [UInt16]
  private let replacements: [[Unicode.Scalar]]

  private init() {
    word = CodePoints(ranges: WordTable.wordCharacters)
    dropped = CodePoints(ranges: WordTable.droppedCharacters)
    var places = [UInt16](repeating: 0, count: CodePoints.count)
    var replacements: [[Unicode.Scalar]] = [[]]
    for pair in WordTable.comparedAs.split(separator: " ") {
      let points = pair.split(separator: ".").compactMap { UInt32($0, radix: 16) }
      let scalars = points.dropFirst().compactMap { Unicode.Scalar($0) }
      guard let from = points.first, from < CodePoints.count, !scalars.isEmpty else { continue }
      places[Int(from)] = UInt16(replacements.count)
      replacements.append(scalars)
    }
    self.places = places
    self.replacements = replacements
  }

  func meaning(_ scalar: Unicode.Scalar) -> Meaning {
    let value = scalar.value
    switch value {
    case 0x61...0x7a, 0x30...0x39: return .letter(scalar)
    case 0x41...0x5a: return .letter(Unicode.Scalar(UInt8(value) + 0x20))
    // Apostrophes inside of names.
    case 0x27, 0x60: return .nothing
    case ..<0x80: return .space
    default: break
    }
    if dropped.contains(value) { return .nothing }
    guard word.contains(value) else { return .space }
    let place = value < CodePoints.count ? places[Int(value)] : 0
    let replacement = replacements[Int(place)]
    if replacement.count == 1 { return alone(replacement[0]) }
    return replacement.isEmpty ? alone(scalar) : .letters(replacement)
  }

  private func alone(_ scalar: Unicode.Scalar) -> Meaning {
    switch scalar.value {
    // Hiragana, katakana, ideographs of all planes.
    case 0x3041...0x30ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xf900...0xfaff, 0x20000...0x3ffff:
      .word(scalar)
    default: .letter(scalar)
    }
  }
}

/// Code points of the first three planes and a part of the fourth: one bit each.
struct CodePoints: Sendable {
  static let count = 0x32000
  private var bits = [UInt64](repeating: 0, count: count / 64)

  /// - Parameter ranges: code points in hexadecimal, `41-5a 61`.
  init(ranges: String) {
    for range in ranges.split(separator: " ") {
      let ends = range.split(separator: "-").compactMap { Int($0, radix: 16) }
      guard let first = ends.first, let last = ends.last, first <= last,
        last < CodePoints.count
      else { continue }
      for point in first...last { bits[point / 64] |= 1 << UInt64(point % 64) }
    }
  }

  func contains(_ value: UInt32) -> Bool {
    value < CodePoints.count && bits[Int(value) / 64] & (1 << UInt64(value % 64)) != 0
  }
}
