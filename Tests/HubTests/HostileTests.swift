import Foundation
import HubInterface
import JSON
import Log
import Reading
import Testing
import Varlink

@testable import Hub
@testable import SQL

@Suite(
  "What a hostile partner writes: bounded work, answers that say so, and nobody else's record changed"
)
struct HostileTests {
  // MARK: many

  /// 2,500 is above the rows that one identifier, word or reference is looked up to.
  private static let crowd = 2_500

  private static func tell(_ host: FactsHost, _ records: [String], node: String = "nl") throws {
    var first = 1
    for part in stride(from: 0, to: records.count, by: 512) {
      let batch = records[part..<min(part + 512, records.count)]
      try host.tell(
        batch.enumerated().map { Told.entry(node, UInt64(first + $0.offset), $0.element) })
      first += batch.count
    }
  }

  @Test(
    "Of many persons of one name the best are compared, the others are counted; a date finds one (HUB-51)"
  )
  func oneName() throws {
    let facts = try FactsHost()
    try Self.tell(
      facts,
      (0..<Self.crowd).map {
        Told.person("p\($0)", "Testo Primero", born: $0 % 2 == 0 ? "19\(10 + $0 % 89)-02-03" : nil)
      } + [Told.person("one", "Testo Primero", born: "2001-04-05")])
    let host = try QuestionHost(facts)
    let all = try host.search("Testo Primero")
    #expect(all.hits.count == HubLimits.usualHits)
    #expect(all.equally.map { $0 >= Self.crowd / 2 } == true)
    let one = try host.search("Testo Primero 2001-04-05")
    #expect(one.hits.first?.found.ref == "nl:one")
    let questions = host.questions()
    var search = Search(questions, Search.Filter())
    _ = try search.run("Testo Primero", born: nil, limit: 20)
    #expect(questions.budget.rows <= HubLimits.rowsPerQuestion + HubLimits.candidates)
  }

