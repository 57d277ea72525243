/// A question that is asked of every record that comes. threshold: alert or review; until: its last
/// day; state: active, paused, ended or removed; revision: raised when it goes on after a pause.
public struct Watch: Codable, Hashable, Sendable {
  /// Given by the hub, from 1; never reused.
  public var number: Int
  /// One higher each time that it goes on after a pause (HUB-76).
  public var revision: Int
  /// In any script; nil: it asks for a number alone.
  public var name: String?
  /// A date as records write it: `1987`, `1987-03-02`, `1987~` (REC-20).
  public var birth: String?
  /// Two letters of ISO 3166-1.
  public var nationality: String?
  /// The number of a passport or an identity card, as it was typed.
  public var document: String?
  /// International or national (REC-32).
  public var phone: String?
  /// `alert` or `review`: the quietest band that it tells.
  public var threshold: String
  /// `2026-12-31`
  public var until: String
  /// `ct`, `soc`, `finance`, `border` or `missing`; it sees records of this purpose alone (HUB-74).
  public var purpose: String
  /// The owner's words, recorded with his look.
  public var reason: String
  /// The owner, by the kernel's word.
  public var user: String
  /// Unix ms.
  public var time: Int
  /// `active`, `paused`, `ended` or `removed`.
  public var state: String

  /// A copy of the hub's row.
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
  /// As the record writes it.
  public var phone: String?
  /// When somebody answers there, in free text.
  public var hours: String?
  /// The caller names it, as the partner's case number.
  public var reference: String?

  /// A copy of the record's `onHit.contact`.
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
  /// Given by the hub, from 1.
  public var alert: Int
  /// The watch's number; nil: nobody asked, and `own` says whom it is about (HUB-75).
  public var watch: Int?
  /// The reference of a person that this node published, `nl:x`; nil beside `watch`.
  public var own: String?
  /// `alert` or `review` (HUB-77).
  public var band: String
  /// As the table in hub.md, 10 has it.
  public var state: String
  /// Why it was retracted, or why there is no record to show; nil: it stands, with its record.
  public var why: String?
  /// 0 to 1.
  public var score: Double
  /// Empty where the version that is shown is not the one that was compared.
  public var explanation: [Row]
  /// The explanation in words; empty as that is.
  public var sentence: String
  /// The shown version; nil: it is gone, retracted, or not for a purpose of who asks (HUB-79).
  public var found: Found?
  /// As `B2`, the record's; nil without one.
  public var grade: String?
  /// Codes of its record (REC-6).
  public var handling: [String]
  /// Codes or words of its record, to be read before anybody acts.
  public var warnings: [String]
  /// The record's `onHit.action`.
  public var action: String?
  /// The record's `onHit.contact`.
  public var contact: Contact?
  /// Unix ms, like `changedAt`.
  public var raisedAt: Int
  /// The last change of its state or band.
  public var changedAt: Int
  /// Nobody took it in time (HUB-80) since it was raised last.
  public var escalated: Bool
  /// A user; nil: nobody has it.
  public var takenBy: String?
  /// Who said `true` or `false` first; while `closing`, a second one has to agree.
  public var closedBy: String?
  /// `true` or `false`; nil until somebody closes it.
  public var outcome: String?
  /// The closing user's words.
  public var closeReason: String?

  /// A copy; `AlertShowing` decides whether the record may be in it.
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
  /// Numbered in the order of commits.
  public var event: Int
  /// As the type's comment lists them (HUB-78).
  public var kind: String
  /// Unix ms.
  public var time: Int
  /// Who did it; nil: the hub did.
  public var user: String?
  /// The alert as it is now; nil: it is about a watch.
  public var alert: Alert?
  /// A watch that ends soon; nil: it is about an alert.
  public var watch: Watch?

  /// One of `alert` and `watch` is there.
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
  /// As `Alert.alert`.
  public var alert: Int
  /// After the change.
  public var state: String
  /// A user; nil: nobody has it.
  public var takenBy: String?

  /// A copy of the hub's row.
  public init(alert: Int, state: String, takenBy: String? = nil) {
    self.alert = alert
    self.state = state
    self.takenBy = takenBy
  }
}

/// Alerts that one user offers another, who has to accept them.
public struct HandOver: Codable, Hashable, Sendable {
  /// Given by the hub, from 1.
  public var number: Int
  /// Who took these alerts, and goes.
  public var from: String
  /// Who is to accept them; never the same user.
  public var to: String
  /// Numbers; those no longer taken by `from` stay as they are when it is accepted.
  public var alerts: [Int]
  /// The offering user's words.
  public var reason: String
  /// Unix ms, like `acceptedAt`; nil there: not accepted yet.
  public var offeredAt: Int
  /// Unix ms; nil: not accepted yet.
  public var acceptedAt: Int?

  /// A copy of the hub's row.
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
