/// The consonants of a word, without vowels, glides and a last h, none twice in a row; a vowel at
/// the beginning is kept as one. Twelve of five bits each, the first in the lowest.
struct Skeleton: Hashable {
  private(set) var packed: UInt64 = 0

  static let bits: UInt64 = 5
  private static let longest = 12

  var isEmpty: Bool { packed == 0 }
  var count: Int { (64 - packed.leadingZeroBitCount + 4) / Int(Skeleton.bits) }

  mutating func append(_ sound: Sound) {
    let count = self.count
    guard count < Skeleton.longest else { return }
    if count > 0, last == sound.rawValue { return }
    packed |= UInt64(sound.rawValue) << (UInt64(count) * Skeleton.bits)
  }

  private var last: UInt8 {
    UInt8(packed >> (UInt64(count - 1) * Skeleton.bits) & ((1 << Skeleton.bits) - 1))
  }

  init() {}

  init(packed: UInt64) { self.packed = packed }

  init(_ sounds: Sounds) {
    guard sounds.count > 0 else { return }
    let first = sounds[0]
    append(first == .w ? .f : first.isVowel ? .a : first)
    for index in 1..<max(1, sounds.count) {
      let sound = sounds[index]
      if sound.isLight || (sound == .h && index == sounds.count - 1) { continue }
      append(sound)
    }
  }
}

/// The skeletons of one word: one for each way to read it.
struct Skeletons {
  private var packed = InlineArray<4, Skeleton>(repeating: Skeleton())
  private(set) var count = 0

  subscript(index: Int) -> Skeleton { packed[index] }
  var first: Skeleton? { count > 0 ? packed[0] : nil }

  mutating func append(_ skeleton: Skeleton) {
    guard !skeleton.isEmpty, count < NameLimits.readings else { return }
    for index in 0..<count where packed[index] == skeleton { return }
    packed[count] = skeleton
    count += 1
  }

  init() {}

  /// A word in Latin letters. `sh` may be s and h (Is-haq, Maz-hari, Fat-hi), and a doubled
  /// consonant after a short vowel may be an article that was spoken (Essabar is al-Sabar).
  init(_ word: Spelling, _ sounds: Sounds) {
    append(Skeleton(sounds))
    if let at = Skeletons.apart(word) {
      var both = Sounds(word, 0..<at)
      both.append(Sounds(word, at..<word.count))
      append(Skeleton(both))
    }
    if Skeletons.hasArticle(word) { append(Skeleton(Sounds(word, 2..<word.count))) }
  }

  /// The index of an h that may be a sound of its own.
  private static func apart(_ word: Spelling) -> Int? {
    guard word.count >= 4 else { return nil }
    for index in 1..<(word.count - 2) {
      switch Unicode.Scalar(word[index]) {
      case "s", "z", "t", "d", "k", "g":
        let after = word[index + 2]
        if word[index + 1] == UInt8(ascii: "h"),
          Spelling.isVowel(after) || after == UInt8(ascii: "y")
        {
          return index + 1
        }
      default: break
      }
    }
    return nil
  }

  private static func hasArticle(_ word: Spelling) -> Bool {
    guard word.count > 4, word[1] == word[2],
      word[0] == UInt8(ascii: "e") || word[0] == UInt8(ascii: "a")
    else { return false }
    return switch Unicode.Scalar(word[1]) {
    case "r", "s", "z", "t", "d", "n": true
    default: false
    }
  }
}
