/// A header that was recognised, as columns that can be read. Protocols/lists.md, LIST-32 to
/// LIST-36.
struct HeaderColumns: Sendable {
  let columns: [ListColumn?]

  /// - Parameters:
  ///   - headers: as they are written.
  ///   - meanings: what each says; nil: nobody knows.
  init(_ headers: [String], _ meanings: [HeaderMeaning?]) throws(ListQuestion) {
    let columns = HeaderColumns.distribute(meanings)
    self.columns = columns
    for column in ListColumn.allCases where !column.isOfFlight {
      let places = columns.indices.filter { columns[$0] == column }
      guard places.count > 1 else { continue }
      let found = places.map { "\($0 + 1) (\(headers[$0].shown))" }.joined(separator: " and ")
      throw HeaderColumns.question(
        "Columns \(found) say the same: \(column.rawValue).", headers: headers)
    }
    try HeaderColumns.check(columns, headers: headers)
  }

  /// There must be a name.
  static func check(_ columns: [ListColumn?], headers: [String]) throws(ListQuestion) {
    let names: [ListColumn] = [.name, .surname, .given]
    guard !columns.contains(where: { $0.map(names.contains) ?? false }) else { return }
    throw question("No column for names was found.", headers: headers)
  }

  static func question(_ reason: String, headers: [String]) -> ListQuestion {
    let shown = headers.prefix(ListLimits.shownHeaders).enumerated().map { place, header in
      "\(place + 1) \(header.shown)"
    }
    let list = shown.isEmpty ? "" : " The first line has: \(shown.joined(separator: ", "))."
    return ListQuestion(
      .columns, reason + list,
      hint:
        "Name the columns by their position, and with - those that are not read: --columns surname,given,birth,-,document"
    )
  }

  /// "Name" beside "Vorname" is the surname; "Nombre" beside "Apellidos" the given name, and alone
  /// the whole one. A birthday beside its month and year is a day.
  private static func distribute(_ meanings: [HeaderMeaning?]) -> [ListColumn?] {
    let columns = meanings.map { $0?.column }
    let has = { (column: ListColumn) in columns.contains(column) }
    let hasBareName = meanings.contains { $0?.isBareName ?? false }
    let isNameSurname = hasBareName && has(.given) && !has(.surname)
    let isNameGiven = hasBareName && has(.surname) && !has(.given)
    let isGivenName = has(.given) && !has(.name) && !has(.surname)
    let isBirthDay = has(.birthMonth) && has(.birthYear) && !has(.birthDay)
    return columns.map { column in
      switch column {
      case .birth where isBirthDay: .birthDay
      case .name where isNameSurname: .surname
      case .name where isNameGiven: .given
      case .given where isGivenName: .name
      default: column
      }
    }
  }
}
