internal import HubInterface
internal import Records

/// A party or thing as a node of a network: a reference, or what was written where there is none.
struct PartyNode: Hashable, Sendable {
  /// `nl:x`; of one without a record the entry and the field that name it, `nl/1/17#payer`.
  let ref: String
  let label: String
  let isRecord: Bool

  init(_ party: PartyReference, in entry: String, field: String, number: Int = 0) {
    switch party {
    case .reference(let reference):
      ref = reference.text
      label = reference.text
      isRecord = true
    case .inline(let inline):
      ref = "\(entry)#\(field)" + (number > 0 ? "[\(number)]" : "")
      label = PartyNode.label(inline)
      isRecord = false
    case .text(let text):
      ref = "\(entry)#\(field)" + (number > 0 ? "[\(number)]" : "")
      label = text
      isRecord = false
    }
  }

  private static func label(_ party: InlineParty) -> String {
    if let name = party.names.first?.full { return name }
    let first =
      party.number ?? party.plate ?? party.iban ?? party.accountNumber ?? party.publicKey
      ?? party.vin ?? party.imo ?? party.tailNumber ?? party.value ?? party.idNumbers.first
    return first ?? "somebody"
  }
}

extension StoredRecord {
  /// A few words for a list: a name, a number, what happened.
  func label(_ read: SharedRecord) -> String {
    switch read.body {
    case .person(let person): person.names.first?.full ?? name
    case .organization(let organization): organization.names.first?.full ?? name
    case .document(let document):
      document.number ?? document.range.map { "\($0.from)–\($0.to)" } ?? name
    case .identifier(let identifier): identifier.value ?? name
    case .vehicle(let vehicle):
      vehicle.plate ?? vehicle.imo ?? vehicle.tailNumber ?? vehicle.vin ?? name
    case .account(let account): account.iban ?? account.accountNumber ?? account.publicKey ?? name
    case .payment(let payment):
      [payment.amount?.text, payment.currency, payment.date?.text].compactMap { $0 }
        .joined(separator: " ")
    case .event(let event):
      [event.kind?.text, event.date?.text].compactMap { $0 }.joined(separator: " ")
    case .trip(let trip):
      trip.legs.compactMap { leg in
        leg.from.map { "\($0.text)–\(leg.to?.text ?? "?")" }
      }.joined(separator: ", ")
    default: name
    }
  }
}
