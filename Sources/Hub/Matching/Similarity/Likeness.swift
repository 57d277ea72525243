/// How alike two words are, and why.
struct Likeness {
  /// 0 to 10,000.
  var value: Int
  var rule: MatchRule

  static let none = Likeness(value: 0, rule: .different)
  static let whole = 10_000

  /// Ceilings of the weaker kinds of evidence.
  enum Ceiling {
    static let otherScript = 9_900
    static let sameName = 9_700
    static let consonants = 9_700
    static let sound = 9_300
    static let initial = 9_000
    static let turned = 9_000
    static let mixed = 8_000
  }

  /// Words below it contradict each other.
  static let accepted = 6_400
}

extension Likeness {
  static func of(_ a: Word, _ b: Word) -> Likeness {
    if a.isSame(as: b) { return Likeness(value: whole, rule: .equal) }
    if a.kind == .number || b.kind == .number { return numbers(a, b) }
    if a.kind == .initial || b.kind == .initial { return initial(a, b) }
    if a.kind == .common, b.kind == .common, a.meaning == b.meaning {
      return Likeness(value: Ceiling.sameName, rule: .sameWord)
    }
    var best = spelling(a, b)
    if best.value < Ceiling.sameName, a.kind == .name, b.kind == .name, areOneName(a, b) {
      return Likeness(value: Ceiling.sameName, rule: .sameName)
    }
    if a.kind != b.kind, best.value < 9_200 { best = none }
    return best
  }

  /// 44 and 45 are no misspelling of each other.
  private static func numbers(_ a: Word, _ b: Word) -> Likeness {
    a.kind == b.kind && a.meaning == b.meaning
      ? Likeness(value: Ceiling.otherScript, rule: .sameNumber) : none
  }

  private static func initial(_ a: Word, _ b: Word) -> Likeness {
    let (letter, word) = a.kind == .initial ? (a, b) : (b, a)
    guard let first = letter.spelling.first, word.spelling.first == first, word.kind != .particle
    else { return none }
    return Likeness(
      value: word.kind == .initial ? whole : Ceiling.initial, rule: .initial)
  }

  private static func spelling(_ a: Word, _ b: Word) -> Likeness {
    if a.script == b.script {
      if a.script.isOfSyllables { return signs(a, b) }
      if !a.script.isSpelt { return ownScript(a, b) }
    } else if a.script.isAbjad != b.script.isAbjad {
      let (word, other) = a.script.isAbjad ? (a, b) : (b, a)
      return abjad(word, other)
    }
    var best = latin(a.spelling, a.sounds, a.skeletons, b.spelling, b.sounds, b.skeletons)
    if !a.familySpelling.isEmpty { best = max(best, family(a, b)) }
    if !b.familySpelling.isEmpty { best = max(best, family(b, a)) }
    if a.script != b.script { best.value = min(best.value, Ceiling.otherScript) }
    return best
  }

  static func max(_ a: Likeness, _ b: Likeness) -> Likeness { b.value > a.value ? b : a }

  private static func family(_ a: Word, _ b: Word) -> Likeness {
    let sounds = Sounds(a.familySpelling)
    return latin(
      a.familySpelling, sounds, Skeletons(a.familySpelling, sounds), b.spelling, b.sounds,
      b.skeletons)
  }

  /// One sign is one syllable with a meaning of its own: another sign is another word.
  private static func signs(_ a: Word, _ b: Word) -> Likeness {
    guard a.own.count == b.own.count, !a.own.isEmpty else { return none }
    var same = 0
    for (x, y) in zip(a.own, b.own) where x == y { same += 1 }
    let count = a.own.count
    return Likeness(value: whole * same * same / (count * count), rule: .signs)
  }

  private static func ownScript(_ a: Word, _ b: Word) -> Likeness {
    let length = effective(Swift.max(a.own.count, b.own.count))
    guard length > 0 else { return none }
    let cost = OwnScript.distance(a.own, b.own)
    let own = Likeness(value: Swift.max(0, whole - slope * cost / length), rule: .spelling)
    guard !a.script.isAbjad else { return own }
    return max(own, latin(a.spelling, a.sounds, a.skeletons, b.spelling, b.sounds, b.skeletons))
  }

  private static func abjad(_ word: Word, _ other: Word) -> Likeness {
    if word.spelling == other.spelling {
      return Likeness(value: Ceiling.otherScript, rule: .equal)
    }
    guard word.kind == other.kind || word.kind != .particle && other.kind != .particle else {
      return none
    }
    // Anything less is not accepted.
    let least = accepted * whole / Ceiling.consonants
    let value = AbjadSimilarity.similarity(word.abjad, other.sounds, least: least)
    return Likeness(value: value * Ceiling.consonants / whole, rule: .consonants)
  }

  /// Public groups hold errors: two forms of one name share at least half of the consonants of the
  /// shorter.
  private static func areOneName(_ a: Word, _ b: Word) -> Bool {
    guard !a.entry.isEmpty, !b.entry.isEmpty else { return false }
    let table = WordTable.shared
    if table.areShortForms(a.entry, b.entry) { return true }
    guard table.shareGroup(a.entry, b.entry) else { return false }
    let (x, y) = (a.sounds.consonants, b.sounds.consonants)
    let shared = (x & y).nonzeroBitCount
    return x == 0 || y == 0 || 2 * shared >= Swift.min(x.nonzeroBitCount, y.nonzeroBitCount)
  }
}
