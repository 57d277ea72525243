/// One Unicode scalar, as the tables know it.
struct ScalarRecord {
  /// `Deploy/tables/generate.py` numbers them so.
  enum Kind: UInt8 {
    case separator, drop, letter, mark, digit
    /// A sign of an Indic script that replaces the vowel of the consonant before it.
    case vowelSign
    /// A sign that takes the vowel of the consonant before it away.
    case virama
    /// A consonant of an Indic script, with its vowel.
    case consonant
    /// A vowel of Thai or Lao that is written before the consonant that it follows.
    case vowelBefore
  }

  private let low: UInt64
  private let high: UInt64

  init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// The small letter, or the simplified sign of Han.
  func lower(of scalar: UInt32) -> UInt32 {
    let lower = UInt32(truncatingIfNeeded: low)
    return lower == 0 ? scalar : lower
  }
  var decompositionAt: Int { Int(low >> 32 & 0xffff) }
  var decompositionCount: Int { Int(low >> 48 & 0xff) }
  var combiningClass: UInt8 { UInt8(truncatingIfNeeded: low >> 56) }
  var spellingAt: Int { Int(high & 0xffff) }
  var spellingCount: Int { Int(high >> 16 & 0xff) }
  var script: Script { Script(rawValue: UInt8(truncatingIfNeeded: high >> 24)) ?? .other }
  var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: high >> 32)) ?? .separator }
}

/// Scripts that names are written in, as the tables number them.
enum Script: UInt8 {
  case latin, greek, cyrillic, hebrew, arabic, hangul, kana, han, armenian, georgian
  case devanagari, bengali, gurmukhi, gujarati, oriya, tamil, telugu, kannada, malayalam, sinhala
  case thai, lao, khmer, myanmar, ethiopic, thaana, other

  /// Its letters are vowels and consonants one by one, so that the Latin spelling says all that the
  /// word says.
  var isSpelt: Bool { self == .latin || self == .greek || self == .cyrillic }
  /// Short vowels are not written.
  var isAbjad: Bool { self == .arabic || self == .hebrew }
  /// One sign is one syllable with a meaning of its own.
  var isOfSyllables: Bool { self == .han || self == .hangul }
}

/// Decompositions, small letters, scripts and Latin spellings of Unicode 15.0: own tables, so that
/// no key moves with a library.
struct ScalarTable: Sendable {
  static let shared = ScalarTable()
  /// Tables end here.
  private static let end: UInt32 = 0x32000
  private static let blockBits: UInt32 = 7

  private let blocks = TableFile.section(.scalarBlocks, of: UInt16.self)
  private let rows = TableFile.section(.scalarRows, of: UInt16.self)
  private let records = TableFile.section(.scalarRecords, of: UInt64.self)
  private let decompositions = TableFile.section(.decompositions, of: UInt32.self)
  private let spellings = TableFile.section(.spellings, of: UInt8.self)
  private let compositions = TableFile.section(.compositions, of: UInt32.self)

  subscript(scalar: UInt32) -> ScalarRecord {
    guard scalar < ScalarTable.end else { return ScalarRecord(low: 0, high: 0) }
    let block = Int(blocks[Int(scalar >> ScalarTable.blockBits)])
    let within = Int(scalar & ((1 << ScalarTable.blockBits) - 1))
    let record = Int(rows[block << Int(ScalarTable.blockBits) | within])
    return ScalarRecord(low: records[record * 2], high: records[record * 2 + 1])
  }

  func decomposition(_ record: ScalarRecord, at index: Int) -> UInt32 {
    decompositions[record.decompositionAt + index]
  }

  func spelling(_ record: ScalarRecord, at index: Int) -> UInt8 {
    spellings[record.spellingAt + index]
  }

  /// The scalar that a pair composes to by NFC, without Hangul, which is arithmetic.
  func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    var low = 0
    var high = compositions.count / 3
    while low < high {
      let middle = (low + high) / 2
      let a = compositions[middle * 3]
      let b = compositions[middle * 3 + 1]
      if (a, b) == (first, second) { return compositions[middle * 3 + 2] }
      if (a, b) < (first, second) { low = middle + 1 } else { high = middle }
    }
    return nil
  }
}
