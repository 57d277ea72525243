import HubInterface

enum TripsText {
  private static let personsShown = 3

  static func legs(_ legs: [LegReport]) -> String {
    var table = TextTable(["DEPARTS", "FROM", "TO", "BY", "STATUS", "PERSONS", "GRADE", "ENTRY"])
    for leg in legs {
      let by = [leg.mode, leg.carrier, leg.service].compactMap { $0 }.joined(separator: " ")
      table.add(
        [
          leg.depart ?? leg.arrive.map { "arrives \($0)" } ?? "?", place(leg.from), place(leg.to),
          by.cut(to: 24), leg.status ?? "", persons(leg.persons), leg.grade ?? "", leg.entry,
        ], below: below(leg))
    }
    return table.text
  }

  private static func below(_ leg: LegReport) -> String {
    var text = Marks.lines(leg.marks.map(Marks.emphasised), indent: 4)
    if leg.persons.count > personsShown {
      text += "persons: \(leg.persons.joined(separator: ", "))".wrapped(indent: 4)
    }
    if !leg.others.isEmpty {
      text +=
        "on the same service that day, by other records: \(leg.others.joined(separator: ", "))"
        .wrapped(indent: 4)
    }
    return text
  }

  static func routes(_ routes: [Route]) -> String {
    var table = TextTable(["FROM", "TO", "LEGS", "FIRST", "LAST", "BY", "PERSONS"], numbers: [2])
    for route in routes {
      table.add(
        [
          place(route.from), place(route.to), "\(route.legs)", route.first ?? "?",
          route.last ?? "?", route.modes.values.joined(separator: ", ").cut(to: 24),
          persons(route.persons.values),
        ], below: Marks.lines(route.marks.values.map(Marks.emphasised), indent: 4))
    }
    return table.text
  }

  private static func place(_ place: PlaceReport?) -> String { place?.name.cut(to: 24) ?? "?" }

  private static func persons(_ persons: [String]) -> String {
    let more = persons.count - personsShown
    return persons.prefix(personsShown).joined(separator: ", ") + (more > 0 ? " +\(more)" : "")
  }
}
