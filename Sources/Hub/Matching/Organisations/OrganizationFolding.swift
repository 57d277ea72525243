/// Classes the words of an organisation's name: the legal form goes apart, numbers are numbers,
/// words that many have weigh less.
struct OrganizationFolding {
  var words: [Word] = []
  var legalForms: [LegalForm] = []
  var initials = Spelling()

  /// The longest legal form of the tables has this many words.
  private static let longestForm = 9

  static func finish(_ read: [Word]) -> OrganizationFolding {
    var folded = OrganizationFolding()
    let letters = withoutPrefix(joinedLetters(read))
    var rest = folded.takeLegalForms(letters)
    if rest.isEmpty {
      // All of it is a legal form: then that is the name.
      rest = letters
      folded.legalForms = []
    }
    folded.words = numbered(rest)
    folded.weigh()
    for index in folded.words.indices { folded.words[index].position = Int32(index) }
    folded.initials = folded.firstLetters()
    return folded
  }

  /// In front of the names of ships.
  private static let prefixes = WordList("mv mt ss ms mts")

  private static func withoutPrefix(_ words: [Word]) -> [Word] {
    guard words.count > 1, prefixes.contains(words[0].hash) else { return words }
    return Array(words.dropFirst())
  }

  /// A.B.C. and A B C are ABC.
  private static func joinedLetters(_ words: [Word]) -> [Word] {
    var joined = [Word]()
    var at = 0
    while at < words.count {
      var end = at
      while end < words.count, words[end].script.isSpelt, words[end].spelling.count == 1,
        Spelling.bit(of: words[end].spelling[0]) < 26
      {
        end += 1
      }
      if end - at > 1 {
        joined.append(Word(joining: words[at..<end]))
        at = end
      } else {
        joined.append(words[at])
        at += 1
      }
    }
    return joined
  }

  private mutating func takeLegalForms(_ words: [Word]) -> [Word] {
    let table = OrganizationTable.shared
    var rest = [Word]()
    var at = 0
    while at < words.count {
      var taken = 0
      for count in stride(
        from: min(OrganizationFolding.longestForm, words.count - at), to: 0, by: -1)
      {
        let hash = OrganizationTable.hash(words[at..<(at + count)])
        if let form = table.legalForm(hash), isAtEdge(at, count, words.count) {
          legalForms.append(form)
          taken = count
          break
        }
      }
      if taken == 0 {
        rest.append(words[at])
        at += 1
      } else {
        at += taken
      }
    }
    return rest
  }

  /// A short form in the middle of a name is a word: AS, SE, CO.
  private func isAtEdge(_ at: Int, _ count: Int, _ all: Int) -> Bool {
    at == 0 || at + count == all || count > 1 || at + count == all - 1
  }

  /// forty-four, forty 4, 44th and XLIV are 44.
  private static func numbered(_ words: [Word]) -> [Word] {
    let table = OrganizationTable.shared
    var found = [Word]()
    var at = 0
    while at < words.count {
      var word = words[at]
      if let number = number(of: word, isFirst: at == 0) {
        word.kind = .number
        word.meaning = number
        if at + 1 < words.count, number >= 20, number < 100, number.isMultiple(of: 10),
          let unit = self.number(of: words[at + 1], isFirst: false), (1...9).contains(unit)
        {
          word.meaning = number + unit
          word.end = words[at + 1].end
          at += 1
        }
      } else if let common = table.commonWord(OrganizationTable.hash([word])) {
        word.kind = .common
        word.meaning = UInt32(clamping: common)
      }
      found.append(word)
      at += 1
    }
    return found
  }

  private static func number(of word: Word, isFirst: Bool) -> UInt32? {
    var value: UInt32 = 0
    let spelling = word.spelling
    guard !spelling.isEmpty, !spelling.isCut else { return nil }
    for index in 0..<spelling.count {
      guard Spelling.bit(of: spelling[index]) == 26 else {
        if !isFirst, let roman = roman(spelling) { return roman }
        return OrganizationTable.shared.number(OrganizationTable.hash([word])).map {
          UInt32(clamping: $0)
        }
      }
      let (ten, overflow) = value.multipliedReportingOverflow(by: 10)
      guard !overflow, ten <= UInt32.max - 9 else { return UInt32(truncatingIfNeeded: word.hash) }
      value = ten + UInt32(spelling[index] - UInt8(ascii: "0"))
    }
    return value
  }

  /// I to XXXIX, as funds, ships and congresses are numbered.
  private static func roman(_ spelling: Spelling) -> UInt32? {
    var rest = spelling
    var value: UInt32 = 0
    while rest.hasPrefix("x"), value < 30 {
      value += 10
      rest = rest.slice(1..<rest.count)
    }
    let units: [StaticString] = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"]
    for (unit, letters) in units.enumerated() where rest.equals(letters) {
      let whole = value + UInt32(unit)
      return whole > 0 ? whole : nil
    }
    return nil
  }

  private mutating func weigh() {
    let table = OrganizationTable.shared
    for index in words.indices where words[index].kind != .number {
      let hash = OrganizationTable.hash(words[index...index])
      if words.count > 1, table.isStopWord(hash) {
        words[index].kind = .particle
        words[index].weight = Word.Weight.particle
      } else if words[index].kind == .common, !words[index].isAside {
        words[index].weight = Weight.common
      } else if words.count > 1, words[index].isAside || table.isPlace(hash) {
        words[index].kind = .place
        words[index].weight = Weight.place
      }
    }
  }

  enum Weight {
    static let common: Int32 = 60
    static let place: Int32 = 50
  }

  private func firstLetters() -> Spelling {
    var letters = Spelling()
    for word in words where word.kind != .particle && word.kind != .place {
      if let first = word.spelling.first { letters.append(first) }
    }
    return letters
  }
}
