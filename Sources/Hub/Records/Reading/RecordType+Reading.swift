extension RecordType {
  /// Reads the object at whose beginning the reader stands.
  func read(_ reader: inout FieldReader, _ envelope: inout Envelope) -> RecordBody {
    switch self {
    case .person: .person(fields(&reader, &envelope))
    case .organization: .organization(fields(&reader, &envelope))
    case .document: .document(fields(&reader, &envelope))
    case .identifier: .identifier(fields(&reader, &envelope))
    case .vehicle: .vehicle(fields(&reader, &envelope))
    case .trip: .trip(fields(&reader, &envelope))
    case .account: .account(fields(&reader, &envelope))
    case .payment: .payment(fields(&reader, &envelope))
    case .link: .link(fields(&reader, &envelope))
    case .event: .event(fields(&reader, &envelope))
    case .rfi: .rfi(fields(&reader, &envelope))
    case .answer: .answer(fields(&reader, &envelope))
    case .notice: .notice(fields(&reader, &envelope))
    case .group: .group(fields(&reader, &envelope))
    case .consent: .consent(fields(&reader, &envelope))
    case .reshare: .reshare(fields(&reader, &envelope))
    }
  }

  private func fields<Body: RecordFields>(
    _ reader: inout FieldReader, _ envelope: inout Envelope
  ) -> Body {
    var body = Body()
    var (lastOfEnvelope, lastOfBody) = (-1, -1)
    var (seen, seenOfBody): (UInt64, UInt64) = (0, 0)
    let table = Body.table
    reader.enterObject()
    while let key = reader.nextKey() {
      if reader.read(key, Envelope.table, &envelope, &lastOfEnvelope, &seen) { continue }
      if reader.read(key, table, &body, &lastOfBody, &seenOfBody) { continue }
      reader.unknown(key, among: table.names + Envelope.table.names)
    }
    reader.requireAll(of: Envelope.table, seen)
    reader.requireAll(of: table, seenOfBody)
    envelope.check(&reader, SeenFields(Envelope.table.names, seen), of: self)
    body.check(&reader, SeenFields(table.names, seenOfBody))
    return body
  }

  /// The keys of its own fields.
  var fieldNames: [String] {
    switch self {
    case .person: Person.table.names
    case .organization: Organization.table.names
    case .document: Document.table.names
    case .identifier: Identifier.table.names
    case .vehicle: Vehicle.table.names
    case .trip: Trip.table.names
    case .account: Account.table.names
    case .payment: Payment.table.names
    case .link: Link.table.names
    case .event: Event.table.names
    case .rfi: Request.table.names
    case .answer: Answer.table.names
    case .notice: Notice.table.names
    case .group: Group.table.names
    case .consent: Consent.table.names
    case .reshare: Reshare.table.names
    }
  }
}

extension Envelope {
  /// Checks the rules that no field can tell alone.
  func check(_ reader: inout FieldReader, _ seen: SeenFields, of type: RecordType) {
    if common.handling.contains(where: { $0.value == .h3 }), !seen.has("caveat") {
      reader.refuse(.needs(["caveat"]), field: "handling", rule: 7)
    }
    for (one, other) in [("group", "groupHash"), ("groupHash", "group")]
    where seen.has(one) && !seen.has(other) {
      reader.refuse(.needs([other]), field: one, rule: 63)
    }
    if type == .person, !seen.has("category") {
      reader.refuse(.missing, field: "category", rule: 4)
    }
  }
}

extension RecordBody {
  func select(_ list: inout SelectorList) {
    switch self {
    case .person(let body): body.select(&list)
    case .organization(let body): body.select(&list)
    case .document(let body): body.select(&list)
    case .identifier(let body): body.select(&list)
    case .vehicle(let body): body.select(&list)
    case .trip(let body): body.select(&list)
    case .account(let body): body.select(&list)
    case .payment(let body): body.select(&list)
    case .link(let body): body.select(&list)
    case .event(let body): body.select(&list)
    case .rfi(let body): body.select(&list)
    case .answer, .notice, .group, .consent, .reshare, .unknown: break
    }
  }
}
