import Records

/// Makes a passenger of the fields of a line: where each column is, and how its dates are read.
/// Protocols/lists.md, 4 to 6.
struct PassengerPlaces: Sendable {
  private let name, surname, secondSurname, given, middle: Int?
  let birth, birthDay, birthMonth, birthYear: Int?
  let gender: Int?
  private let nationality, document, documentType, issuer: Int?
  let expiry, flight, departure: Int?
  /// The most fields that a line has.
  private let count: Int

  init(_ columns: [ListColumn?]) {
    func place(_ column: ListColumn) -> Int? { columns.firstIndex(of: column) }
    (name, surname, given) = (place(.name), place(.surname), place(.given))
    (secondSurname, middle) = (place(.secondSurname), place(.middle))
    (birth, birthDay) = (place(.birth), place(.birthDay))
    (birthMonth, birthYear) = (place(.birthMonth), place(.birthYear))
    (gender, nationality) = (place(.gender), place(.nationality))
    (document, documentType) = (place(.document), place(.documentType))
    (issuer, expiry) = (place(.issuer), place(.expiry))
    (flight, departure) = (place(.flight), place(.departure))
    count = columns.count
  }

  func answer(_ line: CutLine, _ survey: ListSurvey) -> ListedPassenger {
    if let problem = problem(line, survey) { return .unreadable(problem) }
    guard let name = personName(line) else { return .unreadable("There is no name.") }
    guard name.hasLetters else {
      return .unreadable("The name \(name.full.shown) has no letters.")
    }
    var passenger = Passenger(name: name.full, given: name.given, family: name.family)
    do throws(Unreadable) {
      passenger.birth = try birthDate(line, survey)
    } catch {
      return .unreadable(error.reason)
    }
    passenger.gender = line.text(gender).flatMap { survey.genders.gender($0) }
    passenger.nationality = Country.code(line.text(nationality))
    passenger.document = line.text(document)
    passenger.documentType = line.text(documentType)
    passenger.issuer = Country.code(line.text(issuer))
    if let text = line.text(expiry) {
      passenger.expiry = (try? WrittenDate.read(text))?.date(survey.orders[.expiry])
    }
    return .passenger(passenger)
  }

  private func problem(_ line: CutLine, _ survey: ListSurvey) -> String? {
    switch line.problem {
    case .longField(let field):
      return "Field \(field) is longer than \(ListLimits.fieldBytes) bytes."
    case .longLine: return "It is longer than \(ListLimits.lineBytes) bytes."
    case .manyFields: return "It has more than \(ListLimits.columns) fields."
    case .openQuote(let field): return "A quote opens in field \(field) and is not closed."
    case nil: break
    }
    if !line.isUTF8 { return "It has bytes that are not \(survey.encoding.title)." }
    if line.usedCount > count {
      return "It has \(line.usedCount) fields, and there are \(count) columns."
    }
    return nil
  }

  private func personName(_ line: CutLine) -> PersonName? {
    let given = PassengerPlaces.join(line.text(given), line.text(middle))
    let family = PassengerPlaces.join(line.text(surname), line.text(secondSurname))
    if let text = line.text(name) {
      var name = PersonName.read(text)
      if let given { name.given = PersonName.withoutTitle(given) }
      if let family { name.family = PersonName.withoutTitle(family) }
      return name
    }
    return given == nil && family == nil ? nil : PersonName(given: given, family: family)
  }

  private static func join(_ first: String?, _ second: String?) -> String? {
    guard let first, let second else { return first ?? second }
    return "\(first) \(second)"
  }
}

/// A value without which a passenger would be taken for another.
struct Unreadable: Error {
  let reason: String
}

extension PassengerPlaces {
  private func birthDate(_ line: CutLine, _ survey: ListSurvey) throws(Unreadable) -> PartialDate? {
    guard let text = line.text(birth) else { return try birthInParts(line, survey) }
    let problem: String
    do throws(WrittenDate.Problem) {
      guard let written = try WrittenDate.read(text) else { return nil }
      if let date = written.date(survey.orders[.birth]) {
        guard let found = BirthDate.problem(date, today: survey.today) else { return date }
        problem = found
      } else {
        problem = WrittenDate.Problem.noSuchDay.words
      }
    } catch {
      problem = error.words
    }
    throw Unreadable(reason: "The date of birth \(text.shown) \(problem).")
  }

  /// Day, month and year in columns of their own.
  private func birthInParts(_ line: CutLine, _ survey: ListSurvey) throws(Unreadable)
    -> PartialDate?
  {
    let parts = (line.text(birthYear), line.text(birthMonth), line.text(birthDay))
    guard let year = parts.0 else {
      guard parts.1 == nil, parts.2 == nil else {
        throw Unreadable(reason: "The date of birth has no year.")
      }
      return nil
    }
    let text = [parts.0, parts.1, parts.2].compactMap { $0 }.joined(separator: "-")
    let date: PartialDate? =
      if year.utf8.count != 4 { nil } else if parts.1 == nil, parts.2 != nil { nil } else {
        (try? WrittenDate.read(text))?.date(nil)
      }
    let problem = date.map { BirthDate.problem($0, today: survey.today) } ?? "is none"
    guard let problem else { return date }
    throw Unreadable(reason: "The date of birth \(text.shown) \(problem).")
  }
}
