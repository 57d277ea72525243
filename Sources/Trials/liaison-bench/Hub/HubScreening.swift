import Foundation
import Hub
import HubInterface
import Records
import Varlink

/// Passenger lists against persons that may act, at sizes that grow: how long a list takes, how
/// many travellers are held up, by the script of their name, and how many of a public list are
/// found however an airline spells them.
enum HubScreening {
  private static let lists = 10
  private static let passengers = 300
  /// Travellers are made of the same names, in pairs that no person has.
  private static let firstTraveller = 40_000_017
  private static let look = Look(purpose: "ct", reason: "benchmark")

  static func run(entries: Int, scratch: Scratch) throws -> JSON {
    let persons = try Persons(acting: true)
    let memory = try Scratch(in: "/dev/shm")
    let hub = try HubWithoutSocket(
      folder: try scratch.folder("screening"), consultations: try memory.folder("screened"))
    var told = 0
    var sizes: [(String, JSON)] = []
    for size in [10_000, 100_000, 1_000_000] where size <= max(entries, 10_000) {
      while told < size {
        let end = min(told + HubCase.batch, size)
        try hub.tell(Persons.log, first: UInt64(told), (told..<end).map { persons[$0].record })
        told = end
      }
      try hub.settleAlerts()
      sizes.append(
        (
          "operative\(size)",
          .object([
            ("withDates", try measure(hub, persons, dated: true)),
            ("withoutDates", try measure(hub, persons, dated: false)),
          ])
        ))
    }
    var report: [(String, JSON)] = [("sizes", .object(sizes))]
    if let shared = NameData.shared {
      report.append(("unitedNations", try unitedNations(hub, shared)))
    }
    return .object(report)
  }

  private static func measure(
    _ hub: HubWithoutSocket, _ persons: Persons, dated: Bool
  ) throws -> JSON {
    var times: [Double] = []
    var seen: [String: (passengers: Int, alerts: Int, reviews: Int)] = [:]
    for list in 0..<lists {
      let travellers = (0..<passengers).map { persons[firstTraveller + list * passengers + $0] }
      let request = travellers.enumerated().map { line, person in
        ScreenPassenger(
          line: line + 2, name: person.name.uppercased(), birth: dated ? person.born : nil)
      }
      let watch = Stopwatch()
      let results = try screen(hub, request)
      times.append(watch.seconds)
      for (person, result) in zip(travellers, results) {
        var count = seen[script(person.name)] ?? (0, 0, 0)
        count.passengers += 1
        if result.result == "alert" { count.alerts += 1 }
        if result.result == "review" { count.reviews += 1 }
        seen[script(person.name)] = count
      }
    }
    let all = seen.values.reduce((0, 0, 0)) { ($0.0 + $1.0, $0.1 + $1.1, $0.2 + $1.2) }
    return .object([
      ("secondsOf300", .figure(times.quantile(0.5))), ("slowestSeconds", .figure(times.max() ?? 0)),
      ("alertsOf300", .figure(per300(all.1, all.0))),
      ("reviewsOf300", .figure(per300(all.2, all.0))),
      (
        "byScript",
        .object(
          seen.sorted { $0.key < $1.key }.map { name, count in
            (
              name,
              .object([
                ("travellers", .count(count.passengers)),
                ("alertsOf300", .figure(per300(count.alerts, count.passengers))),
                ("reviewsOf300", .figure(per300(count.reviews, count.passengers))),
              ])
            )
          })
      ),
    ])
  }

  private static func per300(_ count: Int, _ of: Int) -> Double {
    Double(count) * Double(passengers) / Double(max(1, of))
  }

  private static func screen(
    _ hub: HubWithoutSocket, _ passengers: [ScreenPassenger]
  ) throws -> [PassengerResult] {
    let call = VarlinkCall.encode(
      "\(HubInterface.name).Screen",
      ScreenRequest(look: look, names: true, passengers: passengers))
    let answer = hub.ask(call)
    return try VarlinkAnswer<HubError>(message: Array(answer.dropLast())).decode(ScreenReply.self)
      .parameters.results
  }

  private static func script(_ name: String) -> String {
    guard let letter = name.unicodeScalars.first(where: { $0.properties.isAlphabetic }) else {
      return "none"
    }
    let words = letter.properties.name?.split(separator: " ").first
    return words.map { $0.lowercased() } ?? "none"
  }

  // MARK: - A public list

  /// Persons of the list beside the million, and the same as travellers: as they are, misspelt, and
  /// family name first.
  private static func unitedNations(_ hub: HubWithoutSocket, _ shared: String) throws -> JSON {
    let all = try NameData.unitedNations(shared).filter { !$0.born.isEmpty }
    let records = all.enumerated().map { number, person in
      Persons.acting(
        "un-\(number)", person.names.map { (full: $0.full, kind: $0.kind) },
        person.born.map(\.text))
    }
    try hub.tell("un/1", first: 0, records)
    try hub.settleAlerts()
    var report: [(String, JSON)] = [("persons", .count(all.count))]
    for treatment in ["asListed", "misspelt", "familyFirst"] {
      var found = (alerts: 0, any: 0)
      for start in stride(from: 0, to: all.count, by: passengers) {
        let slice = Array(all[start..<min(start + passengers, all.count)])
        let request = slice.enumerated().map { line, person in
          ScreenPassenger(
            line: line, name: treated(person.names.first?.full ?? "", treatment, line).uppercased(),
            birth: person.born.first?.text)
        }
        for (place, result) in try screen(hub, request).enumerated() {
          let isHe = result.hits.contains { $0.found.ref == "un:un-\(start + place)" }
          let alerts = result.hits.contains {
            $0.found.ref == "un:un-\(start + place)" && $0.band == "alert"
          }
          if isHe { found.any += 1 }
          if alerts { found.alerts += 1 }
        }
      }
      report.append(
        (
          treatment,
          .object([
            ("found", .figure(Double(found.any) / Double(max(1, all.count)))),
            ("asAlert", .figure(Double(found.alerts) / Double(max(1, all.count)))),
          ])
        ))
    }
    return .object(report)
  }

  private static func treated(_ name: String, _ treatment: String, _ seed: Int) -> String {
    switch treatment {
    case "misspelt": return Persons.misspelt(name, seed)
    case "familyFirst":
      let words = name.split(separator: " ")
      guard let last = words.last, words.count > 1 else { return name }
      return "\(last) \(words.dropLast().joined(separator: " "))"
    default: return name
    }
  }
}
