import Foundation
import HubInterface
import Records
import Testing

@testable import Hub
@testable import SQL

@Suite("Passengers are compared with documents, and with persons that may act")
struct ScreeningTests {
  private static let suspect = Told.person(
    "s1", "Testo Personovic", born: "1987-03-02", more: AlertHost.acting)

  private static func passenger(
    _ name: String, _ birth: String? = "1987-03-02", document: String? = nil, issuer: String? = nil
  ) -> ScreenPassenger {
    ScreenPassenger(line: 2, name: name, birth: birth, document: document, issuer: issuer)
  }

  private func result(
    _ host: AlertHost, _ passenger: ScreenPassenger, purpose: Purpose = .ct, names: Bool = false
  ) throws -> ScreenedPassenger {
    try #require(try host.screen([passenger], purpose: purpose, names: names).passengers.first)
  }

  @Test(
    "HUB-77, HUB-91: a misspelt name with its date is an alert of who may act, and of nobody else")
  func names() throws {
    let host = try AlertHost()
    try host.tell([
      Told.entry("nl", 1, ScreeningTests.suspect),
      Told.entry("nl", 2, Told.person("s2", "Testo Personovic", born: "1987-03-02")),
    ])
    let found = try result(host, ScreeningTests.passenger("PERSANOVIC TESTO"))
    #expect(found.hits.map(\.stored.name) == ["nl:s1"])
    #expect(found.band == .alert)
    #expect(try result(host, ScreeningTests.passenger("Anderson Otherman")).hits.isEmpty)
    // Another year denies it: a person has to look, no more.
    #expect(
      try result(host, ScreeningTests.passenger("Testo Personovic", "1988-03-02")).band == .review)
    // Another purpose sees a count alone.
    let hidden = try host.screen([ScreeningTests.passenger("Testo Personovic")], purpose: .border)
    #expect(hidden.passengers.first?.hits.isEmpty == true)
    #expect(hidden.hidden.count == 1 && hidden.hiddenFrom == ["nl"])
  }

  @Test("A list without dates: documents alone, and names on request, never as an alert")
  func withoutDates() throws {
    let host = try AlertHost()
    try host.tell([Told.entry("nl", 1, ScreeningTests.suspect)])
    let bare = ScreeningTests.passenger("Testo Personovic", nil)
    let silent = try result(host, bare)
    #expect(silent.hits.isEmpty)
    #expect(
      silent.notes == ["neither a date of birth nor a document: it was compared with nothing"])
    #expect(try result(host, bare, names: true).band == .review)
  }

  @Test("A document alerts for its own state, and for who holds or uses it")
  func documents() throws {
    let host = try AlertHost()
    try host.tell([
      Told.entry("nl", 1, ScreeningTests.suspect),
      Told.entry(
        "nl", 2,
        Told.record(
          "document", "d1",
          #""documentType":"P","number":"AB1234567","country":"nl","state":"stolen""#)),
      Told.entry(
        "nl", 3,
        Told.record(
          "document", "d2",
          #""documentType":"P","number":"CD1234567","country":"nl","holder":"nl:s1""#)),
      Told.entry(
        "nl", 4,
        Told.record(
          "document", "d3",
          #""documentType":"P","number":"EF1234567","country":"nl","usedBy":["nl:s1"]"#)),
      Told.entry(
        "nl", 5,
        Told.record(
          "document", "d4",
          #""documentType":"P","range":{"from":"GH100","to":"GH199"},"state":"stolen-blank""#)),
      Told.entry(
        "nl", 6,
        Told.record("document", "d5", #""documentType":"P","number":"IJ1234567","state":"valid""#)),
    ])
    func bands(_ number: String, _ issuer: String? = nil) throws -> [String: Band] {
      let found = try result(
        host, ScreeningTests.passenger("Somebody Else", "1950", document: number, issuer: issuer))
      return Dictionary(uniqueKeysWithValues: found.hits.map { ($0.stored.name, $0.band) })
    }
    #expect(try bands("ab 123-4567") == ["nl:d1": .alert])
    #expect(try bands("AB1234567", "fr") == ["nl:d1": .review])
    #expect(try bands("CD1234567") == ["nl:s1": .alert])
    #expect(try bands("EF1234567") == ["nl:s1": .alert])
    #expect(try bands("GH150") == ["nl:d4": .alert])
    #expect(try bands("IJ1234567") == [:])
    // A wrong code of the issuer does not take the name's alert away.
    let both = try result(
      host, ScreeningTests.passenger("Testo Personovic", document: "CD1234567", issuer: "fr"))
    #expect(both.hits.map(\.band) == [.alert] && both.hits[0].stored.name == "nl:s1")
  }

  @Test("HUB-93: the victim with his own passport is cleared; with another one he is not")
  func victim() throws {
    let host = try AlertHost()
    let victim = Told.person("v1", "Testo Personovic", born: "1987-03-02")
      .replacingOccurrences(of: #""category":"suspect""#, with: #""category":"victim""#)
    try host.tell([
      Told.entry("nl", 1, ScreeningTests.suspect),
      Told.entry("nl", 2, victim),
      Told.entry(
        "nl", 3,
        Told.record(
          "document", "d1",
          #""documentType":"P","number":"AB1234567","holder":"nl:v1","state":"valid""#)),
      Told.entry(
        "nl", 4,
        Told.record(
          "link", "l1", #""subject":"nl:v1","object":"nl:s1","role":"identity-misused-by""#)),
    ])
    let own = try result(host, ScreeningTests.passenger("Testo Personovic", document: "AB1234567"))
    #expect(own.hits.isEmpty)
    #expect(own.notes.count == 1)
    let other = try result(host, ScreeningTests.passenger("Testo Personovic", document: "ZZ1"))
    #expect(other.band == .alert)
    // Anybody can write a document that a victim holds: who is not the victim is not cleared by it.
    try host.tell([
      Told.entry(
        "fr", 1,
        Told.record("document", "f1", #""documentType":"P","number":"QQ1","holder":"fr:v9""#)),
      Told.entry(
        "fr", 2,
        Told.person("v9", "Somebody Else", born: "1950")
          .replacingOccurrences(of: #""category":"suspect""#, with: #""category":"victim""#)),
    ])
    #expect(
      try result(host, ScreeningTests.passenger("Testo Personovic", document: "QQ1")).band == .alert
    )
    // Reported stolen, it says nothing of who shows it.
    try host.tell([
      Told.entry(
        "nl", 5,
        Told.record(
          "document", "d1",
          #""documentType":"P","number":"AB1234567","holder":"nl:v1","state":"stolen""#))
    ])
    let stolen = try result(
      host, ScreeningTests.passenger("Testo Personovic", document: "AB1234567"))
    #expect(Set(stolen.hits.map(\.stored.name)) == ["nl:d1", "nl:s1"])
  }

  @Test(
    "HUB-94: the same false stop comes back with no list, until its term ends; another traveller is stopped"
  )
  func exclusions() throws {
    let host = try AlertHost()
    try host.tell([Told.entry("nl", 1, ScreeningTests.suspect)])
    let traveller = ScreeningTests.passenger("Testo Personovic", document: "AB1234567")
    let list = try host.list("XX1/2026-01-05", [traveller])
    let digest = String(repeating: "0", count: 64)
    // A hit of a list whose answer may never have come is not known.
    #expect(
      try host.list("XX1/2026-01-05", [traveller]).part.passengers[0].hits.map(\.isKnown) == [false]
    )
    _ = try host.engine.finish(list.number, user: "testo", digest: digest, unreadable: 0)
    let hit = try #require(list.part.passengers.first?.hits.first)
    #expect(hit.number == 1 && !hit.isKnown)
    host.duty.excludesInPairs = true
    try host.settle()
    let today = host.now / 86_400_000
    let made = try host.engine.exclude(
      AlertEngine.NewExclusion(
        hits: [hit.number], until: today + 10, basis: "a law", reason: "a test", user: "testo",
        purpose: .ct))
    #expect(made.map { $0.model(today: today).state } == ["proposed"])
    #expect(
      try host.list("XX1/2026-01-05", [traveller]).part.passengers[0].hits.map(\.isKnown) == [true])
    #expect(throws: HubError.self) {
      try host.engine.changeExclusion(1, "confirm", AlertHost.actor)
    }
    _ = try host.engine.changeExclusion(1, "confirm", AlertHost.second)
    for _ in 0..<5 {
      let cleared = try host.list("XX2/2026-01-05", [traveller]).part.passengers[0]
      #expect(cleared.hits.isEmpty && cleared.notes.first?.contains("exclusion 1") == true)
    }
    // It counts for its purpose alone.
    let elsewhere = CheckedLook(user: "testo", purpose: .missing, reason: "a test", caseNumber: nil)
    let number = try host.engine.begin(nil, elsewhere)
    let other = try host.engine.keep(host.screen([traveller]), of: number, user: "testo")
    #expect(other.passengers[0].band == .alert)
    let another = ScreeningTests.passenger("Testo Personovic", document: "CD7654321")
    #expect(try host.list(nil, [another]).part.passengers[0].band == .alert)
    host.engine.now += 12 * 86_400_000
    #expect(try host.list(nil, [traveller]).part.passengers[0].band == .alert)
  }

  @Test("HUB-94: nobody is excluded who cannot be told from another, and no document is")
  func refusedExclusions() throws {
    let host = try AlertHost()
    try host.tell([
      Told.entry("nl", 1, ScreeningTests.suspect),
      Told.entry(
        "nl", 2,
        Told.record("document", "d1", #""documentType":"P","number":"AB1234567","state":"stolen""#)),
    ])
    let list = try host.list(
      nil,
      [
        ScreeningTests.passenger("Testo Personovic"),
        ScreeningTests.passenger("Somebody Else", document: "AB1234567"),
      ])
    for passenger in list.part.passengers {
      let number = try #require(passenger.hits.first?.number)
      #expect(throws: HubError.self) {
        try host.engine.exclude(
          AlertEngine.NewExclusion(
            hits: [number], until: 30_000, basis: "a law", reason: "a test", user: "testo",
            purpose: .ct))
      }
    }
  }

  @Test(
    "HUB-90, HUB-95: of a list hits and a keyed hash stay; the next of the flight shows what is new"
  )
  func lists() throws {
    let host = try AlertHost()
    try host.tell([Told.entry("nl", 1, ScreeningTests.suspect)])
    let first = ScreeningTests.passenger("Testo Personovic", document: "AB1234567")
    let second = ScreeningTests.passenger("Testo Personovic", document: "CD1234567")
    let digest = String(repeating: "0", count: 64)
    let one = try host.list("XX1", [first])
    _ = try host.engine.finish(one.number, user: "testo", digest: digest, unreadable: 1)
    let two = try host.list("XX1", [first, second])
    #expect(two.part.passengers.map { $0.hits.map(\.isKnown) } == [[true], [false]])
    let end = try host.engine.finish(two.number, user: "testo", digest: digest, unreadable: 0)
    #expect(end.screening.sameAs == 1 && end.gone == 0 && end.screening.alerts == 2)
    let three = try host.list("XX1", [second])
    #expect(
      try host.engine.finish(three.number, user: "testo", digest: digest, unreadable: 0).gone == 1)
    #expect(throws: HubError.unknown(what: "list", number: 3)) {
      try host.engine.finish(3, user: "other", digest: digest, unreadable: 0)
    }
    try host.engine.emptyLog()
    for name in ["AB1234567", "Personovic"] {
      #expect(try !host.raw("alerts.db").contains(name))
    }
  }

  @Test(
    "Decoys with one number hide no report of it, and an answer is bounded, with a date of birth or without"
  )
  func decoys() throws {
    let host = try AlertHost()
    var told = (1...300).map { number in
      Told.entry(
        "fr", UInt64(number),
        Told.record("document", "f\(number)", #""documentType":"P","number":"AB1","state":"lost""#))
    }
    told.append(
      Told.entry(
        "nl", 1,
        Told.record("document", "d1", #""documentType":"P","number":"AB1","usedBy":["nl:s1"]"#)))
    told.append(Told.entry("nl", 2, ScreeningTests.suspect))
    try host.tell(told)
    for birth in ["1950", nil] {
      let found = try result(
        host, ScreeningTests.passenger("Somebody Else", birth, document: "AB1"))
      #expect(found.hits.count == HubLimits.hitsOfPassenger && found.band == .alert)
      #expect(found.notes.contains { $0.contains("more hits are not shown") })
    }
  }

  @Test("The namesake of a million: the answer says that more may be meant")
  func namesake() throws {
    let host = try AlertHost()
    try host.tell(
      (1...120).map {
        Told.entry("nl", $0, Told.person("s\($0)", "Testo Personovic", more: AlertHost.acting))
      })
    let found = try result(host, ScreeningTests.passenger("Testo Personovic"))
    #expect(found.hits.count == HubLimits.hitsOfPassenger)
    #expect(found.band == .review)
    #expect(found.notes.contains { $0.contains("more persons may fit") })
  }
}
