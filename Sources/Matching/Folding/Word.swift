/// One word of a folded name, with all that a comparison of words needs.
struct Word {
  enum Kind: UInt8 {
    case name
    /// One letter with or without a point.
    case initial
    /// Half of a compound: abd, allah, din.
    case part
    /// al, bin, van, of: comes and goes.
    case particle
    /// Of an organisation: group, bank, ministry; many have it.
    case common
    /// Of an organisation: a country.
    case place
    /// Of an organisation or vessel: 44, forty-four, IV.
    case number
  }

  var script: Script
  var kind: Kind = .name
  /// Hundredths: how much the word says.
  var weight = Weight.name
  var position = 0
  /// `bin` or the like stands before it.
  var afterFather = false
  /// It is `bin` or the like.
  var isFather = false
  /// In brackets or after a stroke, in the name of an organisation.
  var isAside = false
  /// In Latin letters.
  var spelling: Spelling
  /// How families of Korea spell the sign; empty for others.
  var familySpelling = Spelling()
  var sounds = Sounds()
  var skeletons = Skeletons()
  var abjad = AbjadWord()
  /// The word in its own letters, of which those that are written for one another are one; empty for Latin, Greek and Cyrillic.
  var own: [UInt32] = []
  /// Of the letters in its own script.
  var hash: UInt64 = 0
  var entry = WordTable.Entry()
  /// The table's number of a common word of organisations, or the number that it says.
  var meaning: UInt32 = 0
  /// UTF-8 offsets in the name as written.
  var start: Int32
  var end: Int32

  enum Weight {
    static let name = 100
    static let part = 50
    static let initial = 50
    static let particle = 30
  }

  /// A word of Latin, Greek or Cyrillic.
  init(spelt spelling: Spelling, script: Script, start: Int32, end: Int32) {
    self.script = script
    self.spelling = spelling
    self.start = start
    self.end = end
    hash = spelling.hash
    finish()
  }

  /// A word of another script.
  init(own: [UInt32], spelling: Spelling, script: Script, start: Int32, end: Int32) {
    self.script = script
    self.own = own.map(AbjadSounds.plain)
    self.spelling = spelling
    self.start = start
    self.end = end
    if script.isAbjad {
      for scalar in own { abjad.append(scalar) }
      self.spelling = AbjadCompounds.spelling(of: self.own) ?? abjad.spelling
    }
    if script == .hangul, own.count == 1, let family = Hangul.familyName(own[0]) {
      familySpelling = Spelling(family)
    }
    var hash = Hash64()
    for scalar in self.own { hash.add(scalar: scalar) }
    self.hash = hash.value
    finish()
  }

  /// Neighbours read as one word.
  init(joining words: ArraySlice<Word>) {
    var joined = words[words.startIndex]
    for word in words.dropFirst() {
      joined.spelling.append(word.spelling)
      joined.own += word.own
      for index in 0..<word.abjad.count { joined.abjad.append(word.abjad.scalar(index)) }
      joined.weight += word.weight
      joined.end = word.end
    }
    joined.kind = .name
    joined.afterFather = false
    joined.isFather = false
    joined.familySpelling = Spelling()
    if joined.own.isEmpty {
      joined.hash = joined.spelling.hash
    } else {
      var hash = Hash64()
      for scalar in joined.own { hash.add(scalar: scalar) }
      joined.hash = hash.value
    }
    joined.finish()
    self = joined
  }

  private mutating func finish() {
    sounds = Sounds(spelling)
    skeletons = script.isAbjad ? abjad.skeletons : Skeletons(spelling, sounds)
    var folded = Hash64()
    if own.isEmpty {
      for index in 0..<spelling.count { folded.add(spelling[index]) }
    } else {
      for scalar in own { folded.add(scalar: scalar) }
    }
    entry = WordTable.shared[folded.folded]
  }

  /// Nothing of it can be compared.
  var isEmpty: Bool { spelling.isEmpty && own.isEmpty }

  /// It is written alike in its own letters; Latin, Greek and Cyrillic are compared as they are spelt.
  func isSame(as other: Word) -> Bool {
    hash == other.hash && own.isEmpty == other.own.isEmpty
  }
}

extension AbjadCompounds {
  /// Words that everybody spells alike in Latin letters, though no vowel of them is written.
  static func spelling(of word: [UInt32]) -> Spelling? {
    if word == godPlain { return Spelling("allah") }
    if word == faithPlain { return Spelling("din") }
    if isServant(word) { return Spelling("abd") }
    for (letters, spelling) in fixed where letters == word { return Spelling(spelling) }
    return nil
  }

  private static let godPlain = scalars("الله")
  private static let faithPlain = scalars("دين")
  private static let fixed: [([UInt32], StaticString)] = [
    (scalars("بن"), "bin"), (scalars("ابن"), "bin"), (scalars("ولد"), "ould"),
    (scalars("بنت"), "bint"), (scalars("ابو"), "abu"), (scalars("ال"), "al"),
  ]
}
