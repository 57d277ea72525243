import Foundation
import HubInterface
import Log
import Records
import Testing
import Varlink

@testable import Hub

@Suite("Questions (HUB-40 to 56)")
struct QuestionTests {
  /// A fighter who returns, with papers, a journey, money and links; nobody of it exists.
  static let network = [
    Told.entry("nl", 1, Told.person("fighter", "Testo al-Invented", born: "1990-05-17")),
    Told.entry(
      "nl", 2,
      Told.record(
        "document", "pass",
        #""documentType":"P","number":"NX 12-34567","country":"nl","holder":"nl:fighter","state":"stolen""#
      )),
    Told.entry(
      "nl", 3,
      Told.record(
        "trip", "journey",
        #""person":["nl:fighter"],"legs":[{"mode":"air","carrier":"XX","service":"XX123","from":"AMS","to":"IST","depart":"2026-01-05T09:00","locator":"ABC12D","status":"booked"}]"#
      )),
    Told.entry(
      "be", 1, Told.record("account", "acc", #""holder":"nl:fighter","iban":"BE68 5390 0754 7034""#)
    ),
    Told.entry(
      "be", 2,
      Told.record(
        "payment", "pay",
        #""payer":{"name":[{"full":"Someone Invented"}]},"beneficiaryAccount":"BE68539007547034","amount":"1250.00","currency":"EUR","date":"2026-01-02","method":"hawala""#
      )),
    Told.entry(
      "be", 3,
      Told.record(
        "link", "cousins",
        #""subject":"nl:fighter","object":"be:cousin","role":"family","relation":"cousin""#)),
    Told.entry("be", 4, Told.person("cousin", "Testa Cousine")),
    Told.entry(
      "fr", 1,
      Told.record(
        "trip", "other",
        #""person":["fr:fellow"],"legs":[{"service":"XX 123","from":"AMS","to":"IST","depart":"2026-01-05T09:10"}]"#
      )),
    Told.entry("fr", 2, Told.person("fellow", "Fellow Traveller", purpose: "ct")),
    Told.entry("fr", 3, Told.person("secret", "Testo Secretive", purpose: "soc")),
    Told.entry(
      "nl", 9,
      Told.record(
        "document", "blanks",
        #""range":{"from":"BL000100","to":"BL005099"},"country":"nl","state":"stolen-blank""#)),
    Told.entry(
      "nl", 10,
      Told.record(
        "identifier", "phone", #""kind":"phone","value":"+31 6 12345678","holder":"nl:fighter""#)),
  ]

  @Test(
    "An identifier is found as people write it",
    arguments: [
      ("nx1234567", "nl/1/2"), ("NX-12 34567", "nl/1/2"), ("abc12d", "nl/1/3"),
      ("be68 5390 0754 7034", "be/1/1"), ("06 12345678", "nl/1/10"), ("0031612345678", "nl/1/10"),
      ("BL000100", "nl/1/9"), ("bl 005099", "nl/1/9"), ("nl:fighter", "nl/1/1"),
      ("nl/1/3", "nl/1/3"),
    ])
  func identifiers(text: String, entry: String) throws {
    let host = try QuestionHost(QuestionTests.network)
    let hits = try host.search(text).hits
    #expect(
      hits.contains { $0.found.entry == entry && $0.score == 1 },
      "\(text): \(hits.map(\.found.entry))")
  }

  @Test(
    "What no record names is not found",
    arguments: ["NX1234568", "BL005100", "BL000099", "nl:nobody", "nl/1/77"])
  func notFound(text: String) throws {
    let host = try QuestionHost(QuestionTests.network)
    #expect(try host.search(text).hits.allSatisfy { $0.kind != "identifier" && $0.kind != "named" })
  }

  @Test("A record of another purpose is counted, and its author named (HUB-41)")
  func purposes() throws {
    let host = try QuestionHost(QuestionTests.network)
    let reply = try host.search("fr:secret")
    #expect(reply.hits.isEmpty)
    #expect(reply.account.hidden == 1 && reply.account.hiddenFrom == ["fr"])
    let other = try host.search("fr:secret", look: Look(purpose: "soc", reason: "a test"))
    #expect(other.hits.map(\.found.entry) == ["fr/1/3"])
    #expect(throws: HubError.notFound("fr:secret")) {
      try host.ask(
        "Dossier", DossierRequest(look: QuestionHost.look, ref: "fr:secret"), as: DossierReply.self)
    }
  }

  @Test("A look without purpose, reason, or an open case is refused (HUB-40)")
  func looks() throws {
    let host = try QuestionHost(QuestionTests.network)
    for look in [
      Look(), Look(purpose: "ct"), Look(purpose: "ct", reason: "  "),
      Look(purpose: "tax", reason: "x"), Look(case: 7),
    ] {
      #expect(throws: HubError.self) { try host.search("x", look: look) }
    }
    let made: OpenCaseReply = try host.ask(
      "OpenCase", OpenCaseRequest(purpose: "ct", reason: "a case"))
    #expect(try host.search("nl:fighter", look: Look(case: made.case.number)).hits.count == 1)
    let _: CloseCaseReply = try host.ask("CloseCase", CloseCaseRequest(number: made.case.number))
    #expect(throws: HubError.self) {
      try host.search("nl:fighter", look: Look(case: made.case.number))
    }
    host.service.users = try Users(parsing: "testo soc border # two\nother ct\n")
    #expect(throws: HubError.self) { try host.search("nl:fighter") }
    #expect(try host.search("fr:secret", look: Look(purpose: "soc", reason: "x")).hits.count == 1)
  }

  @Test("An answer leaves after its look is durable, and carries its place (HUB-3)")
  func consulted() throws {
    let host = try QuestionHost(QuestionTests.network)
    #expect(
      !host.answersBeforeCommit(
        "Search", SearchRequest(look: QuestionHost.look, text: "nl:fighter")))
    let reply = try host.search("NX1234567")
    let page: ConsultationsReply = try host.ask(
      "Consultations", ConsultationsRequest(look: QuestionHost.look))
    let found = try #require(page.consultations.first { $0.index == reply.account.consultation })
    #expect(found.asked == "NX1234567" && found.verb == "search" && found.user == "testo")
    #expect(found.purpose == "ct" && found.reason == "a test" && found.returned == ["nl/1/2"])
    // The genesis and three looks, the last of them at the consultations themselves.
    #expect(host.log.size == 4)
    // Opened again, all of it is there.
    try host.log.close()
    let again = try ConsultationLog(folder: host.facts.folder + "/consultations", epoch: 1)
    #expect(again.size == 4)
  }

  @Test(
    "A look for something that is not there, or not for its purpose, is recorded as well (HUB-3)")
  func consultedInVain() throws {
    let host = try QuestionHost(QuestionTests.network)
    for ref in ["nl:nobody", "fr:secret"] {
      #expect(throws: HubError.notFound(ref)) {
        try host.ask(
          "Dossier", DossierRequest(look: QuestionHost.look, ref: ref), as: DossierReply.self)
      }
    }
    let page: ConsultationsReply = try host.ask(
      "Consultations", ConsultationsRequest(look: QuestionHost.look))
    #expect(page.consultations.map(\.asked) == ["fr:secret", "nl:nobody"])
    #expect(page.consultations.map(\.hidden) == [1, 0])
  }

  @Test("An answer is complete only while the facts are written and all was told (HUB-2, 13)")
  func complete() throws {
    let host = try QuestionHost(QuestionTests.network)
    func account() throws -> LookAccount { try host.search("nl:fighter").account }
    #expect(try account().complete && account().notes.isEmpty)
    for link in [HubProgress.Link.notMet, .lost("nobody listens"), .stopped("the disk is full")] {
      host.service.progress.link = link
      #expect(try !account().complete && account().notes.count == 1)
    }
    host.service.progress.link = .following
    host.service.progress.wasToldAll = false
    #expect(try !account().complete)
    host.service.progress.wasToldAll = true
    #expect(try account().complete)
  }

  @Test("Each epoch of a node has a log of looks; a key that went is not made anew (HUB-42)")
  func epochs() throws {
    let host = try QuestionHost(QuestionTests.network)
    _ = try host.search("nl:fighter")
    let folder = host.facts.folder + "/consultations"
    try host.log.close()
    let second = try ConsultationLog(folder: folder, epoch: 2)
    #expect(second.size == 1)
    try second.close()
    let first = try ConsultationLog(folder: folder, epoch: 1)
    #expect(first.size == 2)
    try first.close()
    let key = host.facts.folder + "/looks.1.key"
    try FileManager.default.removeItem(atPath: key)
    #expect(throws: (any Error).self) { try ConsultationLog(folder: folder, epoch: 1) }
    #expect(!FileManager.default.fileExists(atPath: key))
    try FileManager.default.moveItem(atPath: host.facts.folder + "/looks.2.key", toPath: key)
    #expect(throws: HubError.self) { try ConsultationLog(folder: folder, epoch: 1) }
  }

  @Test("A dossier has what names a person, by whom and where")
  func dossier() throws {
    let host = try QuestionHost(QuestionTests.network)
    let reply: DossierReply = try host.ask(
      "Dossier", DossierRequest(look: QuestionHost.look, ref: "nl:fighter"))
    #expect(reply.versions.map(\.entry) == ["nl/1/1"])
    let mentions = Set(reply.mentions.map { "\($0.found.entry) \($0.field)" })
    #expect(
      mentions == [
        "nl/1/2 holder", "nl/1/3 person", "be/1/1 holder", "be/1/3 subject", "nl/1/10 holder",
      ])
  }

  @Test("Money is found by account, journeys by fellow travellers")
  func moneyAndTrips() throws {
    let host = try QuestionHost(QuestionTests.network)
    let money: MoneyReply = try host.ask(
      "Money", MoneyRequest(look: QuestionHost.look, ref: "nl:fighter"))
    #expect(money.accounts.map(\.entry) == ["be/1/1"])
    #expect(
      money.payments.map(\.amount) == ["1250.00"] && money.payments[0].payer == "Someone Invented")
    let trips: TripsReply = try host.ask(
      "Trips", TripsRequest(look: QuestionHost.look, ref: "nl:fighter"))
    #expect(trips.legs.count == 1 && trips.legs[0].others == ["fr:fellow"])
  }

