/// Compounds of Arabic names in Latin letters are written together or apart at will: Abdurrahman is
/// abd and rahman, Najibullah najib and allah, Salahuddin salah and din.
enum LatinCompounds {
  /// - Returns: the two halves, nil where the word is no compound.
  static func halves(_ word: Spelling) -> (Spelling, Spelling)? {
    guard word.count >= 6 else { return nil }
    if word.hasPrefix("abd") {
      if servantsOfGod.contains(word.hash) { return (Spelling("abd"), Spelling("allah")) }
      if let name = servant(word) { return (Spelling("abd"), name) }
    }
    if let name = ofFaith(word) { return (name, Spelling("din")) }
    if let name = ofGod(word) { return (name, Spelling("allah")) }
    return nil
  }

  private static let servantsOfGod = WordList(
    """
    abdullah abdallah abdulla abdalla abdellah abdollah abdoulah abdoullah abdillah abdulah abdulahi
    abdullahi abdallahi
    """)
  private static let alone = WordList("abdella")

  private static let shortest = 3

  /// abd, one or two vowels, and the l of the article or the consonant that took its place.
  private static func servant(_ word: Spelling) -> Spelling? {
    guard !alone.contains(word.hash) else { return nil }
    var vowels = 0
    while vowels < 2, 3 + vowels < word.count, Spelling.isVowel(word[3 + vowels]) { vowels += 1 }
    while vowels > 0 {
      let at = 3 + vowels
      if at < word.count {
        let isArticle =
          word[at] == UInt8(ascii: "l")
          || (isSunLetter(word[at]) && at + 1 < word.count && word[at + 1] == word[at])
        if isArticle, let name = rest(word, at + 1) { return name }
      }
      if let name = rest(word, at) { return name }
      vowels -= 1
    }
    return rest(word, 3)
  }

  private static func rest(_ word: Spelling, _ start: Int) -> Spelling? {
    guard word.count - start >= shortest, !word.occurs("ullahi", at: start) else { return nil }
    return word.slice(start..<word.count)
  }

  private static func isSunLetter(_ letter: UInt8) -> Bool {
    switch Unicode.Scalar(letter) {
    case "r", "s", "n", "d", "t", "z": true
    default: false
    }
  }

  private static let faithEndings: [StaticString] = [
    "eene", "eine", "een", "ein", "ine", "yne", "in", "yn",
  ]
  private static let faithMiddles = WordList(
    """
    dd udd add edd idd odd ld uld ald eld ild old oud ud ood ed
    """)

  /// -uddin, -eddine, -aldin: of the faith.
  private static func ofFaith(_ word: Spelling) -> Spelling? {
    for start in shortest..<max(shortest, word.count - 2) {
      for ending in faithEndings where word.hasSuffix(ending) {
        let end = word.count - ending.utf8CodeUnitCount
        if end > start, end - start <= 3, faithMiddles.contains(word.slice(start..<end).hash) {
          return word.slice(0..<start)
        }
      }
    }
    return nil
  }

  private static let godEndings: [StaticString] = [
    "oullah", "eullah", "ullah", "allah", "ollah", "ellah", "ulla",
  ]

  /// -ullah: of God.
  private static func ofGod(_ word: Spelling) -> Spelling? {
    guard word.count >= 7 else { return nil }
    for ending in godEndings where word.hasSuffix(ending) {
      let end = word.count - ending.utf8CodeUnitCount
      return end >= 2 ? word.slice(0..<end) : nil
    }
    return nil
  }
}
