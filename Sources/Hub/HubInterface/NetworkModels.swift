/// A link from one reference to another, by what an author published, or by a judgement of this
/// hub.
public struct Edge: Codable, Hashable, Sendable {
  public var from: String
  public var to: String
  public var role: String
  public var domain: String?
  /// As the record writes it, like `endDate`.
  public var startDate: String?
  public var endDate: String?
  /// `nl/1/17`; nil: it is a judgement.
  public var entry: String?
  /// `B2`
  public var grade: String?
  public var marks: [String]

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
  public var ref: String
  public var type: String?
  public var label: String

  public init(ref: String, type: String? = nil, label: String) {
    self.ref = ref
    self.type = type
    self.label = label
  }
}

/// A place of a leg; degrees north and east.
public struct PlaceReport: Codable, Hashable, Sendable {
  public var name: String
  public var latitude: Double?
  public var longitude: Double?

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
  public var trip: String?
  public var persons: [String]
  public var mode: String?
  public var carrier: String?
  public var service: String?
  public var from: PlaceReport?
  public var to: PlaceReport?
  /// A time as the record writes it, like `arrive` (REC-22).
  public var depart: String?
  public var arrive: String?
  public var status: String?
  public var grade: String?
  public var others: [String]
  public var marks: [String]

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
  public var ref: String?
  public var payer: String
  public var beneficiary: String
  public var amount: String
  public var currency: String
  public var date: String?
  public var method: String?
  public var reason: String?
  public var grade: String?
  public var marks: [String]

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