  @Test("A payment is shown with the time that its record has, and left out by its day")
  func paymentTimes() throws {
    let timed = Told.entry(
      "be", 9,
      Told.record(
        "payment", "timed",
        #""payer":"nl:fighter","amount":"5","currency":"EUR","date":"2026-01-03T14:30+01:00""#))
    let host = try QuestionHost(QuestionTests.network + [timed])
    func dates(since: String?) throws -> [String?] {
      let money: MoneyReply = try host.ask(
        "Money", MoneyRequest(look: QuestionHost.look, ref: "nl:fighter", since: since))
      return money.payments.map(\.date)
    }
    #expect(try dates(since: nil) == ["2026-01-02", "2026-01-03T14:30+01:00"])
    #expect(try dates(since: "2026-01-03") == ["2026-01-03T14:30+01:00"])
    #expect(try dates(since: "2026-01-04") == [])
  }

  @Test("Links are walked through what joins two persons, and in circles only once")
  func links() throws {
    var changes = QuestionTests.network
    for place in 0..<6 {
      changes.append(
        Told.entry(
          "nl", UInt64(100 + place),
          Told.record(
            "link", "ring\(place)",
            #""subject":"nl:ring-\#(place)","object":"nl:ring-\#((place + 1) % 6)","role":"associate""#
          )))
    }
    changes.append(Told.entry("nl", 120, Told.person("ring-0", "Ringo Null")))
    let host = try QuestionHost(changes)
    let near: LinksReply = try host.ask(
      "Links", LinksRequest(look: QuestionHost.look, ref: "nl:fighter", to: "be:cousin"))
    #expect(near.path == ["nl:fighter", "be:cousin"])
    let ring: LinksReply = try host.ask(
      "Links", LinksRequest(look: QuestionHost.look, ref: "nl:ring-0", depth: 6))
    #expect(ring.edges.count == 6 && !ring.cut)
  }

  @Test("HUB-41: a link that stands has the marks of its record, too")
  func markedLinks() throws {
    let tip = Told.record(
      "link", "tip", #""subject":"nl:fighter","object":"be:cousin","role":"facilitator""#)
    let host = try QuestionHost(
      QuestionTests.network + [Told.entry("nl", 200, tip.replacing("H0", with: "H2"))])
    let links: LinksReply = try host.ask(
      "Links", LinksRequest(look: QuestionHost.look, ref: "nl:fighter", to: "be:cousin"))
    let marks = links.edges.filter { $0.role == "facilitator" }.flatMap(\.marks)
    #expect(marks.contains { $0.hasPrefix("H2: not to be passed on") }, "\(marks)")
    #expect(links.edges.contains { $0.role.hasPrefix("family") && $0.marks.isEmpty })
  }

  @Test("A document is checked by number and by zone, and another country is said")
  func documents() throws {
    let host = try QuestionHost(QuestionTests.network)
    let reply: CheckDocumentReply = try host.ask(
      "CheckDocument", CheckDocumentRequest(look: QuestionHost.look, number: "BL 000123"))
    #expect(reply.hits.count == 1 && reply.hits[0].sentence.contains("stolen-blank"))
    let other: CheckDocumentReply = try host.ask(
      "CheckDocument",
      CheckDocumentRequest(look: QuestionHost.look, number: "BL000123", country: "BEL"))
    #expect(other.hits[0].score == 0.5)
    let same: CheckDocumentReply = try host.ask(
      "CheckDocument",
      CheckDocumentRequest(look: QuestionHost.look, number: "BL000123", country: "NLD"))
    #expect(same.hits[0].score == 1)
    // ICAO 9303 part 4, the specimen.
    let zone =
      "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
    let read: CheckDocumentReply = try host.ask(
      "CheckDocument", CheckDocumentRequest(look: QuestionHost.look, zone: zone))
    #expect(read.zone?.number == "L898902C3" && read.zone?.wellRead == true && read.hits.isEmpty)
  }

  @Test("A judgement joins two records until it is undone, and changes neither (HUB-4, 30, 31)")
  func judgements() throws {
    let host = try QuestionHost(
      QuestionTests.network + [
        Told.entry("be", 20, Told.person("twin", "Testo al Invented", born: "1990"))
      ])
    func judge(_ judgement: String) throws -> JudgeReply {
      try host.ask(
        "Judge",
        JudgeRequest(
          look: QuestionHost.look, left: "nl:fighter", right: "be:twin", judgement: judgement))
    }
    func same() throws -> [String] {
      let reply: DossierReply = try host.ask(
        "Dossier", DossierRequest(look: QuestionHost.look, ref: "be:twin"))
      return reply.same.compactMap(\.ref)
    }
    let before = try host.facts.dump()
    #expect(try same().isEmpty)
    #expect(try judge("same").judgement?.user == "testo")
    #expect(try same() == ["nl:fighter"])
    _ = try judge("not-same")
    #expect(try same().isEmpty)
    _ = try judge("same")
    #expect(try judge("undo").judgement == nil)
    #expect(try same().isEmpty)
    #expect(try host.facts.dump() == before)
    #expect(throws: HubError.self) { try judge("perhaps") }
  }

  @Test("After a withdrawal nothing of a record is answered (HUB-2)")
  func withdrawn() throws {
    let host = try QuestionHost(QuestionTests.network)
    #expect(try host.search("Testo al-Invented").hits.contains { $0.found.ref == "nl:fighter" })
    try host.facts.tell([Told.gone("nl", 1), Told.gone("nl", 2)])
    #expect(try !host.search("Testo al-Invented").hits.contains { $0.found.ref == "nl:fighter" })
    #expect(try host.search("NX1234567").hits.isEmpty)
    // Even where the index was not told yet, a row that has gone is not shown.
    _ = try host.facts.writer.apply([
      PreparedPage(
        FeedPage(
          changes: [Told.gone("be", 4)], cursor: FeedCursor(journal: "j", number: 3, next: [:]),
          isComplete: true))
    ])
    #expect(try !host.search("Testa Cousine").hits.contains { $0.found.ref == "be:cousin" })
  }

  @Test("The interface that is described is the one of Protocols/")
  func described() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
        "Protocols/org.liaison.Hub.varlink")
    #expect(try HubInterface.description == String(contentsOf: file, encoding: .utf8))
  }

  @Test("What is no call, or no parameter, is refused")
  func malformed() throws {
    let host = try QuestionHost()
    struct Odd: Encodable {
      var look = Look(purpose: "ct", reason: "x"); var text = "x"; var limitt = 5
    }
    #expect(throws: HubError.self) { try host.ask("Search", Odd(), as: SearchReply.self) }
    #expect(throws: HubError.self) { try host.ask("Serch", NoParameters(), as: SearchReply.self) }
    #expect(throws: HubError.self) { try host.search(String(repeating: "x", count: 5_000)) }
  }
}
