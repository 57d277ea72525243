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
    /// A word that many organisations have: group, bank, ministry.
    case common
    /// A country in an organisation's name.
    case place
    /// A number in the name of an organisation or vessel: 44, forty-four, IV.
    case number
  }

  /// The part that never changes, so that a word is copied as a reference.
  private(set) var letters: WordLetters
  let script: Script
  var kind: Kind = .name
  /// Hundredths: how much the word says.
  var weight: Int32 = Weight.name
  var position: Int32 = 0
  /// The table's number of a common word of organisations, or the number that it says.
  var meaning: UInt32 = 0
  /// The hash of the letters in its own script.
  let hash: UInt64
  /// UTF-8 offsets in the name as written.
  var start: Int32
  var end: Int32
  /// `bin` or the like stands before it.
  var afterFather = false
  /// It is `bin` or the like.
  var isFather = false
  /// In brackets or after a stroke, in the name of an organisation.
  var isAside = false

  /// In Latin letters.
  var spelling: Spelling { letters.spelling }
  /// How families of Korea spell the sign; empty for others.
  var familySpelling: Spelling { letters.familySpelling }
  var sounds: Sounds { letters.sounds }
  var skeletons: Skeletons { letters.skeletons }
  var abjad: AbjadWord { letters.abjad }
  /// The word in its own letters, of which those that are written for one another are one; empty
  /// for Latin, Greek and Cyrillic.
  var own: [UInt32] { letters.own }
  var entry: WordTable.Entry { letters.entry }

  enum Weight {
    static let name: Int32 = 100
    static let part: Int32 = 50
    static let initial: Int32 = 50
    static let particle: Int32 = 30
  }

  /// A word of Latin, Greek or Cyrillic.
  init(spelt spelling: Spelling, script: Script, start: Int32, end: Int32) {
    let letters = WordLetters.spelt(spelling, script)
    self.letters = letters
    self.script = script
    hash = letters.hash
    self.start = start
    self.end = end
  }

  /// A word of another script.
  init(own: [UInt32], spelling: Spelling, script: Script, start: Int32, end: Int32) {
    let letters = WordLetters.own(own, spelling, script)
    self.letters = letters
    self.script = script
    hash = letters.hash
    self.start = start
    self.end = end
  }

  /// Neighbours read as one word.
  init(joining words: ArraySlice<Word>) {
    let letters = WordLetters.joining(words)
    self.letters = letters
    script = letters.script
    hash = letters.hash
    start = words.first?.start ?? 0
    end = words.last?.end ?? 0
    weight = words.reduce(0) { $0 + $1.weight }
  }

  var unlisted: Word {
    var word = self
    word.letters = letters.unlisted
    return word
  }

  /// Nothing of it can be compared.
  var isEmpty: Bool { spelling.isEmpty && own.isEmpty }

  /// It is written alike in its own letters; Latin, Greek and Cyrillic are compared as they are
  /// spelt.
  func isSame(as other: Word) -> Bool {
    hash == other.hash && script.isSpelt == other.script.isSpelt
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
