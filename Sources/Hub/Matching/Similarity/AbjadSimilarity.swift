/// A word of Arabic or Hebrew beside one in Latin letters: consonants must agree, long vowels
/// should, short ones are free, since nobody wrote them. Costs in hundredths.
/// Protocols/matching.md, MAT-23.
enum AbjadSimilarity {
  /// - Returns: 0 to 10,000; 0 for what is below `least` without a doubt.
  static func similarity(_ word: AbjadWord, _ other: Sounds, least: Int) -> Int {
    guard word.count > 0, other.count > 0 else { return 0 }
    guard leastCost(word.sounds, other.consonants) <= most(least, solid: word.solid) else {
      return 0
    }
    return max(0, 10_000 - distance(word, other) * 10_000 / word.solid)
  }

  /// The most that a word may cost which is at least so much alike.
  static func most(_ least: Int, solid: Int) -> Int { (10_000 - least) * solid / 10_000 }

  /// A bound that costs nothing to compute: each consonant that no letter of the word may be has to
  /// be put in or replaced.
  static func leastCost(_ sounds: UInt32, _ consonants: UInt32) -> Int {
    var missing = consonants & ~sounds
    var cost = 0
    func take(_ sound: Sound, _ part: Int) {
      let bit: UInt32 = 1 << UInt32(sound.rawValue)
      if missing & bit != 0 { cost += part }
      missing &= ~bit
    }
    take(.h, 30)
    take(.b, 60)
    take(.f, 60)
    take(.x, 10)
    return cost + 100 * missing.nonzeroBitCount
  }

  private static func distance(_ a: AbjadWord, _ b: Sounds) -> Int {
    let m = b.count
    // Three rows, used in turn.
    var rows = InlineArray<99, Int32>(repeating: 0)
    var (before, last, row) = (66, 0, 33)
    for j in 0..<m { rows[j + 1] = rows[j] + unwritten(b[j], isFirst: j == 0, isLast: j == m - 1) }
    for i in 0..<a.count {
      let letter = a[i]
      let drop = unheard(letter, isLast: i == a.count - 1)
      rows[row] = rows[last] + drop
      for j in 0..<m {
        let sound = b[j]
        var cost = rows[last + j] + replaced(letter, sound)
        cost = min(cost, rows[last + j + 1] + drop)
        cost = min(cost, rows[row + j] + unwritten(sound, isFirst: j == 0, isLast: j == m - 1))
        // s and h, read as sh.
        if i > 0, letter.reading(0) == .h, isPair(a[i - 1], sound) {
          cost = min(cost, rows[before + j] + 10)
        }
        rows[row + j + 1] = cost
      }
      (before, last, row) = (last, row, before)
    }
    return Int(rows[last + m])
  }

  private static func isPair(_ first: AbjadSounds, _ sound: Sound) -> Bool {
    switch sound {
    case .t, .d, .k: first.contains(sound)
    case .x: first.contains(.x) || first.contains(.s)
    default: false
    }
  }

  /// A letter that the Latin word lacks.
  private static func unheard(_ letter: AbjadSounds, isLast: Bool) -> Int32 {
    if letter.maybeSilent { return 0 }
    switch letter.reading(0) {
    case .a: return 25
    case .u, .i: return 40
    case .h: return isLast ? 30 : 100
    default: return 100
    }
  }

  /// A sound that the Arabic word lacks.
  private static func unwritten(_ sound: Sound, isFirst: Bool, isLast: Bool) -> Int32 {
    if sound.isVowel { return isFirst ? 25 : 8 }
    if sound.isLight || (sound == .h && isLast) { return 30 }
    return 100
  }

  private static func replaced(_ letter: AbjadSounds, _ sound: Sound) -> Int32 {
    if letter.contains(sound) { return 0 }
    if sound.isVowel {
      if sound == .i, letter.contains(.y) { return 5 }
      switch letter.reading(0) {
      case .a, .u, .i, nil: return 30
      default: return 110
      }
    }
    switch sound {
    case .y: return letter.contains(.i) ? 5 : 110
    case .w: return letter.contains(.u) ? 5 : 110
    case .b: return letter.contains(.f) ? 60 : 110
    case .f: return letter.contains(.b) ? 60 : 110
    default: return 110
    }
  }
}
