/// A natural person (FollowTheMoney: Person). It may have no name. Protocols/records.md, REC-50.
public struct Person: RecordFields {
  public var names: [PersonName] = []
  public var birthDates: [DateValue] = []
  public var birthPlace: String?
  public var birthCountry: CountryValue?
  public var gender: Term<Gender>?
  public var nationalities: [CountryValue] = []
  public var fatherName: String?
  public var motherName: String?
  /// As they are written (REC-30).
  public var idNumbers: [String] = []
  public var addresses: [Address] = []
  /// A code, or a number written as text (REC-16).
  public var height: String?
  public var appearance: String?
  /// An open list of codes, at most 64.
  public var topics: [String] = []
  public var status: Term<PersonStatus>?

  public init() {}

  static let table = FieldTable<Person>([
    Field("name", 50) { $0.names = $1.listOfNames() },
    Field("birthDate", 20) { person, reader in
      person.birthDates = reader.list(RecordLimits.values) { $0.date() }
    },
    Field("birthPlace", 50) { $0.birthPlace = $1.searched() },
    Field("birthCountry", 19) { $0.birthCountry = $1.country() },
    Field("gender", 6) { $0.gender = $1.term() },
    Field("nationality", 19) { person, reader in
      person.nationalities = reader.list(RecordLimits.values) { $0.country() }
    },
    Field("fatherName", 50) { $0.fatherName = $1.text() },
    Field("motherName", 50) { $0.motherName = $1.text() },
    Field("idNumber", 30) { person, reader in
      person.idNumbers = reader.list(RecordLimits.values) { $0.number() }
    },
    Field("address", 50) { person, reader in
      person.addresses = reader.list(RecordLimits.values) { $0.address() }
    },
    Field("height", 50) { $0.height = $1.textOrNumber() },
    Field("appearance", 50) { $0.appearance = $1.searched() },
    Field("topics", 50) { person, reader in
      person.topics = reader.list(RecordLimits.values) { $0.code() }
    },
    Field("status", 6) { $0.status = $1.term() },
  ])

  func select(_ list: inout SelectorList) {
    for number in idNumbers { list.number(number, .personalNumber, field: "idNumber") }
  }
}

/// A group, firm or association (FollowTheMoney: Organization, Company). REC-51.
public struct Organization: RecordFields {
  public var names: [PersonName] = []
  public var country: CountryValue?
  public var topics: [String] = []
  public var registrationNumber: String?
  public var idNumbers: [String] = []
  public var addresses: [Address] = []
  public var startDate: DateValue?
  public var endDate: DateValue?

  public init() {}

  static let table = FieldTable<Organization>([
    Field("name", 51) { $0.names = $1.listOfNames() },
    Field("country", 19) { $0.country = $1.country() },
    Field("topics", 51) { it, reader in it.topics = reader.list(RecordLimits.values) { $0.code() }
    },
    Field("registrationNumber", 30) { $0.registrationNumber = $1.number() },
    Field("idNumber", 30) { it, reader in
      it.idNumbers = reader.list(RecordLimits.values) { $0.number() }
    },
    Field("address", 51) { it, reader in
      it.addresses = reader.list(RecordLimits.values) { $0.address() }
    },
    Field("startDate", 20) { $0.startDate = $1.date() },
    Field("endDate", 20) { $0.endDate = $1.date() },
  ])

  func check(_ reader: inout FieldReader, _ seen: SeenFields) {
    seen.requireOne(of: ["name", "registrationNumber", "idNumber"], rule: 51, &reader)
  }

  func select(_ list: inout SelectorList) {
    list.number(registrationNumber, .registrationNumber, field: "registrationNumber")
    for number in idNumbers { list.number(number, .registrationNumber, field: "idNumber") }
  }
}
