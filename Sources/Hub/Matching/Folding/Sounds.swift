/// A class of sounds that writers of different languages exchange for one another: k, q, c, g, kh
/// and gh are one.
enum Sound: UInt8 {
  case a = 1
  case u, i
  case b, k, d, t, f, w, j, s, x, h, l, r, m, n, y

  var isVowel: Bool { rawValue <= Sound.i.rawValue }
  /// It comes and goes between spellings: a vowel or a glide.
  var isLight: Bool { isVowel || self == .w || self == .y }
}

/// The sounds of a word: at most one for each letter, none twice in a row.
struct Sounds: Equatable {
  private(set) var count = 0
  private var bytes = InlineArray<32, UInt8>(repeating: 0)
  /// The consonants that occur, by raw value.
  private(set) var consonants: UInt32 = 0

  init() {}

  init(_ word: Spelling) { self.init(word, 0..<word.count) }

  init(_ word: Spelling, _ range: Range<Int>) {
    var at = range.lowerBound
    while at < range.upperBound {
      let (sound, letters) = SoundReading.read(
        word, at, from: range.lowerBound, to: range.upperBound)
      if let sound { append(sound) }
      at += letters
    }
  }

  mutating func append(_ sound: Sound) {
    guard count < NameLimits.letters, count == 0 || bytes[count - 1] != sound.rawValue else {
      return
    }
    bytes[count] = sound.rawValue
    count += 1
    if !sound.isLight { consonants |= 1 << UInt32(sound.rawValue) }
  }

  mutating func append(_ other: Sounds) {
    for index in 0..<other.count { append(other[index]) }
  }

  subscript(index: Int) -> Sound { Sound(rawValue: bytes[index]) ?? .a }

  /// - Returns: the raw value, for loops that compare.
  func code(_ index: Int) -> UInt8 { bytes[index] }

  static func == (a: Sounds, b: Sounds) -> Bool {
    guard a.count == b.count else { return false }
    for index in 0..<a.count where a.bytes[index] != b.bytes[index] { return false }
    return true
  }
}

/// How letters of Latin are read, for names of any language at once.
enum SoundReading {
  /// - Returns: the sound of the letters at `at`, nil where they are silent, and how many letters
  ///   it took.
  static func read(
    _ word: Spelling, _ at: Int, from first: Int, to end: Int
  ) -> (Sound?, Int) {
    let letter = word[at]
    let second: UInt8 = at + 1 < end ? word[at + 1] : 0
    let third: UInt8 = at + 2 < end ? word[at + 2] : 0
    if let found = together(letter, second, third) { return found }
    switch letter {
    case UInt8(ascii: "c"):
      let isSoft =
        second == UInt8(ascii: "e") || second == UInt8(ascii: "i") || second == UInt8(ascii: "y")
      return (isSoft ? .s : .k, 1)
    // Xi is read as Shi.
    case UInt8(ascii: "x"): return (at == first ? .x : .k, 1)
    case UInt8(ascii: "y"):
      guard at > first else { return (.y, 1) }
      return (Spelling.isVowel(second) ? .y : .i, 1)
    default: return (single(letter), 1)
    }
  }

  private static func single(_ letter: UInt8) -> Sound? {
    switch Unicode.Scalar(letter) {
    case "a": .a
    case "e", "i": .i
    case "o", "u": .u
    case "b", "p": .b
    case "k", "q", "g": .k
    case "d": .d
    case "t": .t
    case "f", "v": .f
    case "w": .w
    case "j": .j
    case "s", "z": .s
    case "h": .h
    case "l": .l
    case "r": .r
    case "m": .m
    case "n": .n
    default: nil
    }
  }

  /// Two or three letters that are one sound.
  private static func together(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> (Sound, Int)? {
    switch (Unicode.Scalar(a), Unicode.Scalar(b), Unicode.Scalar(c)) {
    case ("s", "c", "h"), ("t", "c", "h"): (.x, 3)
    case ("k", "h", _), ("g", "h", _), ("c", "k", _), ("q", "u", _): (.k, 2)
    case ("s", "h", _), ("c", "h", _), ("c", "z", _), ("s", "z", _): (.x, 2)
    case ("t", "h", _): (.t, 2)
    case ("d", "h", _): (.d, 2)
    case ("p", "h", _): (.f, 2)
    case ("z", "h", _), ("d", "j", _): (.j, 2)
    case ("t", "s", _), ("t", "z", _): (.s, 2)
    case ("o", "u", _), ("o", "o", _), ("a", "w", _), ("a", "u", _), ("o", "w", _): (.u, 2)
    case ("e", "e", _), ("e", "y", _), ("a", "y", _), ("e", "i", _), ("a", "i", _): (.i, 2)
    default: nil
    }
  }
}
