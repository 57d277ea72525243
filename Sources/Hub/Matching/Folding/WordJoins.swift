/// Neighbours of a name read as one word, made once for a name that is compared with many others.
struct WordJoins {
  private var made: [Word?] = []

  init() {}

  init(_ words: [Word]) {
    guard words.count > 1 else { return }
    made = Array(repeating: nil, count: (words.count - 1) * WordJoins.perWord)
    for start in 0..<(words.count - 1) {
      for end in (start + 1)..<min(words.count, start + NameLimits.joined) {
        let part = words[start...end]
        guard part.allSatisfy({ $0.script == words[start].script }) else { break }
        made[WordJoins.place(start, end)] = Word(joining: part)
      }
    }
  }

  /// - Parameter words: those that it was made of.
  func word(_ words: [Word], _ start: Int, _ end: Int) -> Word {
    if !made.isEmpty, let word = made[WordJoins.place(start, end)] { return word }
    return Word(joining: words[start...end])
  }

  private static let perWord = NameLimits.joined - 1

  private static func place(_ start: Int, _ end: Int) -> Int { start * perWord + end - start - 1 }
}
