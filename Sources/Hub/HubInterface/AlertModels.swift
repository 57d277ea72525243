/// A question that is asked of every record that comes. threshold: alert or review; until: its last
/// day; state: active, paused, ended or removed; revision: raised when it goes on after a pause.
public struct Watch: Codable, Hashable, Sendable {
  public var number: Int
  public var revision: Int
  public var name: String?
  /// A date as records write it: `1987`, `1987-03-02`, `1987~` (REC-20).
  public var birth: String?
  /// Two letters of ISO 3166-1.
  public var nationality: String?
  public var document: String?
  public var phone: String?
  public var threshold: String
  /// `2026-12-31`
  public var until: String
  public var purpose: String
  public var reason: String
  public var user: String
  /// Unix ms.
  public var time: Int
  public var state: String

  public init(
    number: Int, revision: Int, name: String? = nil, birth: String? = nil,
    nationality: String? = nil, document: String? = nil, phone: String? = nil, threshold: String,
    until: String, purpose: String, reason: String, user: String, time: Int, state: String
  ) {
    self.number = number
    self.revision = revision
    self.name = name
    self.birth = birth
    self.nationality = nationality
    self.document = document
    self.phone = phone
    self.threshold = threshold
    self.until = until
    self.purpose = purpose
    self.reason = reason
    self.user = user
    self.time = time
    self.state = state
  }
}

/// Whom to call on a hit, as its record says (REC-11).
public struct Contact: Codable, Hashable, Sendable {
  public var phone: String?
  public var hours: String?
  public var reference: String?

  public init(phone: String? = nil, hours: String? = nil, reference: String? = nil) {
    self.phone = phone
    self.hours = hours
    self.reference = reference
  }
}

/// A record that fits a watch, or a person that this node published (own). A retracted alert does
/// not tell its record: why says what became of it. state: listed, raised, taken, closing, closed
/// or retracted; outcome: true or false.
public struct Alert: Codable, Hashable, Sendable {
  public var alert: Int
  public var watch: Int?
  public var own: String?
  public var band: String
  public var state: String
  public var why: String?
  /// 0 to 1.
  public var score: Double
  public var explanation: [Row]
  public var sentence: String
  public var found: Found?
  public var grade: String?
  public var handling: [String]
  public var warnings: [String]
  public var action: String?
  public var contact: Contact?
  /// Unix ms, like `changedAt`.
  public var raisedAt: Int
  public var changedAt: Int
  public var escalated: Bool
  public var takenBy: String?
  public var closedBy: String?
  public var outcome: String?
  public var closeReason: String?

  public init(
    alert: Int, watch: Int? = nil, own: String? = nil, band: String, state: String,
    why: String? = nil, score: Double, explanation: [Row], sentence: String, found: Found? = nil,
    grade: String? = nil, handling: [String], warnings: [String], action: String? = nil,
    contact: Contact? = nil, raisedAt: Int, changedAt: Int, escalated: Bool, takenBy: String? = nil,
    closedBy: String? = nil, outcome: String? = nil, closeReason: String? = nil
  ) {
    self.alert = alert
    self.watch = watch
    self.own = own
    self.band = band
    self.state = state
    self.why = why
    self.score = score
    self.explanation = explanation
    self.sentence = sentence
    self.found = found
    self.grade = grade
    self.handling = handling
    self.warnings = warnings
    self.action = action
    self.contact = contact
    self.raisedAt = raisedAt
    self.changedAt = changedAt
    self.escalated = escalated
    self.takenBy = takenBy
    self.closedBy = closedBy
    self.outcome = outcome
    self.closeReason = closeReason
  }
}

/// Kind: raised, changed, updated, escalated, retracted, again, taken, released, handed-over,
/// closing, closed, reopened, watch-ends.
public struct AlertEvent: Codable, Hashable, Sendable {
  public var event: Int
  public var kind: String
  /// Unix ms.
  public var time: Int
  public var user: String?
  public var alert: Alert?
  public var watch: Watch?

  public init(
    event: Int, kind: String, time: Int, user: String? = nil, alert: Alert? = nil,
    watch: Watch? = nil
  ) {
    self.event = event
    self.kind = kind
    self.time = time
    self.user = user
    self.alert = alert
    self.watch = watch
  }
}

/// An alert after a change, without its record; state as in `Alert`.
public struct AlertState: Codable, Hashable, Sendable {
  public var alert: Int
  public var state: String
  public var takenBy: String?

  public init(alert: Int, state: String, takenBy: String? = nil) {
    self.alert = alert
    self.state = state
    self.takenBy = takenBy
  }
}

/// Alerts that one user offers another, who has to accept them.
public struct HandOver: Codable, Hashable, Sendable {
  public var number: Int
  public var from: String
  public var to: String
  public var alerts: [Int]
  public var reason: String
  /// Unix ms, like `acceptedAt`; nil there: not accepted yet.
  public var offeredAt: Int
  public var acceptedAt: Int?

  public init(
    number: Int, from: String, to: String, alerts: [Int], reason: String, offeredAt: Int,
    acceptedAt: Int? = nil
  ) {
    self.number = number
    self.from = from
    self.to = to
    self.alerts = alerts
    self.reason = reason
    self.offeredAt = offeredAt
    self.acceptedAt = acceptedAt
  }
}
