/// A natural person (FollowTheMoney: Person). It may have no name. Protocols/records.md, REC-50.
public struct Person: RecordFields {
  /// At most 256, aliases included; the first is shown.
  public var names: [PersonName] = []
  /// Each one that was stated somewhere, at most 64.
  public var birthDates: [DateValue] = []
  /// As it is written, not compared.
  public var birthPlace: String?
  /// Nil: not known.
  public var birthCountry: CountryValue?
  /// Nil: not known.
  public var gender: Term<Gender>?
  /// At most 64.
  public var nationalities: [CountryValue] = []
  /// As it is written: patronymics are compared with it.
  public var fatherName: String?
  /// As it is written.
  public var motherName: String?
  /// As they are written (REC-30).
  public var idNumbers: [String] = []
  /// At most 64.
  public var addresses: [Address] = []
  /// A code, or a number written as text (REC-16).
  public var height: String?
  /// Marks, build, dress, in the author's words.
  public var appearance: String?
  /// An open list of codes, at most 64.
  public var topics: [String] = []
  /// Nil: not known.
  public var status: Term<PersonStatus>?

  init() {}

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
  /// At most 256; the first is shown.
  public var names: [PersonName] = []
  /// Where it is registered, or works from.
  public var country: CountryValue?
  /// An open list of codes, at most 64.
  public var topics: [String] = []
  /// The number in the register of its country (REC-30).
  public var registrationNumber: String?
  /// Other numbers, compared as `registrationNumber`.
  public var idNumbers: [String] = []
  /// At most 64.
  public var addresses: [Address] = []
  /// The day on which it was founded, or is first known.
  public var startDate: DateValue?
  /// The day on which it was dissolved, or is last known.
  public var endDate: DateValue?

  init() {}

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
