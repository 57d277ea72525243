extension SharedRecord {
  /// A party that a record names, and in which field.
  public struct NamedParty: Hashable, Sendable {
    /// The field's key: `usedBy`.
    public let field: String
    /// As the field has it: text that is no reference, too.
    public let party: PartyReference
  }

  /// Persons, organisations and things that it names, by reference or in words, with the part that
  /// each has.
  public var parties: [NamedParty] {
    var list: [NamedParty] = []
    func add(_ field: String, _ parties: [PartyReference]) {
      for party in parties { list.append(NamedParty(field: field, party: party)) }
    }
    func add(_ field: String, _ party: PartyReference?) {
      if let party { add(field, [party]) }
    }
    switch body {
    case .document(let document):
      add("holder", document.holder)
      add("usedBy", document.usedBy)
    case .identifier(let identifier): add("holder", identifier.holder)
    case .vehicle(let vehicle): add("owner", vehicle.owner)
    case .account(let account): add("holder", account.holder)
    case .trip(let trip):
      add("person", trip.persons)
      add("companions", trip.companions)
      add("facilitator", trip.facilitators)
    case .payment(let payment):
      add("payer", payment.payer)
      add("beneficiary", payment.beneficiary)
      add("via", payment.via)
    case .link(let link):
      add("subject", link.subject)
      add("object", link.object)
    case .event(let event): add("involved", event.involved)
    case .person, .organization, .rfi, .answer, .notice, .group, .consent, .reshare, .unknown: break
    }
    return list
  }
}
