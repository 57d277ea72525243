import Foundation
import Hub
import HubInterface
import Varlink

/// The knowledge hub: gathering, looking up, checking documents, starting and rebuilding, at sizes
/// that grow; SQLite's FTS5 beside it on the same names, in the same run.
enum HubCase {
  static let batch = 1_024
  static let questions = 1_000
  /// They take so little that a thousand would say nothing of the slowest.
  static let documents = 20_000

  static func run(entries: Int, scratch: Scratch) throws -> JSON {
    let persons = try Persons()
    let folder = try scratch.folder("hub")
    let memory = try Scratch(in: "/dev/shm")
    let looks = try memory.folder("looks")
    var sizes: [(String, JSON)] = []
    var told = 0
    let hub = try HubWithoutSocket(folder: folder, consultations: looks)
    for size in [100_000, 1_000_000, 3_000_000] where size <= max(entries, 100_000) {
      let watch = Stopwatch()
      let begun = told
      while told < size {
        let end = min(told + batch, size)
        var records: [[UInt8]] = []
        for number in told..<end {
          records.append(persons[number].record)
          if number % 10 == 0 { records.append(persons.document(number)) }
        }
        try hub.tell(Persons.log, first: UInt64(told * 2), records)
        told = end
      }
      try hub.settle()
      let seconds = watch.seconds
      var figures: [(String, JSON)] = [
        ("recordsPerSecond", .figure(Double(size - begun) * 1.1 / seconds)),
        ("indexMebibytes", .figure(Double(hub.indexBytes) / 1_048_576)),
        (
          "residentMebibytes",
          .figure(Double(try ProcessUsage(of: getpid()).residentKibibytes) / 1_024)
        ),
        ("fileMebibytes", .figure(try mebibytes(folder))),
      ]
      figures += try HubQuestions(hub, persons, size).measure()
      sizes.append(("persons\(size)", .object(figures)))
    }
    let start = Stopwatch()
    let again = try HubWithoutSocket(folder: folder, consultations: try memory.folder("looks2"))
    let startSeconds = start.seconds
    Sink.swallow(again.indexed)
    let durable = try HubWithoutSocket(folder: folder)
    return .object([
      (
        "records",
        .text("invented persons of \(RealRecords.source), varied; one in ten with a passport")
      ),
      ("sizes", .object(sizes)), ("startSeconds", .figure(startSeconds)),
      (
        "withDurableLook",
        .object(try HubQuestions(durable, persons, told).lookUps("exactWithDate"))
      ),
      (
        "fts5",
        try FTS5Names(try scratch.folder("fts5")).measure(persons, count: min(told, 1_000_000))
      ),
    ])
  }

  private static func mebibytes(_ folder: String) throws -> Double {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    let bytes = try names.filter { $0.hasPrefix("facts.db") }.reduce(0) {
      $0
        + ((try FileManager.default.attributesOfItem(atPath: "\(folder)/\($1)")[.size] as? Int) ?? 0)
    }
    return Double(bytes) / 1_048_576
  }
}

/// Questions to a hub that was told `count` persons.
struct HubQuestions {
  private let hub: HubWithoutSocket
  private let persons: Persons
  private let count: Int
  private let look = Look(purpose: "ct", reason: "benchmark")

  init(_ hub: HubWithoutSocket, _ persons: Persons, _ count: Int) {
    self.hub = hub
    self.persons = persons
    self.count = count
  }

  func measure() throws -> [(String, JSON)] {
    var all: [(String, JSON)] = []
    for kind in ["exactWithDate", "misspeltWithDate", "exactAlone", "misspeltAlone"] {
      all.append((kind, .object(try lookUps(kind))))
    }
    return all + [("document", .object(try documents()))]
  }

  func lookUps(_ kind: String) throws -> [(String, JSON)] {
    var times: [Double] = []
    var found = 0
    for number in 0..<HubCase.questions {
      let place = (number * 7_919 + 13) % count
      let person = persons[place]
      let name =
        kind.hasPrefix("misspelt") ? Persons.misspelt(person.name, number) : person.name
      let born = kind.hasSuffix("WithDate") ? person.born : nil
      let call = VarlinkCall.encode(
        "\(HubInterface.name).Search",
        SearchRequest(look: look, text: name, type: "person", born: born))
      let watch = Stopwatch()
      let answer = hub.ask(call)
      times.append(watch.seconds * 1_000)
      let reply = try VarlinkAnswer<HubError>(message: Array(answer.dropLast()))
        .decode(SearchReply.self).parameters
      if reply.hits.contains(where: { $0.found.ref == "nl:\(person.id)" }) { found += 1 }
    }
    return [
      ("p50Milliseconds", .figure(times.quantile(0.5))),
      ("p99Milliseconds", .figure(times.quantile(0.99))),
      ("foundAmongFirst20", .figure(Double(found) / Double(HubCase.questions))),
    ]
  }

  private func documents() throws -> [(String, JSON)] {
    var times: [Double] = []
    for number in 0..<HubCase.documents {
      if number.isMultiple(of: HubCase.questions) { hub.checkpointLooks() }
      let place = (number * 7_919 + 13) % count / 10 * 10
      let call = VarlinkCall.encode(
        "\(HubInterface.name).CheckDocument",
        CheckDocumentRequest(look: look, number: "NX\(1_000_000 + place)"))
      let watch = Stopwatch()
      let answer = hub.ask(call)
      times.append(watch.seconds * 1_000_000)
      let reply = try VarlinkAnswer<HubError>(message: Array(answer.dropLast()))
        .decode(CheckDocumentReply.self).parameters
      guard reply.hits.count == 1 else { throw BenchError("document \(place) is not found") }
    }
    return [
      ("p50Microseconds", .figure(times.quantile(0.5))),
      ("p99Microseconds", .figure(times.quantile(0.99))),
    ]
  }
}
