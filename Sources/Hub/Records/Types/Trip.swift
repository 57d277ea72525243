/// A journey that was planned, booked, made or refused, or without a person a route
/// (FollowTheMoney: Trip). REC-55.
public struct Trip: RecordFields {
  /// Who travels; empty: a route.
  public var persons: [PartyReference] = []
  /// Those who travel along.
  public var companions: [PartyReference] = []
  /// In the order in which they are travelled, at most 64.
  public var legs: [Leg] = []
  /// A payment's reference, or what is known of it.
  public var payment: PartyReference?
  /// Those who arranged it.
  public var facilitators: [PartyReference] = []
  /// The way in which it was arranged, in words.
  public var method: String?

  init() {}

  static let table = FieldTable<Trip>(
    [
      Field("person", 17) { $0.persons = $1.parties() },
      Field("companions", 17) { $0.companions = $1.parties() },
      Field("legs", 55) { trip, reader in
        trip.legs = reader.list(RecordLimits.legs) { $0.object(Leg.table, Leg()) }
      },
      Field("payment", 17) { $0.payment = $1.party() },
      Field("facilitator", 17) { $0.facilitators = $1.parties() },
      Field("method", 55) { $0.method = $1.searched() },
    ], requiring: [("legs", 55)])

  func select(_ list: inout SelectorList) {
    for leg in legs {
      list.locator(leg.locator, field: "legs.locator")
      if case .text(let number) = leg.document {
        list.number(number, .document, field: "legs.document")
      }
      list.party(leg.document, field: "legs.document")
      list.party(leg.vehicle, field: "legs.vehicle")
    }
  }
}

/// A way from one place to the next.
public struct Leg: Hashable, Sendable {
  /// An open list: air, rail, road, sea, foot.
  public var mode: String?
  /// In the author's words: a hub compares `service` alone.
  public var carrier: String?
  /// A flight or train: `XX123`.
  public var service: String?
  /// Nil: not known.
  public var from: Place?
  /// Nil: not known.
  public var to: Place?
  /// By the place's own clock, like `arrive` (REC-22).
  public var depart: TimeValue?
  /// By the place's own clock; it may be of another zone than `depart`.
  public var arrive: TimeValue?
  /// A party, or a document's number as text (REC-17).
  public var document: PartyReference?
  /// As it is written (REC-36).
  public var locator: String?
  /// Nil: not said.
  public var status: Term<LegStatus>?
  /// A car or ship, where there is no service.
  public var vehicle: PartyReference?

  static let table = FieldTable<Leg>([
    Field("mode", 55) { $0.mode = $1.code() },
    Field("carrier", 55) { $0.carrier = $1.searched() },
    Field("service", 55) { $0.service = $1.code() },
    Field("from", 18) { $0.from = $1.place() },
    Field("to", 18) { $0.to = $1.place() },
    Field("depart", 22) { $0.depart = $1.time() },
    Field("arrive", 22) { leg, reader in
      leg.arrive = reader.time()
      if let depart = leg.depart?.time?.unixSeconds, let arrive = leg.arrive?.time?.unixSeconds,
        arrive.upperBound < depart.lowerBound
      {
        reader.refuse(.endsBeforeItBegins)
      }
    },
    Field("document", 17) { $0.document = $1.party(allowsText: true) },
    Field("locator", 36) { $0.locator = $1.identifier(.locator) },
    Field("status", 6) { $0.status = $1.term() },
    Field("vehicle", 17) { $0.vehicle = $1.party() },
  ])
}
