import HubInterface

/// All legs from one place to another.
struct Route: Encodable, Equatable {
  let from: PlaceReport
  let to: PlaceReport
  var legs = 0
  /// The first and last of the departures that are known, as their authors wrote them.
  var first: String?
  var last: String?
  var modes = Distinct()
  var persons = Distinct()
  var entries = Distinct()
  var marks = Distinct()

  private init(from: PlaceReport, to: PlaceReport) {
    self.from = from
    self.to = to
  }

  private static let unknown = PlaceReport(name: "?")

  /// The routes of some legs, that with the most legs first.
  static func routes(_ legs: [LegReport]) -> [Route] {
    var routes: [Route] = []
    var places: [[String]: Int] = [:]
    for leg in legs {
      let (from, to) = (leg.from ?? unknown, leg.to ?? unknown)
      let place = places[[from.name, to.name]] ?? routes.count
      if place == routes.count {
        routes.append(Route(from: from, to: to))
        places[[from.name, to.name]] = place
      }
      routes[place].add(leg)
    }
    // Routes with as many legs stay in the order in which they came.
    return routes.enumerated().sorted {
      ($1.element.legs, $0.offset) < ($0.element.legs, $1.offset)
    }
    .map(\.element)
  }

  private mutating func add(_ leg: LegReport) {
    legs += 1
    if let depart = leg.depart {
      // Their texts are in the order of the days.
      first = min(first ?? depart, depart)
      last = max(last ?? depart, depart)
    }
    if let mode = leg.mode { modes.add([mode]) }
    persons.add(leg.persons + leg.others)
    entries.add([leg.entry])
    marks.add(leg.marks)
  }
}

/// Each value once, in the order in which they came first.
struct Distinct: Encodable, Equatable {
  private(set) var values: [String] = []
  private var seen: Set<String> = []

  mutating func add(_ more: [String]) {
    for value in more where seen.insert(value).inserted { values.append(value) }
  }

  func encode(to encoder: any Encoder) throws { try values.encode(to: encoder) }
}
