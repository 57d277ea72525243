/// A traveller as a list has him; line: where.
public struct ScreenPassenger: Codable, Hashable, Sendable {
  /// From 1, as the list numbers its lines or passengers.
  public var line: Int
  /// The whole name as the list has it; compared where its parts are not told.
  public var name: String
  /// Given names apart, where the list has them.
  public var given: String?
  /// Family names apart, where the list has them.
  public var family: String?
  /// A date as records write it, with its century; nil: the name is not compared, unless asked for.
  public var birth: String?
  /// `male`, `female` or `other`.
  public var gender: String?
  /// Two letters of ISO 3166-1.
  public var nationality: String?
  /// Its number, as the list has it.
  public var document: String?
  /// As the list has it; nil: not told.
  public var documentType: String?
  /// The issuing country, two letters; another than the record's makes a review (HUB-92).
  public var issuer: String?

  /// Checks nothing: lists are read before (lists.md).
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
  /// Given by the hub; `Exclude` names it.
  public var hit: Int
  /// `alert` or `review`; the stronger where document and name both hit.
  public var band: String
  /// `document` or `name`.
  public var kind: String
  /// 0 to 1.
  public var score: Double
  /// Its contributions add up to the score.
  public var explanation: [Row]
  /// The weightiest rows in words.
  public var sentence: String
  /// The record that was hit.
  public var found: Found
  /// Codes or words of the record, to be read before anybody acts.
  public var warnings: [String]
  /// The record's `onHit.action`.
  public var action: String?
  /// The record's `onHit.contact`.
  public var contact: Contact?
  /// True only once that list was answered to its end (HUB-95).
  public var known: Bool

  /// A copy of what the screening found.
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
  /// As `ScreenPassenger.line`.
  public var line: Int
  /// The strongest band of its hits; `clear` without one.
  public var result: String
  /// The loudest first, at most 20; fewer where the answer has no more room (HUB-96).
  public var hits: [PassengerHit]
  /// Sentences.
  public var notes: [String]

  /// A copy of what the screening found.
  public init(line: Int, result: String, hits: [PassengerHit], notes: [String]) {
    self.line = line
    self.result = result
    self.hits = hits
    self.notes = notes
  }
}

/// A list that was screened; sameAs: an earlier list with the same bytes.
public struct Screening: Codable, Hashable, Sendable {
  /// Given by the hub; later parts and `FinishList` name it.
  public var number: Int
  /// As it was told with the first part.
  public var flight: String?
  /// Who sent it, by the kernel's word.
  public var user: String
  /// The purpose of the look of its first part.
  public var purpose: String
  /// Unix ms.
  public var time: Int
  /// Passengers that were compared.
  public var lines: Int
  /// Lines that the reader of the list could not take.
  public var unreadable: Int
  /// Lines whose result is `alert`.
  public var alerts: Int
  /// Lines whose result is `review`.
  public var reviews: Int
  /// Its number; nil: there is none, and always in `Screenings`.
  public var sameAs: Int?

  /// A copy of the hub's row.
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
  /// Given by the hub, from 1.
  public var number: Int
  /// The record whose person the traveller is not.
  public var ref: String
  /// `2026-12-31`
  public var until: String
  /// The law that allows it, in the words of who proposed it.
  public var basis: String
  /// The reason of the look in which it was proposed.
  public var reason: String
  /// A user.
  public var proposedBy: String
  /// A second user; nil: nobody yet, or no second is needed.
  public var confirmedBy: String?
  /// Unix ms.
  public var time: Int
  /// `proposed`, `counts` or `ended`.
  public var state: String

  /// A copy of the hub's row.
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
