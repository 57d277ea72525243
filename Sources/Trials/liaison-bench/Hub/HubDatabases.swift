import Foundation
import Hub
import HubInterface
import Varlink

/// The same hub on files and on a PostgreSQL database, in one run: gathering, questions, a
/// passenger list, a start.
enum HubDatabases {
  private static let passengers = 300
  private static let lists = 5
  private static let firstTraveller = 40_000_017
  private static let look = Look(purpose: "ct", reason: "benchmark")

  /// - Parameter url: of an empty database.
  static func run(entries: Int, scratch: Scratch, url: String) throws -> JSON {
    let persons = try Persons()
    return .object([
      ("persons", .count(entries)),
      ("files", try measure(entries, persons, try scratch.folder("files"), nil)),
      ("postgresql", try measure(entries, persons, try scratch.folder("server"), url)),
    ])
  }

  private static func measure(
    _ count: Int, _ persons: Persons, _ folder: String, _ url: String?
  ) throws -> JSON {
    let memory = try Scratch(in: "/dev/shm")
    var figures = try gathered(count, persons, folder, url, memory)
    let start = Stopwatch()
    let again = try HubWithoutSocket(
      folder: folder, database: url, consultations: try memory.folder("again"))
    figures.append(("startSeconds", .figure(start.seconds)))
    Sink.swallow(again.indexed)
    return .object(figures)
  }

  private static func gathered(
    _ count: Int, _ persons: Persons, _ folder: String, _ url: String?, _ memory: Scratch
  ) throws -> [(String, JSON)] {
    let hub = try HubWithoutSocket(
      folder: folder, database: url, consultations: try memory.folder("looks"))
    let watch = Stopwatch()
    for begun in stride(from: 0, to: count, by: HubCase.batch) {
      var records: [[UInt8]] = []
      for number in begun..<min(begun + HubCase.batch, count) {
        records.append(persons[number].record)
        if number % 10 == 0 { records.append(persons.document(number)) }
      }
      try hub.tell(Persons.log, first: UInt64(begun * 2), records)
    }
    try hub.settle()
    let seconds = watch.seconds
    var figures: [(String, JSON)] = [
      ("recordsPerSecond", .figure(Double(count) * 1.1 / seconds)),
      ("databaseMebibytes", .figure(Double(try hub.databaseBytes()) / 1_048_576)),
    ]
    figures += try HubQuestions(hub, persons, count).measure()
    figures.append(("secondsOf300", .figure(try screened(hub, persons))))
    figures.append(("withdrawalMilliseconds", .figure(try withdrawn(hub))))
    return figures
  }

  /// The median list.
  private static func screened(_ hub: HubWithoutSocket, _ persons: Persons) throws -> Double {
    var times: [Double] = []
    for list in 0..<lists {
      let request = (0..<passengers).map { number in
        let person = persons[firstTraveller + list * passengers + number]
        return ScreenPassenger(line: number, name: person.name.uppercased(), birth: person.born)
      }
      let call = VarlinkCall.encode(
        "\(HubInterface.name).Screen", ScreenRequest(look: look, names: true, passengers: request))
      let watch = Stopwatch()
      let answer = hub.ask(call)
      times.append(watch.seconds)
      _ = try VarlinkAnswer<HubError>(message: Array(answer.dropLast())).decode(ScreenReply.self)
    }
    return times.quantile(0.5)
  }

  /// One record until it is in no answer.
  private static func withdrawn(_ hub: HubWithoutSocket) throws -> Double {
    var times: [Double] = []
    for place in 0..<UInt64(50) {
      let watch = Stopwatch()
      try hub.forget(Persons.log, first: place * 2, count: 1)
      try hub.settle()
      times.append(watch.seconds * 1_000)
    }
    return times.quantile(0.5)
  }
}
