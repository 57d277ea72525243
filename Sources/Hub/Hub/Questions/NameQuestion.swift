internal import Records

/// A question as a person: its words are a name, and a date among them is one of birth.
struct NameQuestion {
  let name: String
  let dates: [PartialDate]

  init(_ text: String, born: PartialDate?) {
    var words: [Substring] = []
    var dates: [PartialDate] = born.map { [$0] } ?? []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if word.utf8.count >= 4, let date = try? PartialDate(parsing: word) {
        dates.append(date)
      } else {
        words.append(word)
      }
    }
    name = words.joined(separator: " ")
    self.dates = dates
  }
}
