/// Two spellings in Latin letters. Protocols/matching.md, MAT-21 and MAT-22.
extension Likeness {
  /// Likeness that is lost when the cost of the edits equals the length of the word.
  static let slope = 13_000
  /// Letters that count whole; of each beyond, `partOfLetter` hundredths, or long words would be
  /// forgiven everything.
  private static let wholeLetters = 6
  private static let partOfLetter = 30
  /// Added where the first letters differ: they are the last to be misspelt.
  private static let firstLetter = 35

  /// - Returns: hundredths of letters.
  static func effective(_ count: Int) -> Int {
    count <= wholeLetters ? count * 100 : wholeLetters * 100 + partOfLetter * (count - wholeLetters)
  }

  static func latin(
    _ a: Spelling, _ aSounds: Sounds, _ aSkeletons: Skeletons, _ b: Spelling, _ bSounds: Sounds,
    _ bSkeletons: Skeletons
  ) -> Likeness {
    guard !a.isEmpty, !b.isEmpty else { return none }
    if a == b { return Likeness(value: whole, rule: .equal) }
    var best = Likeness(value: surface(a, b), rule: .spelling)
    guard best.value < Ceiling.sound else { return best }
    let sound = sounds(a, aSounds, aSkeletons, b, bSounds, bSkeletons)
    if sound > best.value { best = Likeness(value: sound, rule: .sound) }
    if best.value < accepted { best = turned(a, b) ?? best }
    return best
  }

  private static func surface(_ a: Spelling, _ b: Spelling) -> Int {
    let length = effective(Swift.max(a.count, b.count))
    // The most that can still be accepted.
    let most = (whole - accepted) * length / slope
    guard leastCost(a.letters, b.letters, a.count, b.count) <= most else { return 0 }
    var cost = Edits.distance(a, b, most: most)
    if a[0] != b[0], !EditTable.shared.areSimilar(a[0], b[0]), !haveSameLetters(a, b) {
      cost += firstLetter
    }
    return Swift.max(0, whole - slope * cost / length)
  }

  /// A bound that costs nothing to compute: each letter that only one word has must be changed or
  /// left out.
  private static func leastCost(_ a: UInt32, _ b: UInt32, _ aCount: Int, _ bCount: Int) -> Int {
    let one = (a & ~b).nonzeroBitCount
    let other = (b & ~a).nonzeroBitCount
    let hasDigit = (a | b) & (1 << 26) != 0
    let each = hasDigit ? Edits.Cost.digit : Edits.Cost.vowel
    return Swift.max(Swift.max(one, other) * each, abs(aCount - bCount) * Edits.Cost.doubled)
  }

  /// True where words with these letters, so many of them, may be spelt so much alike.
  static func mayBe(
    _ a: UInt32, _ b: UInt32, _ aCount: Int, _ bCount: Int, least: Int
  ) -> Bool {
    leastCost(a, b, aCount, bCount)
      <= (whole - least) * effective(Swift.max(aCount, bCount)) / slope
  }

  /// True where words with these consonants may sound alike. An h at the end is not heard.
  static func mayBe(_ a: UInt32, _ b: UInt32, apart: Int) -> Bool {
    ((a ^ b) & ~(1 << UInt32(Sound.h.rawValue))).nonzeroBitCount <= apart
  }

  private static func haveSameLetters(_ a: Spelling, _ b: Spelling) -> Bool {
    guard a.count == b.count, a.letters == b.letters else { return false }
    var counts = InlineArray<27, Int8>(repeating: 0)
    for index in 0..<a.count {
      counts[Int(Spelling.bit(of: a[index]))] += 1
      counts[Int(Spelling.bit(of: b[index]))] -= 1
    }
    for bit in 0..<27 where counts[bit] != 0 { return false }
    return true
  }

  private static func sounds(
    _ a: Spelling, _ aSounds: Sounds, _ aSkeletons: Skeletons, _ b: Spelling, _ bSounds: Sounds,
    _ bSkeletons: Skeletons
  ) -> Int {
    let shortest = Swift.min(a.count, b.count)
    if aSounds == bSounds, aSounds.consonants != 0 {
      return aSounds.count > 2 || shortest < 3 ? Ceiling.sound : 0
    }
    if shortest < 3 { return syllables(aSounds, bSounds) }
    guard let skeleton = aSkeletons.first, skeleton == bSkeletons.first, skeleton.count >= 3,
      abs(a.count - b.count) <= 2
    else { return 0 }
    // Omar is not Amir: of two consonants the vowel at the beginning has to be the same.
    if skeleton.count == 3, aSounds[0] != bSounds[0] { return 0 }
    return 6_200 + 3_100 * alike(aSounds, bSounds) / whole
  }

  /// Si, Shi and Xi.
  private static func syllables(_ a: Sounds, _ b: Sounds) -> Int {
    guard a.count == 2, b.count == 2, a.code(1) == b.code(1) else { return 0 }
    switch (a[0], b[0]) {
    case (.s, .x), (.x, .s): return 8_000
    default: return 0
    }
  }

  /// Sounds as letters, with the costs of letters.
  private static func alike(_ a: Sounds, _ b: Sounds) -> Int {
    let length = effective(Swift.max(a.count, b.count))
    let cost = SoundEdits.distance(a, b)
    return Swift.max(0, whole - slope * cost / length)
  }

  /// A word that was written from its end, as text that changes its direction sometimes is (nitup),
  /// or with its letters mixed.
  private static func turned(_ a: Spelling, _ b: Spelling) -> Likeness? {
    guard a.count >= 5, abs(a.count - b.count) <= 1,
      (a.letters ^ b.letters).nonzeroBitCount <= 3
    else { return nil }
    let length = effective(Swift.max(a.count, b.count))
    let cost = Edits.distance(a.reversed, b, most: Edits.Cost.whole)
    if cost <= Edits.Cost.whole {
      let value = Swift.max(0, whole - slope * cost / length)
      return Likeness(value: value * Ceiling.turned / whole, rule: .turned)
    }
    if a.count >= 7, haveSameLetters(a, b) {
      return Likeness(value: Ceiling.mixed, rule: .turned)
    }
    return nil
  }
}

/// Edits of sounds: a vowel half as much as a consonant.
enum SoundEdits {
  static func distance(_ a: Sounds, _ b: Sounds) -> Int {
    var last = InlineArray<33, Int32>(repeating: 0)
    var row = InlineArray<33, Int32>(repeating: 0)
    for j in 0..<b.count { last[j + 1] = last[j] + gap(b[j]) }
    for i in 0..<a.count {
      let gapA = gap(a[i])
      row[0] = last[0] + gapA
      for j in 0..<b.count {
        let same = a.code(i) == b.code(j)
        let isVowels = a[i].isVowel && b[j].isVowel
        let change: Int32 =
          same ? 0 : Int32(isVowels ? Edits.Cost.vowel : Edits.Cost.whole)
        row[j + 1] = min(last[j] + change, last[j + 1] + gapA, row[j] + gap(b[j]))
      }
      last = row
    }
    return Int(last[b.count])
  }

  private static func gap(_ sound: Sound) -> Int32 {
    Int32(sound.isVowel || sound == .h ? Edits.Cost.vowel : Edits.Cost.whole)
  }
}
