import Synchronization

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
  /// Tells this object from all others, also from those that are gone.
  private let number: UInt64
  /// Numbers of the words that it was joined of; zeros for one that was written as one. They are
  /// not held: they may be forgotten before it.
  private let parts: Parts

  private typealias Parts = InlineArray<4, UInt64>
  private static let whole = Parts(repeating: 0)
  private static let numbers = Atomic<UInt64>(0)

  static func spelt(_ spelling: Spelling, _ script: Script) -> WordLetters {
    remembered(script, spelling, AbjadWord(), [])
  }

  static func own(_ own: [UInt32], _ spelling: Spelling, _ script: Script) -> WordLetters {
    let plain = own.map(AbjadSounds.plain)
    guard script.isAbjad else {
      return remembered(script, spelling, AbjadWord(), plain)
    }
    let abjad = AbjadWord(own)
    let spelling = AbjadCompounds.spelling(of: plain) ?? abjad.spelling
    return remembered(script, spelling, abjad, plain)
  }

  /// - Parameter words: at least one, all of one script.
  static func joining(_ words: ArraySlice<Word>) -> WordLetters {
    guard words.count <= NameLimits.joined else { return joined(words) }
    var hash = Hash64()
    for word in words { hash.add(word.hash) }
    return WordMemory.joined.word(hash.value) {
      $0.isJoined(of: words)
    } orMade: {
      joined(words)
    }
  }

  private static func joined(_ words: ArraySlice<Word>) -> WordLetters {
    var spelling = Spelling()
    var own = [UInt32]()
    var scalars = [UInt32]()
    for word in words {
      spelling.append(word.spelling)
      if !word.own.isEmpty { own += word.own }
      for index in 0..<word.abjad.count { scalars.append(word.abjad.scalar(index)) }
    }
    return WordLetters(
      words.first?.script ?? .other, spelling, AbjadWord(scalars), own,
      own.isEmpty ? spelling.hash : Hash64.of(own), parts: parts(of: words))
  }

  /// Words that are remembered are one object each, so that they are compared as such.
  private func isJoined(of words: ArraySlice<Word>) -> Bool {
    let others = WordLetters.parts(of: words)
    return parts.indices.allSatisfy { parts[$0] == others[$0] }
  }

  private static func parts(of words: ArraySlice<Word>) -> Parts {
    var parts = whole
    for (place, word) in words.prefix(NameLimits.joined).enumerated() {
      parts[place] = word.letters.number
    }
    return parts
  }

  private static func remembered(
    _ script: Script, _ spelling: Spelling, _ abjad: AbjadWord, _ own: [UInt32]
  ) -> WordLetters {
    let hash = own.isEmpty ? spelling.hash : Hash64.of(own)
    return WordMemory.whole.word(hash) { word in
      word.script == script && word.spelling == spelling && word.own == own && word.abjad == abjad
    } orMade: {
      WordLetters(script, spelling, abjad, own, hash, parts: whole)
    }
  }

  /// Joined words are looked up in the table only in scripts without spaces.
  private init(
    _ script: Script, _ spelling: Spelling, _ abjad: AbjadWord, _ own: [UInt32], _ hash: UInt64,
    parts: Parts
  ) {
    self.script = script
    self.spelling = spelling
    self.abjad = abjad
    self.own = own
    self.hash = hash
    self.parts = parts
    number = WordLetters.numbers.add(1, ordering: .relaxed).newValue
    let isWhole = parts[0] == 0
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
    parts = word.parts
    number = WordLetters.numbers.add(1, ordering: .relaxed).newValue
    entry = WordTable.Entry()
  }

  var unlisted: WordLetters { WordLetters(unlisted: self) }
}
