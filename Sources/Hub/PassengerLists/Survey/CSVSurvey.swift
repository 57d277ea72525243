import Records

/// The statements of all lines of a CSV together: the order of their dates, their encoding, their
/// flight, their total.
struct CSVSurvey {
  private(set) var encodings = EncodingEvidence()
  private let places: PassengerPlaces
  private var dates: [ListColumn: DateColumn] = [:]
  private var lines = 0
  private var flights = OnlyValue()
  private var departures = OnlyValue()
  private var departureDates = DateColumn()

  init(_ survey: ListSurvey) { places = PassengerPlaces(survey.columns) }

  /// Columns, separator and titles from the head.
  static func prepare(_ survey: inout ListSurvey, _ search: HeaderSearch, _ options: ListOptions)
    throws(ListQuestion)
  {
    survey.delimiter = search.separator
    if let columns = options.columns {
      try HeaderColumns.check(columns, headers: search.headers)
      let further = max(0, search.headers.count - columns.count)
      survey.columns = columns + [ListColumn?](repeating: nil, count: further)
      survey.skippedLines = skipped(search, columns)
    } else {
      guard let line = search.line else {
        let first = search.first.first { !$0.isBlank && $0.problem == nil && $0.isUTF8 }
        throw HeaderColumns.question("No header was found.", headers: first?.texts ?? [])
      }
      survey.columns = try HeaderColumns(search.headers, search.meanings).columns
      survey.skippedLines = line + 1
    }
    for (column, meaning) in zip(survey.columns, search.meanings) {
      if let column, let order = meaning?.order { survey.orders[column] = order }
    }
    if let order = options.dateOrder {
      for column in ListColumn.dates + [.departure] { survey.orders[column] = order }
    }
    takeTitles(&survey, search)
  }

  /// Columns were named: a header is above the passengers all the same, or not. One in words that
  /// nobody knows has no digit, where passengers have.
  private static func skipped(_ search: HeaderSearch, _ columns: [ListColumn?]) -> Int {
    if let line = search.line { return line + 1 }
    let stated = search.hasStatedSeparator ? 1 : 0
    let digits: [ListColumn] = [.birth, .birthYear, .document]
    guard columns.contains(where: { $0.map(digits.contains) ?? false }),
      let line = search.first[stated...].firstIndex(where: { !$0.isBlank }),
      !search.first[line].bytes.contains(where: { (0x30...0x39).contains($0) })
    else { return stated }
    return line + 1
  }

  private static func takeTitles(_ survey: inout ListSurvey, _ search: HeaderSearch) {
    var titles = TitleFacts()
    for line in search.first.prefix(max(0, survey.skippedLines - 1))
    where line.problem == nil && line.isUTF8 {
      titles.take(line.texts)
      survey.statedCount = survey.statedCount ?? TotalLine.count(line.texts)
    }
    (survey.flight, survey.departure) = (titles.flight, titles.departure)
  }

  mutating func take(_ line: CutLine, _ survey: inout ListSurvey) {
    lines += 1
    guard !line.isBlank else { return }
    if line.problem == nil { encodings.take(line) }
    guard lines > survey.skippedLines else { return }
    if let total = TotalLine.count(of: line) {
      survey.statedCount = total
      return
    }
    survey.lineCount += 1
    guard line.problem == nil else { return }
    for (column, place) in [(ListColumn.birth, places.birth), (.expiry, places.expiry)] {
      guard let text = line.text(place), let date = try? WrittenDate.read(text) else { continue }
      dates[column, default: DateColumn()].take(date, text, line: line.number)
    }
    if let text = line.text(places.gender) { survey.genders.take(text) }
    flights.take(line.text(places.flight))
    if let text = line.text(places.departure) {
      departures.take(text)
      if let date = try? WrittenDate.read(text) {
        departureDates.take(date, text, line: line.number)
      }
    }
  }

  func finish(_ survey: inout ListSurvey, _ options: ListOptions) throws(ListQuestion) {
    for column in ListColumn.dates where survey.orders[column] == nil {
      survey.orders[column] = try dates[column]?.order()
    }
    survey.flight = survey.flight ?? flights.value
    if survey.departure == nil, let text = departures.value {
      let order = survey.orders[.departure] ?? (try? departureDates.order()) ?? nil
      survey.departure = (try? WrittenDate.read(text))?.date(order)
    }
  }
}

/// A value that all lines have that have one.
struct OnlyValue {
  private var first: String?
  private var isOther = false

  var value: String? { isOther ? nil : first }

  mutating func take(_ text: String?) {
    guard let text, !isOther else { return }
    if let first { isOther = first != text } else { first = text }
  }
}
