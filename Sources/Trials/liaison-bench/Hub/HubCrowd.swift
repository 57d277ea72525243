import Foundation
import Hub
import HubInterface
import Varlink

/// A hostile partner of a hub: as many persons of one name as are wanted, and then records that all
/// share one document number, one telephone, one word and one reference. Measures what a look costs
/// then, what the answer says, and how the hub gets rid of them.
enum HubCrowd {
  private static let name = "Testo Primero"
  private static let rare = "2001-04-05"
  private static let look = Look(purpose: "ct", reason: "benchmark")
  private static let rounds = 20

  static func run(entries: Int, scratch: Scratch) throws -> JSON {
    let persons = try persons(max(entries, 10_000), scratch)
    let shared = try shared(max(entries / 10, 5_000), scratch)
    return .object([("oneName", persons), ("oneOfAll", shared)])
  }

  // MARK: One name

  private static func persons(_ count: Int, _ scratch: Scratch) throws -> JSON {
    let hub = try HubWithoutSocket(
      folder: try scratch.folder("crowd"), consultations: try scratch.folder("crowd-looks"))
    // All of one name, half of them with a date that a hundred share; one alone has a rare one.
    let told = try tell(hub, count) { number in
      let born = number == count / 2 ? rare : number % 2 == 0 ? "19\(10 + number % 89)-02-03" : nil
      return person(number, born)
    }
    var figures: [(String, JSON)] = [
      ("persons", .figure(Double(count))), ("recordsPerSecond", .figure(told)),
      ("indexMebibytes", .figure(Double(hub.indexBytes) / 1_048_576)),
    ]
    figures.append(("withoutDate", try search(hub, name)))
    figures.append(("withCommonDate", try search(hub, "\(name) 1944-02-03")))
    figures.append(("withRareDate", try search(hub, "\(name) \(rare)")))
    figures.append(("misspelt", try search(hub, "Testo Primreo")))
    figures.append(("dossier", try ask(hub, "Dossier", DossierRequest(look: look, ref: "nl:p-7"))))
    figures.append(try resident("residentMebibytes"))
    let watch = Stopwatch()
    try hub.forget(log, first: 0, count: UInt64(count))
    try hub.settle()
    figures.append(("withdrawnAllSeconds", .figure(watch.seconds)))
    figures.append(try resident("residentMebibytesAfter"))
    return .object(figures)
  }