  /// All of them share a document, a telephone, a word, a reference, a service and an account.
  private static func shared() throws -> QuestionHost {
    let facts = try FactsHost()
    try tell(
      facts,
      (0..<crowd).map { number in
        switch number % 5 {
        case 0:
          Told.record(
            "document", "d\(number)",
            #""documentType":"P","number":"NX1234567","country":"nl","holder":"nl:centre","notes":"flood""#
          )
        case 1:
          Told.record(
            "identifier", "i\(number)",
            #""kind":"phone","value":"+31 6 12345678","holder":"nl:centre","notes":"flood""#)
        case 2:
          Told.record(
            "trip", "t\(number)",
            #""person":["nl:centre","nl:x\#(number)"],"notes":"flood","legs":[\#((0..<8).map { _ in #"{"service":"XX123","from":"AMS","to":"IST","depart":"2026-01-05T09:00"}"# }.joined(separator: ","))]"#
          )
        case 3:
          Told.record(
            "link", "l\(number)",
            #""subject":"nl:centre","object":"nl:y\#(number)","role":"same","notes":"flood""#)
        default:
          Told.record(
            "payment", "m\(number)",
            #""payer":"nl:centre","beneficiaryAccount":"BE68539007547034","amount":"1","currency":"EUR","notes":"flood""#
          )
        }
      } + [Told.person("centre", "Testo Centre"), Told.person("lonely", "Testa Sola")])
    return try QuestionHost(facts)
  }

  @Test(
    "Identifiers, words and references that thousands of records share: each answer is cut, and says so (HUB-57)"
  )
  func oneOfAll() throws {
    let host = try Self.shared()
    try Self.answers(host)
    try Self.rows(host)
  }

  private static func answers(_ host: QuestionHost) throws {
    for text in ["NX1234567", "+31612345678", "flood", "nl:centre"] {
      let reply = try host.search(text)
      #expect(!reply.hits.isEmpty && reply.hits.count <= HubLimits.hits, "\(text)")
    }
    #expect(try !host.search("flood").account.notes.isEmpty)
    let look = QuestionHost.look
    let links: LinksReply = try host.ask(
      "Links", LinksRequest(look: look, ref: "nl:centre", depth: 6))
    #expect(links.cut && links.edges.count <= HubLimits.edges)
    let trips: TripsReply = try host.ask("Trips", TripsRequest(look: look, ref: "nl:centre"))
    #expect(trips.cut && trips.legs.count <= HubLimits.legs)
    let money: MoneyReply = try host.ask("Money", MoneyRequest(look: look, ref: "nl:centre"))
    #expect(money.cut && money.payments.count <= HubLimits.payments)
    let dossier: DossierReply = try host.ask(
      "Dossier", DossierRequest(look: look, ref: "nl:centre"))
    #expect(dossier.mentions.count <= HubLimits.mentions && !dossier.account.notes.isEmpty)
    // A person who has nothing to do with them is answered in full.
    let alone: LinksReply = try host.ask("Links", LinksRequest(look: look, ref: "nl:lonely"))
    #expect(!alone.cut && alone.account.notes.isEmpty)
  }

  /// No question looks at more rows than one may.
  private static func rows(_ host: QuestionHost) throws {
    let all: [(Questions) throws -> Void] = [
      { _ = try DossierQuestion(questions: $0).run("nl:centre") },
      {
        var travel = Travel($0)
        _ = try travel.run(of: "nl:centre")
      },
      {
        var travel = Travel($0)
        _ = try travel.run(of: nil)
      },
      {
        var finance = Finance($0)
        _ = try finance.run(of: "nl:centre", since: nil)
      },
      {
        var network = Network($0)
        _ = try network.run(from: "nl:centre", to: nil, depth: HubLimits.depth)
      },
      {
        var search = Search($0, Search.Filter())
        _ = try search.run("NX1234567 +31612345678 flood", born: nil, limit: 200)
      },
      { _ = try DocumentQuestion(questions: $0).run(number: "NX1234567", country: nil) },
    ]
    for (number, ask) in all.enumerated() {
      let questions = host.questions()
      try ask(questions)
      #expect(questions.budget.rows <= HubLimits.questionRows, "question \(number)")
      #expect(questions.budget.bytes <= HubLimits.answerBytes, "question \(number)")
      #expect(questions.shown.count <= HubLimits.returned, "question \(number)")
    }
  }

  @Test("An answer of records as long as they may be is cut to what a client can take")
  func longRecords() throws {
    let facts = try FactsHost()
    let long = String(repeating: "\\\\\\\"", count: 16_100)
    try Self.tell(
      facts,
      (0..<400).map {
        Told.record(
          "document", "d\($0)",
          #""documentType":"P","number":"NX1234567","holder":"nl:centre","free":"\#(long)""#)
      } + [Told.person("centre", "Testo Centre")])
    let host = try QuestionHost(facts)
    let reply: SearchReply = try host.ask(
      "Search", SearchRequest(look: QuestionHost.look, text: "NX1234567", limit: 200))
    #expect(reply.hits.count > 100 && reply.hits.count < 200 && !reply.account.notes.isEmpty)
    let dossier: DossierReply = try host.ask(
      "Dossier", DossierRequest(look: QuestionHost.look, ref: "nl:centre"))
    #expect(dossier.mentions.count > 100 && dossier.mentions.count < 400)
    #expect(host.lastAnswerBytes < HubLimits.outputBytes)
  }

  @Test("Thousands of versions of one record: the current one is found without the others (HUB-21)")
  func versions() throws {
    let facts = try FactsHost()
    try Self.tell(facts, (0..<Self.crowd).map { Told.person("a", "Testo Number\($0)") })
    // The queries of a reader and of the writer go along the index, and sort nothing.
    let database = try Database(facts.place, .reading)
    for more in ["", "AND e.current = 1 "] {
      var plan = ""
      let query =
        "EXPLAIN \(TestStorage.isFile ? "QUERY PLAN" : "") SELECT e.number FROM entry e WHERE "
        + EntryRows.versions.replacing("e.id = ?2 ", with: "e.id = 'a' \(more)")
        .replacing("?1", with: "'nl'")
      try database.prepare(query).each { row throws(SQLError) in
        plan += row.text(TestStorage.isFile ? 3 : 0) + "; "
        return true
      }
      #expect(plan.contains("entry_name"), "\(plan)")
      #expect(!plan.contains("TEMP") && !plan.contains("Sort"), "\(plan)")
    }
    let host = try QuestionHost(facts)
    let dossier: DossierReply = try host.ask(
      "Dossier", DossierRequest(look: QuestionHost.look, ref: "nl:a"))
    #expect(dossier.versions.first?.entry == "nl/1/\(Self.crowd)")
    #expect(dossier.versions.count == HubLimits.versions && !dossier.account.notes.isEmpty)
    // A partner withdraws all but the first of them in one word, more than are held at once.
    try facts.tell([Told.gone("nl", 2, count: 1 << 40)])
    #expect(try host.search("nl:a").hits.map(\.found.entry) == ["nl/1/1"])
    try facts.tell([Told.gone("nl", 0, count: 1 << 40)])
    #expect(try facts.dump().isEmpty)
  }

  @Test(
    "More entries than are held at once go with one comparison, and the rows are those of a rebuild (HUB-11)"
  )
  func manyUntold() throws {
    let facts = try FactsHost()
    let persons = (0..<(EntryRows.batch + 500)).map {
      Told.person("p\($0 % 4_000)", "Testo \($0 % 7)")
    }
    try Self.tell(facts, persons)
    try facts.writer.beginComparison()
    try facts.tell((1...100).map { Told.entry("nl", UInt64($0), persons[$0 - 1]) })
    let rebuilt = try FactsHost()
    try Self.tell(rebuilt, Array(persons.prefix(100)))
    #expect(try facts.dump() == rebuilt.dump())
    #expect(facts.index.count == rebuilt.index.count)
  }

  // MARK: lies

  @Test("A partner that claims another's id changes nothing of it (HUB-4)")
  func claims() throws {
    let own = Told.entry("nl", 1, Told.person("fighter", "Testo Primero", born: "1990"))
    let host = try QuestionHost([own])
    let before = try host.search("nl:fighter").hits
    try host.facts.tell([
      Told.entry("be", 1, Told.person("fighter", "Somebody Else")),
      Told.entry("be", 2, Told.person("nl:fighter", "Somebody Else")),
      Told.entry(
        "be", 3,
        #"{"type":"person","v":1,"id":"fighter","author":"nl","node":"nl","origin":"nl/1","entry":"nl/1/1","ref":"nl:fighter","name":[{"full":"Somebody Else"}]}"#
      ),
      Told.entry(
        "be", 4,
        #"{"type":"notice","v":1,"id":"n","of":"nl:fighter","reason":"it is withdrawn","purpose":["ct"]}"#
      ),
      Told.entry(
        "be", 5,
        Told.record("link", "l", #""subject":"nl:fighter","object":"be:fighter","role":"not-same""#)
      ),
    ])
    let after = try host.search("nl:fighter").hits
    #expect(before == after)
    #expect(try host.search("be:fighter").hits.map(\.found.entry) == ["be/1/3"])
    let dossier: DossierReply = try host.ask(
      "Dossier", DossierRequest(look: QuestionHost.look, ref: "nl:fighter"))
    #expect(dossier.versions.map(\.entry) == ["nl/1/1"] && dossier.same.isEmpty)
  }

  @Test("Links of role same in a circle, at oneself and at nobody come to an end (HUB-31, 54)")
  func circles() throws {
    var records = (0..<200).map {
      Told.record(
        "link", "s\($0)", #""subject":"nl:c\#($0)","object":"nl:c\#(($0 + 1) % 200)","role":"same""#
      )
    }
    records += [
      Told.record("link", "self", #""subject":"nl:c0","object":"nl:c0","role":"same""#),
      Told.record("link", "link", #""subject":"nl:link","object":"nl:link","role":"associate""#),
      Told.record("link", "none", #""subject":"nl:c0","object":"nl:nobody","role":"same""#),
      Told.person("c0", "Testo Circle"),
    ]
    let facts = try FactsHost()
    try Self.tell(facts, records)
    let host = try QuestionHost(facts)
    #expect(try host.questions().sameMatter("nl:c0").count <= HubLimits.sameMatter + 4)
    for ref in ["nl:c0", "nl:link"] {
      let reply: LinksReply = try host.ask(
        "Links", LinksRequest(look: QuestionHost.look, ref: ref, depth: 6))
      #expect(Set(reply.edges).count == reply.edges.count && !reply.cut)
      let _: DossierReply = try host.ask(
        "Dossier", DossierRequest(look: QuestionHost.look, ref: ref))
    }
  }

  // MARK: values

  static let texts: [String] = [
    "", " ", "\u{0}", "a\u{0}b", "\u{202e}Testo\u{202c}\u{2066}", "\u{feff}\u{200d}\u{e0001}",
    "'); DROP TABLE entry;--", "\" OR 1=1", "% _ * ? [a-z] \\ %s %n", "NEAR(a b) AND OR NOT \"",
    "<script>alert(1)</script>", "\r\n\t\u{1b}[2J", "e" + String(repeating: "\u{301}", count: 400),
    "😀👩‍👩‍👧‍👦", String(repeating: "x", count: 1_000), String(repeating: "x", count: 1_001),
    String(repeating: "é ", count: 500), String(repeating: "م ", count: 400),
    String(repeating: "9", count: 256), String(repeating: "9", count: 257),
    String(repeating: "a b ", count: 12_000), "nl:fighter", "nl/1/1", "1987~", "-1", "1e999",
  ]

  /// Records with the text in every field that there is, of every type; and records that are
  /// nothing.
  static func records(of text: String) -> [[UInt8]] {
    let json = VarlinkJSON.text(text)
    let fields = [
      "type", "id", "v", "basis", "grade", "handling", "purpose", "category", "collected", "caveat",
      "onward", "tlp", "group", "reviewBy", "refs", "legal", "warning", "onHit", "attachment",
      "change",
      "must", "notes", "name", "birthDate", "birthPlace", "birthCountry", "gender", "nationality",
      "fatherName", "motherName", "idNumber", "address", "height", "appearance", "topics", "status",
      "holder", "usedBy", "documentType", "number", "range", "country", "surname", "givenName",
      "startDate", "endDate", "personalNumber", "mrz", "state", "kind", "value", "plate", "vin",
      "make", "colour", "owner", "imo", "tailNumber", "person", "companions", "facilitator", "legs",
      "iban", "accountNumber", "publicKey", "payer", "payerAccount", "beneficiary",
      "beneficiaryAccount", "via", "amount", "currency", "date", "time", "method", "reason",
      "subject", "object", "role", "relation", "domain", "location", "involved", "vehicle",
      "objects",
      "action", "summary", "to", "question", "urgency", "rfi", "result", "of",
      "registrationNumber",
    ]
    let types = [
      "person", "organization", "document", "identifier", "vehicle", "trip", "account", "payment",
      "link", "event", "rfi", "answer", "notice", "group", "consent",
    ]
    var made: [String] = []
    let shapes = [
      json, "[\(json),\(json)]", "{\"full\":\(json),\"from\":\(json),\"name\":\(json)}",
      "[{\"full\":\(json),\"kind\":\"primary\",\"service\":\(json),\"depart\":\(json),\"number\":\(json)}]",
    ]
    // Each type with one shape of value, persons with all of them.
    let shaped =
      types.enumerated().map { ($0.element, shapes[$0.offset % shapes.count]) }
      + shapes.dropFirst().map { ("person", $0) }
    for (type, shape) in shaped {
      // The record has as many fields as there is room for.
      var record = "{\"type\":\"\(type)\",\"v\":1,\"id\":\"x\""
      for field in fields where !["type", "id", "v"].contains(field) {
        let next = ",\"\(field)\":\(shape)"
        if record.utf8.count + next.utf8.count < 65_000 { record += next }
      }
      made.append(record + "}")
    }
    made += [
      "{\"type\":\(json),\"id\":\(json),\"v\":\(json)}",
      "{\"type\":\"person\",\(json):{\(json):[\(json)]}}",
      "{\"type\":\"person\",\"free\":" + String(repeating: "[", count: 60)
        + String(repeating: "]", count: 60) + "}",
    ]
    return made.map { Array($0.utf8) }.filter { $0.count <= 65_536 }
  }

  /// Each record goes from the daemon's page to every kind of answer, through bytes as they are
  /// sent.
  @Test(
    "Every field with every text: kept byte by byte, answered by every verb, and nothing else is harmed",
    arguments: texts)
  func fields(text: String) throws {
    let host = try QuestionHost(QuestionTests.network)
    let before = try host.search("nl:fighter").hits.map(\.found.record)
    var kept: [(place: UInt64, record: [UInt8])] = []
    var place: UInt64 = 100
    for record in Self.records(of: text) {
      guard let change = Self.change(record, place) else { continue }
      kept.append((place, record))
      place += 1
      let page = ReadingPage(
        changes: [change], cursor: ReadingCursor(journal: "j", number: 1), more: false,
        isComplete: true)
      let read = try VarlinkAnswer<ReaderFailure>(message: VarlinkReply.write(page))
        .decode(ReadingPage.self).parameters
      try host.facts.tell(FeedPage(read).changes)
    }
    // No daemon takes a record with U+0000 in it (json.md, JSON-5).
    #expect(kept.count > 15 || text.contains("\u{0}"))
    let facts = try Facts(host.facts.place)
    for (place, record) in kept {
      #expect(try facts.entry("fr/1", Int64(place))?.record == record)
    }
    try Self.askAll(host, text)
    // A call with U+0000 in it ends its session.
    host.connect(as: "testo")
    #expect(try host.search("nl:fighter").hits.map(\.found.record) == before)
    // All of it goes, and leaves what was there before.
    try host.facts.tell([Told.gone("fr", 100, count: place)])
    let other = try FactsHost()
    try other.tell(QuestionTests.network)
    #expect(try host.facts.dump() == other.dump())
  }

  private static func change(_ record: [UInt8], _ place: UInt64) -> ReadingChange? {
    guard let checked = try? Record(checking: record) else { return nil }
    var change = ReadingChange(
      log: Hex32.encode(Told.log("fr").id), entry: "fr/1/\(place)", isReadable: true, why: "arrived"
    )
    change.time = 1
    change.record = checked
    return change
  }

  /// Errors are answers, too; what is not answered at all traps or throws something else.
  private static func askAll(_ host: QuestionHost, _ text: String) throws {
    let look = QuestionHost.look
    func ask(_ method: String, _ parameters: some Encodable) throws {
      host.connect(as: "testo")
      do throws(HubError) { try host.answer(method, parameters) } catch {
        if case .diskFailed = error { Issue.record("\(method): \(error)") }
      }
    }
    for ref in ["nl:fighter", "fr:x", "fr/1/100", text] {
      try ask("Dossier", DossierRequest(look: look, ref: ref))
      try ask("Links", LinksRequest(look: look, ref: ref, depth: 6))
      try ask("Trips", TripsRequest(look: look, ref: ref))
      try ask("Money", MoneyRequest(look: look, ref: ref))
      try ask("Compare", CompareRequest(look: look, left: ref, right: "nl:fighter"))
      try ask("CheckDocument", CheckDocumentRequest(look: look, number: ref, country: text))
      try ask("Search", SearchRequest(look: look, text: ref))
    }
    try ask("Trips", TripsRequest(look: look))
    try ask(
      "Match",
      MatchRequest(
        look: look, records: [text, "{\"type\":\"person\",\"name\":\(VarlinkJSON.text(text))}"]))
    try ask("Search", SearchRequest(look: Look(purpose: "ct", reason: text), text: "x"))
    try ask("Search", SearchRequest(look: look, text: "x", type: text, from: text))
  }
}
