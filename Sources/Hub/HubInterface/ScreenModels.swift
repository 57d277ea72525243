/// A traveller as a list has him; line: where.
public struct ScreenPassenger: Codable, Hashable, Sendable {
  /// From 1, as the list numbers its lines or passengers.
  public var line: Int
  public var name: String
  public var given: String?
  public var family: String?
  public var birth: String?
  public var gender: String?
  public var nationality: String?
  public var document: String?
  public var documentType: String?
  public var issuer: String?

  public init(
    line: Int, name: String, given: String? = nil, family: String? = nil, birth: String? = nil,
    gender: String? = nil, nationality: String? = nil, document: String? = nil,
    documentType: String? = nil, issuer: String? = nil
  ) {
    self.line = line
    self.name = name
    self.given = given
    self.family = family
    self.birth = birth
    self.gender = gender
    self.nationality = nationality
    self.document = document
    self.documentType = documentType
    self.issuer = issuer
  }
}

/// Kind: document or name; known: an earlier list of the same flight had it.
public struct PassengerHit: Codable, Hashable, Sendable {
  public var hit: Int
  public var band: String
  public var kind: String
  /// 0 to 1.
  public var score: Double
  public var explanation: [Row]
  public var sentence: String
  public var found: Found
  public var warnings: [String]
  public var action: String?
  public var contact: Contact?
  public var known: Bool

  public init(
    hit: Int, band: String, kind: String, score: Double, explanation: [Row], sentence: String,
    found: Found, warnings: [String], action: String? = nil, contact: Contact? = nil, known: Bool
  ) {
    self.hit = hit
    self.band = band
    self.kind = kind
    self.score = score
    self.explanation = explanation
    self.sentence = sentence
    self.found = found
    self.warnings = warnings
    self.action = action
    self.contact = contact
    self.known = known
  }
}

/// Result: alert, review or clear; notes: what was cleared, and what was not compared.
public struct PassengerResult: Codable, Hashable, Sendable {
  public var line: Int
  public var result: String
  public var hits: [PassengerHit]
  public var notes: [String]

  public init(line: Int, result: String, hits: [PassengerHit], notes: [String]) {
    self.line = line
    self.result = result
    self.hits = hits
    self.notes = notes
  }
}

/// A list that was screened; sameAs: an earlier list with the same bytes.
public struct Screening: Codable, Hashable, Sendable {
  public var number: Int
  public var flight: String?
  public var user: String
  public var purpose: String
  /// Unix ms.
  public var time: Int
  public var lines: Int
  public var unreadable: Int
  public var alerts: Int
  public var reviews: Int
  public var sameAs: Int?

  public init(
    number: Int, flight: String? = nil, user: String, purpose: String, time: Int, lines: Int,
    unreadable: Int, alerts: Int, reviews: Int, sameAs: Int? = nil
  ) {
    self.number = number
    self.flight = flight
    self.user = user
    self.purpose = purpose
    self.time = time
    self.lines = lines
    self.unreadable = unreadable
    self.alerts = alerts
    self.reviews = reviews
    self.sameAs = sameAs
  }
}

/// Until: the last day; state: proposed, counts or ended.
public struct Exclusion: Codable, Hashable, Sendable {
  public var number: Int
  public var ref: String
  /// `2026-12-31`
  public var until: String
  public var basis: String
  public var reason: String
  public var proposedBy: String
  public var confirmedBy: String?
  /// Unix ms.
  public var time: Int
  public var state: String

  public init(
    number: Int, ref: String, until: String, basis: String, reason: String, proposedBy: String,
    confirmedBy: String? = nil, time: Int, state: String
  ) {
    self.number = number
    self.ref = ref
    self.until = until
    self.basis = basis
    self.reason = reason
    self.proposedBy = proposedBy
    self.confirmedBy = confirmedBy
    self.time = time
    self.state = state
  }
}
