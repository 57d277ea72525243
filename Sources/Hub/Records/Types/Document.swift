/// A passport or another paper that says who somebody is (FollowTheMoney: Passport,
/// Identification), or blanks of it. REC-52.
public struct Document: RecordFields {
  /// To whom it was issued.
  public var holder: PartyReference?
  /// Others who were seen with it.
  public var usedBy: [PartyReference] = []
  /// `P`, `I`, `V`, `R` or `D`.
  public var documentType: Term<DocumentType>?
  /// As it is written (REC-30).
  public var number: String?
  /// Blanks that were taken together, in the place of a number (REC-31).
  public var range: NumberRange?
  /// The issuer's, also by the one to three capitals of its zone (REC-19).
  public var country: CountryValue?
  /// As it is printed; the holder's record may have another.
  public var surname: String?
  /// As `surname`.
  public var givenName: String?
  /// As `surname`.
  public var birthDate: DateValue?
  /// The day of issue.
  public var startDate: DateValue?
  /// The last day on which it is valid.
  public var endDate: DateValue?
  /// The holder's number in the issuer's register (REC-30).
  public var personalNumber: String?
  /// Lines with line feeds between them.
  public var mrz: String?
  /// Nil: not said, which is not `valid`.
  public var state: Term<DocumentState>?

  init() {}

  static let table = FieldTable<Document>([
    Field("holder", 17) { $0.holder = $1.party() },
    Field("usedBy", 17) { $0.usedBy = $1.parties() },
    Field("documentType", 6) { $0.documentType = $1.term() },
    Field("number", 30) { $0.number = $1.number() },
    Field("range", 31) { document, reader in
      document.range = reader.object(NumberRange.table, NumberRange())
      if let range = document.range, !range.from.isEmpty, !range.to.isEmpty,
        range.documents == nil
      {
        reader.refuse(.form(.range))
      }
    },
    Field("country", 19) { $0.country = $1.country(isIssuer: true) },
    Field("surname", 52) { $0.surname = $1.text() },
    Field("givenName", 52) { $0.givenName = $1.text() },
    Field("birthDate", 20) { $0.birthDate = $1.date() },
    Field("startDate", 20) { $0.startDate = $1.date() },
    Field("endDate", 20) { $0.endDate = $1.date() },
    Field("personalNumber", 30) { $0.personalNumber = $1.number() },
    Field("mrz", 52) { document, reader in
      guard let text = reader.text(RecordLimits.zoneBytes) else { return }
      document.mrz = text
      let zone = try? MachineReadableZone(parsing: text)
      if zone?.isWellRead != true { reader.mark(.notComparable(.zone)) }
    },
    Field("state", 6) { $0.state = $1.term() },
  ])

  func check(_ reader: inout FieldReader, _ seen: SeenFields) {
    seen.requireOne(of: ["number", "range", "mrz"], rule: 52, &reader)
  }

  func select(_ list: inout SelectorList) {
    list.number(number, .document, country, field: "number")
    list.range(range, country, field: "range")
    list.number(personalNumber, .personalNumber, country, field: "personalNumber")
    if let mrz { list.zone(mrz, field: "mrz") }
  }
}

/// Consecutive numbers, both ends included.
public struct NumberRange: Hashable, Sendable {
  /// As it is written (REC-30).
  public var from = ""
  /// As `from`; not below it.
  public var to = ""

  /// The range as it is compared; nil: no range.
  public var documents: DocumentRange? {
    guard let first = DocumentNumber(folding: from), let last = DocumentNumber(folding: to) else {
      return nil
    }
    return DocumentRange(from: first, to: last)
  }

  static let table = FieldTable<NumberRange>(
    [
      Field("from", 31) { $0.from = $1.number() ?? "" },
      Field("to", 31) { $0.to = $1.number() ?? "" },
    ], requiring: [("from", 31), ("to", 31)])
}
