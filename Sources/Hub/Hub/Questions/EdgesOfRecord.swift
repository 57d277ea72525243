internal import HubInterface
internal import Records

/// Which parties and things one record joins, and how.
struct EdgesOfRecord {
  private let stored: StoredRecord
  private let grade: String?
  private let marks: [String]
  private(set) var edges: [Edge] = []
  private(set) var nodes: [PartyNode] = []

  init(_ stored: StoredRecord, _ read: SharedRecord) {
    self.stored = stored
    grade = read.common.grade?.text
    marks = Marks.of(stored, read)
    switch read.body {
    case .link(let link): join(link)
    case .document(let document):
      own(
        [document.holder].compactMap { $0 }, "holder", "holds", document.startDate, document.endDate
      )
      own(document.usedBy, "usedBy", "uses")
    case .identifier(let identifier):
      own(
        [identifier.holder].compactMap { $0 }, "holder", "uses", identifier.startDate,
        identifier.endDate)
    case .vehicle(let vehicle): own([vehicle.owner].compactMap { $0 }, "owner", "owns")
    case .account(let account): own([account.holder].compactMap { $0 }, "holder", "holds")
    case .trip(let trip):
      own(trip.persons, "person", "travels")
      own(trip.companions, "companions", "travels")
      own(trip.facilitators, "facilitator", "facilitates")
    case .payment(let payment): join(payment)
    case .event(let event):
      own(event.involved, "involved", event.kind?.text ?? "event", event.date, event.date)
    default: break
    }
  }

  private mutating func join(_ link: Link) {
    guard let subject = link.subject, let object = link.object else { return }
    let from = node(subject, "subject")
    let to = node(object, "object")
    let role = link.role?.text ?? "link"
    add(
      from, to, link.relation.map { "\(role) (\($0))" } ?? role, domain: link.domain?.text,
      link.startDate?.text, link.endDate?.text)
  }

  private mutating func join(_ payment: Payment) {
    let payers = [payment.payer ?? payment.payerAccount].compactMap { $0 }
    let takers = [payment.beneficiary ?? payment.beneficiaryAccount].compactMap { $0 }
    let words = [payment.amount?.text, payment.currency, payment.method?.text].compactMap { $0 }
      .joined(separator: " ")
    for payer in payers {
      let from = node(payer, "payer")
      for taker in takers {
        add(
          from, node(taker, "beneficiary"), words.isEmpty ? "pays" : "pays \(words)", domain: nil,
          payment.date?.text, payment.date?.text)
      }
    }
    for (number, via) in payment.via.enumerated() {
      guard let payer = payers.first else { continue }
      add(
        node(payer, "payer"), node(via, "via", number), "pays through", domain: nil,
        payment.date?.text, payment.date?.text)
    }
  }

  /// Edges from each party to this record itself.
  private mutating func own(
    _ parties: [PartyReference], _ field: String, _ role: String, _ start: DateValue? = nil,
    _ end: DateValue? = nil
  ) {
    for (number, party) in parties.enumerated() {
      add(node(party, field, number), stored.name, role, domain: nil, start?.text, end?.text)
    }
  }

  private mutating func node(_ party: PartyReference, _ field: String, _ number: Int = 0) -> String
  {
    let node = PartyNode(party, in: stored.entry, field: field, number: number)
    nodes.append(node)
    return node.ref
  }

  private mutating func add(
    _ from: String, _ to: String, _ role: String, domain: String?, _ start: String?, _ end: String?
  ) {
    edges.append(
      Edge(
        from: from, to: to, role: role, domain: domain, startDate: start, endDate: end,
        entry: stored.entry, grade: grade, marks: marks))
  }
}
