/// The letters of a word in every form that a comparison needs, made once.
final class WordLetters: Sendable {
  let script: Script
  let spelling: Spelling
  let familySpelling: Spelling
  let sounds: Sounds
  let skeletons: Skeletons
  let abjad: AbjadWord
  let own: [UInt32]
  let hash: UInt64
  let entry: WordTable.Entry

  convenience init(spelt spelling: Spelling, script: Script) {
    self.init(script, spelling, AbjadWord(), [], isWhole: true)
  }

  convenience init(own: [UInt32], spelling: Spelling, script: Script) {
    var abjad = AbjadWord()
    var spelling = spelling
    let plain = own.map(AbjadSounds.plain)
    if script.isAbjad {
      for scalar in own { abjad.append(scalar) }
      spelling = AbjadCompounds.spelling(of: plain) ?? abjad.spelling
    }
    self.init(script, spelling, abjad, plain, isWhole: true)
  }

  /// - Parameter words: at least one, all of one script.
  convenience init(joining words: [WordLetters]) {
    var spelling = Spelling()
    var own = [UInt32]()
    var abjad = AbjadWord()
    for word in words {
      spelling.append(word.spelling)
      own += word.own
      for index in 0..<word.abjad.count { abjad.append(word.abjad.scalar(index)) }
    }
    self.init(words.first?.script ?? .other, spelling, abjad, own, isWhole: false)
  }

  /// - Parameter isWhole: false for joined words, which only scripts without spaces look up in the table.
  private init(
    _ script: Script, _ spelling: Spelling, _ abjad: AbjadWord, _ own: [UInt32], isWhole: Bool
  ) {
    self.script = script
    self.spelling = spelling
    self.abjad = abjad
    self.own = own
    sounds = Sounds(spelling)
    skeletons = script.isAbjad ? abjad.skeletons : Skeletons(spelling, sounds)
    familySpelling =
      isWhole && script == .hangul && own.count == 1
      ? Hangul.familyName(own[0]).map { Spelling($0) } ?? Spelling() : Spelling()
    var ownHash = Hash64()
    for scalar in own { ownHash.add(scalar: scalar) }
    hash = own.isEmpty ? spelling.hash : ownHash.value
    entry =
      isWhole || script.isOfSyllables
      ? WordTable.shared[own.isEmpty ? spelling.folded : ownHash.folded] : WordTable.Entry()
  }

  /// The same letters, as if no table of names knew them.
  private init(unlisted word: WordLetters) {
    script = word.script
    spelling = word.spelling
    familySpelling = word.familySpelling
    sounds = word.sounds
    skeletons = word.skeletons
    abjad = word.abjad
    own = word.own
    hash = word.hash
    entry = WordTable.Entry()
  }

  var unlisted: WordLetters { WordLetters(unlisted: self) }
}
