/// The meaning of a column. The raw values are the words of `--columns`. Protocols/lists.md, 4.
public enum ListColumn: String, CaseIterable, Hashable, Sendable {
  case name, surname, given
  /// Further given names, or the father's.
  case middle
  case secondSurname = "surname2"
  case birth
  case birthDay = "birth-day"
  case birthMonth = "birth-month"
  case birthYear = "birth-year"
  case gender = "sex"
  case nationality, document
  case documentType = "document-type"
  case issuer, expiry, flight, departure

  /// - Parameter words: `surname,given,birth,-,document`.
  /// - Returns: nil when a word is none of a column.
  public static func columns(_ words: String) -> [ListColumn?]? {
    var columns: [ListColumn?] = []
    for word in words.split(separator: ",", omittingEmptySubsequences: false) {
      let column = ListColumn(rawValue: String(word))
      guard column != nil || word == "-" else { return nil }
      columns.append(column)
    }
    return columns
  }

  /// True for a column of the flight: it may stand twice, and the first counts.
  var isOfFlight: Bool { self == .flight || self == .departure }

  static let dates: [ListColumn] = [.birth, .expiry]
}
