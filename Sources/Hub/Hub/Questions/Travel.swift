internal import HubInterface
internal import Records

/// Legs of journeys: of one person, or of trips that nobody is named for (routes).
struct Travel {
  let questions: Questions
  private var legs: [LegReport] = []
  private var isCut = false

  init(_ questions: Questions) { self.questions = questions }

  mutating func run(of ref: String?) throws -> (legs: [LegReport], isCut: Bool) {
    if let ref {
      var seen: Set<Int64> = []
      for name in try questions.sameMatter(ref) {
        for (number, field) in try questions.mentions(name)
        where Travel.fields.contains(field) && seen.insert(number).inserted {
          try take(number) { _ in true }
        }
      }
    } else {
      let trips = try questions.facts.entries(type: "trip", limit: HubLimits.legs)
      if trips.count == HubLimits.legs { isCut = true }
      for number in trips { try take(number) { $0.persons.isEmpty } }
    }
    legs.sort { ($0.depart ?? "~", $0.entry) < ($1.depart ?? "~", $1.entry) }
    return (legs, isCut || questions.isCut)
  }

  private static let fields: Set<String> = ["person", "companions", "facilitator"]

  private mutating func take(_ number: Int64, _ isWanted: (Trip) -> Bool) throws {
    guard let stored = try questions.visible(number) else { return }
    let read = stored.read()
    guard case .trip(let trip) = read.body, isWanted(trip) else { return }
    questions.show(stored)
    let persons = (trip.persons + trip.companions).enumerated().map {
      name($0.element, stored, $0.offset)
    }
    for leg in trip.legs {
      let others = try others(leg, but: stored)
      // Each leg names everybody once more.
      let bytes = others.reduce(stored.record.count) { $0 + $1.utf8.count }
      guard legs.count < HubLimits.legs, questions.hasRoom(bytes) else {
        isCut = true
        return
      }
      legs.append(
        LegReport(
          entry: stored.entry, trip: stored.ref, persons: persons, mode: leg.mode,
          carrier: leg.carrier, service: leg.service, from: leg.from.map(PlaceReport.init),
          to: leg.to.map(PlaceReport.init), depart: leg.depart?.text,
          arrive: leg.arrive?.text, status: leg.status?.text, grade: read.common.grade?.text,
          others: others, marks: Marks.of(stored, read)))
    }
  }

  private func name(_ party: PartyReference, _ stored: StoredRecord, _ number: Int) -> String {
    let node = PartyNode(party, in: stored.entry, field: "person", number: number)
    return node.isRecord ? node.ref : node.label
  }

  /// Persons of other records on the same service on the same day.
  private func others(_ leg: Leg, but stored: StoredRecord) throws -> [String] {
    guard let service = ServiceDay(leg) else { return [] }
    var found: [String] = []
    let entries = try questions.facts.entries(SelectorKind.serviceDay, Array(service.text.utf8))
    questions.noteFull(entries.count, "are on the service \(service.text)")
    for number in entries where number != stored.number {
      guard found.count < HubLimits.hits, let other = try questions.visible(number),
        case .trip(let trip) = other.read().body
      else { continue }
      questions.show(other)
      for (place, party) in (trip.persons + trip.companions).enumerated() {
        let name = name(party, other, place)
        if !found.contains(name) { found.append(name) }
      }
    }
    return found
  }
}

extension PlaceReport {
  init(_ place: Place) {
    self.init(name: place.text, latitude: place.latitude, longitude: place.longitude)
  }
}
