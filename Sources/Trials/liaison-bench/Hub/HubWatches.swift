import Foundation
import Hub

/// The cost of a hundred thousand watches: records that are gathered, compared with all of them,
/// and told of, everything durable.
enum HubWatches {
  private static let watches = 100_000
  /// Persons who are watched for: others of the same names.
  private static let firstWatched = 20_000_033
  /// One record in so many is of somebody who is watched for.
  private static let fits = 1_000

  static func run(entries: Int, scratch: Scratch) throws -> JSON {
    let persons = try Persons(acting: true)
    let count = max(entries, 10_000)
    var report: [(String, JSON)] = []
    for number in [0, watches] {
      report.append(
        (
          "personsAlone\(number)",
          try measure("persons\(number)", persons, watches: number, scratch) { place in
            guard place < count else { return nil }
            // Some are those that somebody watches for.
            return place % fits == 0 && number > 0
              ? persons[firstWatched + place % watches].record : persons[place].record
          }
        ))
    }
    if let network = try NetworkRecords(scratch) {
      report.append(
        (
          "network\(watches)",
          try measure("network", persons, watches: watches, scratch) { network[$0] }
        ))
    }
    return .object(report)
  }

  private static func measure(
    _ name: String, _ persons: Persons, watches: Int, _ scratch: Scratch,
    _ record: (Int) -> [UInt8]?
  ) throws -> JSON {
    let hub = try HubWithoutSocket(folder: try scratch.folder(name))
    let before = try ProcessUsage(of: getpid()).residentKibibytes
    try hub.watch(
      (0..<watches).map { number in
        let person = persons[firstWatched + number]
        return (person.name, person.born)
      })
    let after = try ProcessUsage(of: getpid()).residentKibibytes
    let watch = Stopwatch()
    var told = 0
    while let first = record(told) {
      var records = [first]
      while records.count < HubCase.batch, let next = record(told + records.count) {
        records.append(next)
      }
      try hub.tell(Persons.log, first: UInt64(told), records)
      told += records.count
    }
    try hub.settle()
    let gathered = watch.seconds
    try hub.settleAlerts()
    return .object([
      ("records", .count(told)),
      ("gatheredPerSecond", .figure(Double(told) / gathered)),
      ("comparedPerSecond", .figure(Double(told) / watch.seconds)),
      ("mebibytesOfWatches", .figure(Double(after - before) / 1_024)),
      ("alerts", .count(try hub.standingAlerts())),
    ])
  }
}

/// Invented cells of the shared folder: persons with papers, trips, accounts, payments, links and
/// events.
struct NetworkRecords {
  private let records: [[UInt8]]
  private static let persons = 25_000

  /// nil where the folder is not there.
  init?(_ scratch: Scratch) throws {
    guard let shared = NameData.shared else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", shared + "/data/make_records.py", "network", "\(NetworkRecords.persons)",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    records = [UInt8](data).split(separator: 0x0a).map(Array.init)
  }

  subscript(place: Int) -> [UInt8]? { place < records.count ? records[place] : nil }
}