  private static func person(_ number: Int, _ born: String?) -> String {
    let date = born.map { #","birthDate":["\#($0)"]"# } ?? ""
    return
      #"{"type":"person","v":1,"id":"p-\#(number)","basis":"fact","grade":"B2","handling":["H0"],"purpose":["ct"],"category":"suspect","name":[{"full":"\#(name)","kind":"primary"}]\#(date)}"#
  }

  // MARK: One of everything

  private static func shared(_ count: Int, _ scratch: Scratch) throws -> JSON {
    let hub = try HubWithoutSocket(
      folder: try scratch.folder("shared"), consultations: try scratch.folder("shared-looks"))
    let told = try tell(hub, count) { sharing($0) }
    var figures: [(String, JSON)] = [
      ("records", .figure(Double(count))), ("recordsPerSecond", .figure(told)),
    ]
    for (what, text) in [
      ("document", "NX1234567"), ("telephone", "+31612345678"), ("word", "flood"),
      ("allOfThem", "NX1234567 +31612345678 flood BE68539007547034"),
    ] { figures.append((what, try search(hub, text))) }
    let centre = "nl:centre"
    figures.append(
      (
        "check",
        try ask(hub, "CheckDocument", CheckDocumentRequest(look: look, number: "NX1234567"))
      ))
    figures.append(
      ("dossierOfAll", try ask(hub, "Dossier", DossierRequest(look: look, ref: centre))))
    figures.append(
      ("links", try ask(hub, "Links", LinksRequest(look: look, ref: centre, depth: 6))))
    figures.append(("trips", try ask(hub, "Trips", TripsRequest(look: look, ref: centre))))
    figures.append(("routes", try ask(hub, "Trips", TripsRequest(look: look))))
    figures.append(("money", try ask(hub, "Money", MoneyRequest(look: look, ref: centre))))
    figures.append(
      ("match64", try ask(hub, "Match", MatchRequest(look: look, records: (0..<64).map(sharing)))))
    figures.append(try resident("residentMebibytes"))
    return .object(figures)
  }

  private static func sharing(_ number: Int) -> String {
    let id = number == 0 ? "centre" : "r-\(number)"
    let start =
      #""v":1,"id":"\#(id)","basis":"fact","grade":"B2","handling":["H0"],"purpose":["ct"],"notes":"flood""#
    switch number == 0 ? 5 : number % 5 {
    case 0:
      return
        #"{"type":"document",\#(start),"documentType":"P","number":"NX1234567","country":"nl","holder":"nl:centre"}"#
    case 1:
      return
        #"{"type":"identifier",\#(start),"kind":"phone","value":"+31 6 12345678","holder":"nl:centre"}"#
    case 2:
      let leg = #"{"service":"XX123","from":"AMS","to":"IST","depart":"2026-01-05T09:00"}"#
      let legs = Array(repeating: leg, count: 8).joined(separator: ",")
      return #"{"type":"trip",\#(start),"person":["nl:centre","nl:x\#(number)"],"legs":[\#(legs)]}"#
    case 3:
      return
        #"{"type":"link",\#(start),"subject":"nl:centre","object":"nl:y\#(number)","role":"same"}"#
    case 4:
      return
        #"{"type":"payment",\#(start),"payer":"nl:centre","beneficiaryAccount":"BE68539007547034","amount":"1","currency":"EUR"}"#
    default:
      return
        #"{"type":"person",\#(start),"category":"suspect","name":[{"full":"\#(name)","kind":"primary"}]}"#
    }
  }

  // MARK: Asking

  private static let log = "nl/1"

  /// - Returns: records a second.
  private static func tell(
    _ hub: HubWithoutSocket, _ count: Int, _ record: (Int) -> String
  ) throws -> Double {
    let watch = Stopwatch()
    for first in stride(from: 0, to: count, by: 512) {
      let records = (first..<min(count, first + 512)).map { Array(record($0).utf8) }
      try hub.tell(log, first: UInt64(first), records)
    }
    try hub.settle()
    return Double(count) / watch.seconds
  }

  private static func search(_ hub: HubWithoutSocket, _ text: String) throws -> JSON {
    try ask(hub, "Search", SearchRequest(look: look, text: text, limit: 50)) { answer in
      let reply = try VarlinkAnswer<HubError>(message: answer).decode(SearchReply.self).parameters
      return [
        ("hits", .figure(Double(reply.hits.count))),
        ("equallyGood", .figure(Double(reply.equally ?? 0))),
        ("rareIsFirst", .count(reply.hits.first?.found.record.contains(rare) == true ? 1 : 0)),
        ("notes", .text(reply.account.notes.joined(separator: "; "))),
      ]
    }
  }

  private static func ask(
    _ hub: HubWithoutSocket, _ method: String, _ parameters: some Encodable,
    _ more: ([UInt8]) throws -> [(String, JSON)] = { _ in [] }
  ) throws -> JSON {
    let call = VarlinkCall.encode("\(HubInterface.name).\(method)", parameters)
    var times: [Double] = []
    var answer: [UInt8] = []
    for _ in 0..<rounds {
      let watch = Stopwatch()
      answer = hub.ask(call)
      times.append(watch.seconds * 1_000)
    }
    return .object(
      [
        ("p50Milliseconds", .figure(times.quantile(0.5))),
        ("worstMilliseconds", .figure(times.max() ?? 0)),
        ("answerKibibytes", .figure(Double(answer.count) / 1_024)),
      ] + (try more(Array(answer.dropLast()))))
  }

  private static func resident(_ name: String) throws -> (String, JSON) {
    (name, .figure(Double(try ProcessUsage(of: getpid()).residentKibibytes) / 1_024))
  }
}
