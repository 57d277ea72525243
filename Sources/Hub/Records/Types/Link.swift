/// Who is linked with whom (FollowTheMoney: Membership, Associate, Family, UnknownLink). REC-58.
public struct Link: RecordFields {
  /// Whose role it is; nil: missing, a breach.
  public var subject: PartyReference?
  /// The other side; nil: missing, a breach.
  public var object: PartyReference?
  /// The part that `subject` has for `object`.
  public var role: Term<LinkRole>?
  /// The relation in words: cousin.
  public var relation: String?
  /// The field of crime that it is about.
  public var domain: Term<LinkDomain>?
  /// The first day on which it is known to hold.
  public var startDate: DateValue?
  /// The last day on which it is known to hold.
  public var endDate: DateValue?

  init() {}

  static let table = FieldTable<Link>(
    [
      Field("subject", 17) { $0.subject = $1.party() },
      Field("object", 17) { $0.object = $1.party() },
      Field("role", 6) { $0.role = $1.term() },
      Field("relation", 58) { $0.relation = $1.searched() },
      Field("domain", 6) { $0.domain = $1.term() },
      Field("startDate", 20) { $0.startDate = $1.date() },
      Field("endDate", 20) { $0.endDate = $1.date() },
    ], requiring: [("subject", 58), ("object", 58), ("role", 58)])

  func select(_ list: inout SelectorList) {
    list.party(subject, field: "subject")
    list.party(object, field: "object")
  }
}

/// Something that happened at one time in one place (FollowTheMoney: Event). REC-59.
public struct Event: RecordFields {
  /// Nil: missing, a breach.
  public var kind: Term<EventKind>?
  /// As it is written; of a time its day.
  public var date: DateValue?
  /// As it is written, where that is a whole day or a time of one (REC-22).
  public var time: TimeValue?
  /// Nil: not known.
  public var location: Place?
  /// Everybody who was there, whatever the part.
  public var involved: [PartyReference] = []
  /// One that had a part in it.
  public var vehicle: PartyReference?
  /// Things that were found or used, in words.
  public var objects: [String] = []
  /// Measures that were taken, in words.
  public var action: String?
  /// Long text.
  public var summary: String?

  init() {}

  static let table = FieldTable<Event>(
    [
      Field("kind", 6) { $0.kind = $1.term() },
      Field("date", 20) { ($0.time, $0.date) = $1.moment() },
      Field("location", 18) { $0.location = $1.place() },
      Field("involved", 17) { $0.involved = $1.parties() },
      Field("vehicle", 17) { $0.vehicle = $1.party() },
      Field("objects", 59) { event, reader in
        event.objects = reader.oneOrMore(RecordLimits.values) { $0.searched() }
      },
      Field("action", 59) { $0.action = $1.searched() },
      Field("summary", 59) { $0.summary = $1.prose() },
    ], requiring: [("kind", 59)])

  func select(_ list: inout SelectorList) {
    for party in involved { list.party(party, field: "involved") }
    list.party(vehicle, field: "vehicle")
  }
}
