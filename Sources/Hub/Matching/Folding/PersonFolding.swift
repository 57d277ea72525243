/// Classes the words of a person's name: titles go, joints and halves of compounds weigh less.
enum PersonFolding {
  static func finish(_ read: [Word]) -> [Word] {
    var words = withoutTitles(read).map(half)
    words = onceEach(words)
    let several = words.count > 1
    for index in words.indices {
      words[index].position = Int32(index)
      let hash = words[index].hash
      if words[index].spelling.count == 1, words[index].script.isSpelt {
        words[index].kind = .initial
        words[index].weight = Word.Weight.initial
      } else if PersonWords.parts.contains(hash) {
        words[index].kind = .part
        words[index].weight = Word.Weight.part
      } else if several, PersonWords.particles.contains(hash) {
        words[index].kind = .particle
        words[index].weight = Word.Weight.particle
      }
      words[index].isFather = PersonWords.fathers.contains(hash)
    }
    for index in words.indices { words[index].afterFather = followsFather(index, words) }
    return words
  }

  /// A name that is only a title is a name.
  private static func withoutTitles(_ words: [Word]) -> [Word] {
    guard words.contains(where: { PersonWords.titles.contains($0.hash) }) else { return words }
    let kept = words.filter { !PersonWords.titles.contains($0.hash) }
    return kept.isEmpty ? words : kept
  }

  /// Abdul, Abdel and Abdoul are abd and an article; ullah is allah, uddin din, where they are
  /// written apart.
  private static func half(_ word: Word) -> Word {
    guard !word.script.isAbjad, word.spelling.count > 3 else { return word }
    let hash = word.spelling.hash
    let whole: StaticString
    if PersonWords.servants.contains(hash) {
      whole = "abd"
    } else if PersonWords.gods.contains(hash) {
      whole = "allah"
    } else if PersonWords.faiths.contains(hash) {
      whole = "din"
    } else {
      return word
    }
    return Word(spelt: Spelling(whole), script: .latin, start: word.start, end: word.end)
  }

  /// Sergey Sergey Shoigu: a word that is said twice in a row counts once. Signs of one syllable do
  /// repeat.
  private static func onceEach(_ words: [Word]) -> [Word] {
    var kept = [Word]()
    kept.reserveCapacity(words.count)
    for word in words {
      if let last = kept.last, last.isSame(as: word), word.spelling.count > 1,
        !word.script.isOfSyllables
      {
        continue
      }
      kept.append(word)
    }
    return kept
  }

  private static func followsFather(_ index: Int, _ words: [Word]) -> Bool {
    var at = index - 1
    while at > 0, PersonWords.articles.contains(words[at].hash) { at -= 1 }
    return at >= 0 && words[at].isFather
  }
}
