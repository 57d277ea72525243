/// A link from one reference to another, by what an author published, or by a judgement of this
/// hub.
public struct Edge: Codable, Hashable, Sendable {
  /// The `ref` of a `LinkNode`.
  public var from: String
  /// The `ref` of a `LinkNode`.
  public var to: String
  /// A role of records.md, words of the field that names the other, or a judgement.
  public var role: String
  /// The `domain` of a `link` record, as `terror`; nil elsewhere.
  public var domain: String?
  /// As the record writes it, like `endDate`.
  public var startDate: String?
  /// As the record writes it; nil: not told.
  public var endDate: String?
  /// `nl/1/17`; nil: it is a judgement.
  public var entry: String?
  /// `B2`
  public var grade: String?
  /// Sentences to be said with the record, as of a hit of it; of a judgement the user who judged.
  public var marks: [String]

  /// A copy of what `EdgesOfRecord` found.
  public init(
    from: String, to: String, role: String, domain: String? = nil, startDate: String? = nil,
    endDate: String? = nil, entry: String? = nil, grade: String? = nil, marks: [String]
  ) {
    self.from = from
    self.to = to
    self.role = role
    self.domain = domain
    self.startDate = startDate
    self.endDate = endDate
    self.entry = entry
    self.grade = grade
    self.marks = marks
  }
}

/// A name for what an edge leads to: a record's, or what was written where there is none.
public struct LinkNode: Codable, Hashable, Sendable {
  /// `nl:x`; of a party without a record the entry and field that name it, `nl/1/17#payer`.
  public var ref: String
  /// The record's; nil: there is none that may be seen.
  public var type: String?
  /// A name for people; the `ref` where there is no better.
  public var label: String

  /// A copy, named once in an answer.
  public init(ref: String, type: String? = nil, label: String) {
    self.ref = ref
    self.type = type
    self.label = label
  }
}

/// A place of a leg; degrees north and east.
public struct PlaceReport: Codable, Hashable, Sendable {
  /// As the record writes it.
  public var name: String
  /// -90 to 90; nil: the record has none.
  public var latitude: Double?
  /// -180 to 180; nil: the record has none.
  public var longitude: Double?

  /// A copy of the record's place.
  public init(name: String, latitude: Double? = nil, longitude: Double? = nil) {
    self.name = name
    self.latitude = latitude
    self.longitude = longitude
  }
}

/// Others: persons on the same carrier's service on the same day, by other records.
public struct LegReport: Codable, Hashable, Sendable {
  /// `nl/1/17`
  public var entry: String
  /// The trip's own `ref`; nil: it has no id.
  public var trip: String?
  /// References, or names as written, companions behind travellers.
  public var persons: [String]
  /// As the record writes it: `air`, `rail`, …
  public var mode: String?
  /// As the record writes it.
  public var carrier: String?
  /// A flight, train or ship, as the record writes it.
  public var service: String?
  /// Nil: not told.
  public var from: PlaceReport?
  /// Nil: not told.
  public var to: PlaceReport?
  /// A time as the record writes it, like `arrive` (REC-22).
  public var depart: String?
  /// As the record writes it; nil: not told.
  public var arrive: String?
  /// `planned`, `booked`, `made` or `refused`.
  public var status: String?
  /// As `B2`, the record's.
  public var grade: String?
  /// References, or names as written, at most 200 (HUB-55).
  public var others: [String]
  /// Sentences; empty where there is nothing to know.
  public var marks: [String]

  /// A copy of one leg of one record.
  public init(
    entry: String, trip: String? = nil, persons: [String], mode: String? = nil,
    carrier: String? = nil, service: String? = nil, from: PlaceReport? = nil,
    to: PlaceReport? = nil,
    depart: String? = nil, arrive: String? = nil, status: String? = nil, grade: String? = nil,
    others: [String], marks: [String]
  ) {
    self.entry = entry
    self.trip = trip
    self.persons = persons
    self.mode = mode
    self.carrier = carrier
    self.service = service
    self.from = from
    self.to = to
    self.depart = depart
    self.arrive = arrive
    self.status = status
    self.grade = grade
    self.others = others
    self.marks = marks
  }
}

/// One payment; the texts are those of its record.
public struct PaymentReport: Codable, Hashable, Sendable {
  /// `nl/1/17`
  public var entry: String
  /// The payment's own `ref`; nil: it has no id.
  public var ref: String?
  /// A reference, a name as written, the account where no party is told, or `unknown`.
  public var payer: String
  /// As `payer`.
  public var beneficiary: String
  /// Decimal, as the record writes it; `?`: not told.
  public var amount: String
  /// Three letters of ISO 4217; `?`: not told.
  public var currency: String
  /// As the record writes it, date or time; nil: not told.
  public var date: String?
  /// As `hawala` or `cash` (records.md, 3); nil: not told.
  public var method: String?
  /// The purpose of the transfer, in the record's words.
  public var reason: String?
  /// As `B2`, the record's.
  public var grade: String?
  /// Sentences; empty where there is nothing to know.
  public var marks: [String]

  /// A copy of one record.
  public init(
    entry: String, ref: String? = nil, payer: String, beneficiary: String, amount: String,
    currency: String, date: String? = nil, method: String? = nil, reason: String? = nil,
    grade: String? = nil, marks: [String]
  ) {
    self.entry = entry
    self.ref = ref
    self.payer = payer
    self.beneficiary = beneficiary
    self.amount = amount
    self.currency = currency
    self.date = date
    self.method = method
    self.reason = reason
    self.grade = grade
    self.marks = marks
  }
}
