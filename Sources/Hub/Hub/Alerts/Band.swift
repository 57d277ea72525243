internal import Matching
internal import Records

/// The band of a match: a policy over evidence, never a score (Protocols/hub.md, HUB-77).
enum Band: Int64, Hashable, Sendable, Comparable {
  case review = 1
  case alert = 2

  var word: String {
    switch self {
    case .review: "review"
    case .alert: "alert"
    }
  }

  init?(word: String) {
    switch word {
    case "review": self = .review
    case "alert": self = .alert
    default: return nil
    }
  }

  static func < (a: Band, b: Band) -> Bool { a.rawValue < b.rawValue }

  /// Two words of a name that are surely these, a year of birth, and nothing against it; or a
  /// number that one person has.
  /// - Parameter mayAct: whether the record may be the reason to stop somebody.
  /// - Returns: nil where nobody has to look.
  static func byName(_ match: RecordMatch, mayAct: Bool) -> Band? {
    guard match.points >= RecordMatch.review else { return nil }
    let facts = match.facts
    let isSure =
      facts.sharesIdentifier
      || facts.strongWords >= strongWords && !facts.isContradicted && facts.agreesInYear == true
    return isSure && mayAct ? .alert : .review
  }

  private static let strongWords = 2

  /// A number alone.
  static func byNumber(_ record: SharedRecord) -> Band {
    record.mayAct || record.isBadDocument ? .alert : .review
  }
}

extension SharedRecord {
  /// It may be the reason to stop somebody, as far as its text says: there is something to do, the
  /// person is suspect, convicted or missing, and somebody can grade it. Victims, witnesses and
  /// contacts never.
  var mayAct: Bool {
    // A record with a `must` field that is not understood stops nobody (REC-84).
    guard let action = common.onHit?.action?.value, action != .none, isWanted,
      unknownMust.isEmpty,
      let grade = common.grade, !grade.isUngraded
    else { return false }
    return true
  }

  /// One that its author looks for.
  var isWanted: Bool {
    switch common.category?.value {
    case .suspect, .convicted, .missing: true
    default: false
    }
  }

  /// A document that nobody should show.
  var isBadDocument: Bool {
    guard case .document(let document) = body, unknownMust.isEmpty else { return false }
    switch document.state?.value {
    case .lost, .stolen, .stolenBlank, .revoked, .forged: return true
    case .valid, nil: return false
    }
  }
}

extension NameFlags {
  init(of record: SharedRecord) {
    self = []
    if record.mayAct { insert(.acts) }
    if record.isWanted { insert(.wanted) }
  }
}
