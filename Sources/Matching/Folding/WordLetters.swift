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
  private let isWhole: Bool

  static func spelt(_ spelling: Spelling, _ script: Script) -> WordLetters {
    remembered(script, spelling, AbjadWord(), [], isWhole: true)
  }

  static func own(_ own: [UInt32], _ spelling: Spelling, _ script: Script) -> WordLetters {
    let plain = own.map(AbjadSounds.plain)
    guard script.isAbjad else {
      return remembered(script, spelling, AbjadWord(), plain, isWhole: true)
    }
    let abjad = AbjadWord(own)
    let spelling = AbjadCompounds.spelling(of: plain) ?? abjad.spelling
    return remembered(script, spelling, abjad, plain, isWhole: true)
  }

  /// - Parameter words: at least one, all of one script.
  static func joining(_ words: ArraySlice<Word>) -> WordLetters {
    var spelling = Spelling()
    var own = [UInt32]()
    var scalars = [UInt32]()
    for word in words {
      spelling.append(word.spelling)
      if !word.own.isEmpty { own += word.own }
      for index in 0..<word.abjad.count { scalars.append(word.abjad.scalar(index)) }
    }
    return remembered(
      words.first?.script ?? .other, spelling, AbjadWord(scalars), own, isWhole: false)
  }

  private static func remembered(
    _ script: Script, _ spelling: Spelling, _ abjad: AbjadWord, _ own: [UInt32], isWhole: Bool
  ) -> WordLetters {
    let hash = own.isEmpty ? spelling.hash : Hash64.of(own)
    return (isWhole ? WordMemory.whole : WordMemory.joined).word(hash) { word in
      word.script == script && word.isWhole == isWhole && word.spelling == spelling
        && word.own == own && word.abjad == abjad
    } orMade: {
      WordLetters(script, spelling, abjad, own, hash, isWhole: isWhole)
    }
  }

  /// - Parameter isWhole: false for joined words, which only scripts without spaces look up in the table.
  private init(
    _ script: Script, _ spelling: Spelling, _ abjad: AbjadWord, _ own: [UInt32], _ hash: UInt64,
    isWhole: Bool
  ) {
    self.script = script
    self.spelling = spelling
    self.abjad = abjad
    self.own = own
    self.hash = hash
    self.isWhole = isWhole
    sounds = Sounds(spelling)
    skeletons = script.isAbjad ? abjad.skeletons : Skeletons(spelling, sounds)
    familySpelling =
      isWhole && script == .hangul && own.count == 1
      ? Hangul.familyName(own[0]).map { Spelling($0) } ?? Spelling() : Spelling()
    entry =
      isWhole || script.isOfSyllables
      ? WordTable.shared[own.isEmpty ? spelling.folded : Hash64(value: hash).folded]
      : WordTable.Entry()
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
    isWhole = word.isWhole
    entry = WordTable.Entry()
  }

  var unlisted: WordLetters { WordLetters(unlisted: self) }
}
