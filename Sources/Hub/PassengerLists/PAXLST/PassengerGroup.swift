import Records

/// The segments of one passenger, from NAD to the next. Protocols/lists.md, LIST-63 to LIST-67.
struct PassengerGroup: Sendable {
  enum Role: Sendable {
    case passenger, crew

    /// - Parameter code: the first element of NAD.
    init?(_ code: String?) {
      switch code {
      case "FL", "DDU": self = .passenger
      case "FM", "DDT": self = .crew
      default: return nil
      }
    }
  }

  private struct Document: Sendable {
    var type: String?
    var number: String?
    var issuer: String?
    var expiry: PartialDate?

    /// A passport, else a card, else what comes first.
    var rank: Int { type == "P" ? 2 : type == "I" ? 1 : 0 }
  }

  let role: Role
  let line: Int

  private var name: PersonName?
  private var birth: PartialDate?
  private var gender: String?
  private var nationality: String?
  /// The best one before `document`.
  private var best: Document?
  /// The document that LOC and DTM behind DOC belong to.
  private var document: Document?
  private var problem: String?

  init(_ role: Role, _ segment: Segment) {
    self.role = role
    line = segment.line
    let names = segment.texts(4)
    if names.count > 1 {
      name = PersonName(given: names.dropFirst().joined(separator: " "), family: names[0])
    } else if let text = names.first ?? segment.texts(3).first {
      name = PersonName.read(text)
    }
    if name == nil { problem = "Its NAD has no name." }
    if let name, !name.hasLetters { problem = "The name \(name.full.shown) has no letters." }
  }

  var content: ListedPassenger {
    if let problem { return .unreadable(problem) }
    guard let name else { return .unreadable("Its NAD has no name.") }
    let document = PassengerGroup.better(best, document)
    return .passenger(
      Passenger(
        name: name.full, given: name.given, family: name.family, birth: birth, gender: gender,
        nationality: nationality, document: document?.number, documentType: document?.type,
        issuer: document?.issuer, expiry: document?.expiry))
  }

  /// The first problem is told.
  mutating func refuse(_ reason: String) { problem = problem ?? reason }

  mutating func take(_ segment: Segment, encoding: ListEncoding, today: CivilDay) {
    if let reason = segment.reason(encoding) { return refuse(reason) }
    switch segment.tag {
    case "ATT" where segment.text(1) == "2":
      gender = segment.text(3).flatMap { GenderWords.shared.gender($0) }
    case "DTM": takeDate(segment, today: today)
    case "NAT": nationality = nationality ?? Country.code(segment.text(2))
    case "DOC":
      best = PassengerGroup.better(best, document)
      document = Document(type: segment.text(1), number: segment.text(2))
    case "LOC" where segment.text(1) == "91": document?.issuer = Country.code(segment.text(2))
    default: break
    }
  }

  private mutating func takeDate(_ segment: Segment, today: CivilDay) {
    guard let value = segment.text(1, 1) else { return }
    let format = segment.text(1, 2)
    switch segment.text(1) {
    case "329":
      do throws(MessageDate.Problem) {
        let date = try MessageDate.read(value, format: format, .birth, today: today)
        let problem = BirthDate.problem(date, today: today)
        if let problem { refuse("The date of birth \(value.shown) \(problem).") }
        birth = date
      } catch {
        refuse(
          error == .format
            ? "The date of birth has a format code that is not read (\(format?.shown ?? "none"))."
            : "The date of birth \(value.shown) is no date.")
      }
    case "36":
      document?.expiry = try? MessageDate.read(value, format: format, .near, today: today)
    default: break
    }
  }

  private static func better(_ first: Document?, _ second: Document?) -> Document? {
    guard let first, let second else { return first ?? second }
    return second.rank > first.rank ? second : first
  }
}

extension Segment {
  /// - Returns: why it cannot be read; nil: it can.
  func reason(_ encoding: ListEncoding) -> String? {
    switch problem {
    case .long: return "A segment is longer than \(ListLimits.segmentBytes) bytes."
    case .cutOff: return "The list is cut off here."
    case .advice: return "A UNA gives one character two meanings."
    case nil: break
    }
    if !hasTag { return "A segment begins with \(tag.shown), which is no tag." }
    return isUTF8 ? nil : "A segment has bytes that are not \(encoding.title)."
  }
}
