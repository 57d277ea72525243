extension MatchRow {
  /// The sentence that an officer reads out to a colleague.
  public var sentence: String {
    switch feature {
    case .name: nameSentence
    case .birthDate: dateSentence
    case .gender:
      rule == .equal ? "both are \(right)" : "one is \(left), the other \(right)"
    case .country:
      rule == .equal ? "both have to do with \(right)" : "other countries: \(left), and \(right)"
    case .identifier: "the same number: \(right)"
    }
  }

  private var both: String { "“\(left)” and “\(right)”" }

  private var nameSentence: String {
    switch rule {
    case .equal: left == right ? "“\(left)” is the same" : "\(both) are the same word"
    case .spelling: "\(both) are spelt much alike"
    case .sound: "\(both) sound alike"
    case .consonants: "\(both) have the same consonants; vowels are not written"
    case .sameName: "\(both) are forms of one name"
    case .sameWord: "\(both) mean the same"
    case .sameNumber: "\(both) are the same number"
    case .initial: "\(both): the initial fits"
    case .joined: "\(both) are the same, written together or apart"
    case .signs: "\(both) share signs"
    case .turned: "\(both) have the same letters in another order"
    case .acronym: "\(both): one is the first letters of the other"
    case .different: "\(both) are different"
    case .onlyOurs: "“\(left)” was asked for and is not in the record"
    case .onlyTheirs: "“\(right)” is only in the record"
    case .contradiction: "\(both) contradict each other"
    case .doubt: "\(both) may be two names"
    case .fatherAndSon: "son and father are exchanged"
    case .exchangedParts: "given name and family name are exchanged"
    case .oneWord: "only one word agrees"
    case .otherSex: "one is a woman's form, the other a man's"
    case .oneSided: "one has words of its own: “\(left)\(right)”"
    case .legalForm: "the legal forms differ"
    case .noOwnWord: "only words agree that many names have"
    case .weakAlias: "it is a weak alias, as the record says itself"
    case .day, .month, .year, .exchangedDay, .oneDigit, .near, .otherDay, .otherYear,
      .sameIdentifier, .otherGender, .otherCountry:
      both
    }
  }

  private var dateSentence: String {
    switch rule {
    case .day: "born on the same day, \(right)"
    case .month: "born in the same month: \(left), and \(right)"
    case .year: "born in the same year, as far as is known: \(left), and \(right)"
    case .exchangedDay: "day and month may be exchanged: \(left), and \(right)"
    case .oneDigit: "one digit of the date of birth differs: \(left), and \(right)"
    case .near: "born within two years: \(left), and \(right)"
    case .otherDay: "born in one year on other days: \(left), and \(right)"
    default: "other dates of birth: \(left), and \(right)"
    }
  }
}
