import Foundation
import Hub

/// What a hundred thousand watches cost: records that are gathered, compared with all of them, and told of, everything durable.
enum HubWatches {
  private static let watches = 100_000
  /// Who is watched for: other persons of the same names.
  private static let firstWatched = 20_000_033
  /// One record in so many is of somebody who is watched for.
  private static let fits = 1_000

  static func run(entries: Int, scratch: Scratch) throws -> JSON {
    let persons = try Persons(acting: true)
    let count = max(entries, 10_000)
    return .object([
      ("withoutWatches", try measure(persons, count, watches: 0, scratch)),
      ("with\(watches)", try measure(persons, count, watches: watches, scratch)),
    ])
  }

  private static func measure(
    _ persons: Persons, _ count: Int, watches: Int, _ scratch: Scratch
  ) throws -> JSON {
    let hub = try HubWithoutSocket(folder: try scratch.folder("watches\(watches)"))
    let before = try ProcessUsage(of: getpid()).residentKibibytes
    try hub.watch(
      (0..<watches).map { number in
        let person = persons[firstWatched + number]
        return (person.name, person.born)
      })
    let after = try ProcessUsage(of: getpid()).residentKibibytes
    let watch = Stopwatch()
    var told = 0
    while told < count {
      let end = min(told + HubCase.batch, count)
      let records = (told..<end).map { number in
        // Some are those that somebody watches for.
        number % fits == 0 && watches > 0
          ? persons[firstWatched + number % watches].record : persons[number].record
      }
      try hub.tell(Persons.log, first: UInt64(told), records)
      told = end
    }
    try hub.settle()
    let gathered = watch.seconds
    try hub.settleAlerts()
    return .object([
      ("records", .count(count)),
      ("gatheredPerSecond", .figure(Double(count) / gathered)),
      ("comparedPerSecond", .figure(Double(count) / watch.seconds)),
      ("mebibytesOfWatches", .figure(Double(after - before) / 1_024)),
      ("alerts", .count(try hub.standingAlerts())),
    ])
  }
}
