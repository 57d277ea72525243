/// The types of Protocols/records.md, 3.
public enum RecordType: String, Hashable, Sendable, CaseIterable {
  case person, organization, document, identifier, vehicle, trip, account, payment, link, event
  case rfi, answer, notice, group, consent, reshare
}

/// One type's fields beside the common ones.
public enum RecordBody: Hashable, Sendable {
  indirect case person(Person)
  indirect case organization(Organization)
  indirect case document(Document)
  indirect case identifier(Identifier)
  indirect case vehicle(Vehicle)
  indirect case trip(Trip)
  indirect case account(Account)
  indirect case payment(Payment)
  indirect case link(Link)
  indirect case event(Event)
  indirect case rfi(Request)
  indirect case answer(Answer)
  indirect case notice(Notice)
  indirect case group(Group)
  indirect case consent(Consent)
  indirect case reshare(Reshare)
  /// A type or a version that this program does not know: shown raw, found by id and word, not
  /// matched.
  case unknown
}

/// The fields of one type, and its rules.
protocol RecordFields: Hashable, Sendable {
  init()
  static var table: FieldTable<Self> { get }
  /// Checks what one field alone cannot tell: which of several must be there.
  func check(_ reader: inout FieldReader, _ seen: SeenFields)
  /// The exact identifiers that it names.
  func select(_ list: inout SelectorList)
}

extension RecordFields {
  func check(_ reader: inout FieldReader, _ seen: SeenFields) {}
  func select(_ list: inout SelectorList) {}
}
