import Foundation
import HubInterface
import Log
import Records
import Testing

@testable import Hub
@testable import SQL

@Suite("Watches become alerts, each reason once")
struct AlertTests {
  private static let person = Told.person(
    "p1", "Testo Personovic", born: "1987-03-02", more: AlertHost.acting)

  @Test("HUB-72, HUB-77: a record that fits a watch is raised, with its band, score and rows")
  func raised() throws {
    let host = try AlertHost()
    let fits = try host.watch("Testo Persanovic", birth: "1987")
    #expect(fits.alerts == [])
    try host.tell([Told.entry("nl", 1, AlertTests.person)])
    let row = try #require(try host.rows.first)
    #expect(try host.rows.count == 1)
    #expect(row.state == .raised && row.band == .alert && row.subject == "nl:p1")
    #expect(row.points >= 7_000 && row.entry == "nl/1/1" && row.watch == fits.watch.id)
    #expect(row.explanation.contains("Personovic"))
    #expect(try host.news() == [.raised])
    // Told again, and after a restart, nothing is new.
    try host.tell([Told.entry("nl", 1, AlertTests.person)])
    try host.restart()
    try host.settle()
    #expect(try host.news() == [.raised])
  }

  @Test(
    "A step that has to pause ends behind the record that it looked at, and nothing is left out")
  func paused() throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic", birth: "1987")
    try host.facts.tell(
      (1...5).map { number in
        Told.entry(
          "nl", number,
          Told.person("p\(number)", "Testo Personovic", born: "1987-03-02", more: AlertHost.acting))
      })
    host.mustPause = { true }
    for count in 1...5 {
      try host.settle(steps: 1)
      #expect(try host.rows.count == count)
      // As after a kill.
      try host.restart()
    }
    try host.settle()
    #expect(try host.news() == Array(repeating: .raised, count: 5))
  }

  @Test(
    "HUB-78: another version with the same reason updates its alert, loudly where there is another thing to do"
  )
  func versions() throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic", birth: "1987")
    try host.tell([Told.entry("nl", 1, AlertTests.person)])
    try host.tell([
      Told.entry(
        "nl", 2,
        Told.person(
          "p1", "Testo Personovic", born: "1987-03-02",
          more: AlertHost.acting + #","notes":"seen again""#))
    ])
    #expect(try host.rows.map(\.entry) == ["nl/1/2"])
    #expect(try host.news() == [.raised])
    _ = try host.engine.close([1], AlertHost.actor, outcome: false, reason: "another")
    try host.tell([
      Told.entry(
        "nl", 3,
        Told.person(
          "p1", "Testo Personovic", born: "1987-03-02",
          more: #","onHit":{"action":"protect","contact":{"phone":"+31000000000"}}"#))
    ])
    #expect(try host.rows.map(\.state) == [.raised])
    #expect(try host.news() == [.raised, .closed, .changed])
    // Another date is another reason: the first is retracted and names the one that goes on.
    try host.tell([
      Told.entry(
        "nl", 4, Told.person("p1", "Testo Personovic", born: "1988", more: AlertHost.acting))
    ])
    let rows = try host.rows
    #expect(rows.map(\.state) == [.retracted, .raised])
    #expect(rows[0].why?.contains("alert 2") == true)
  }

  @Test("HUB-79: a withdrawal retracts, and no word of the record stays in the file")
  func withdrawn() throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Persanovic", birth: "1987")
    try host.tell([Told.entry("nl", 1, AlertTests.person)])
    _ = try host.engine.take([1], AlertHost.actor)
    try host.tell([Told.gone("nl", 1)])
    let row = try #require(try host.rows.first)
    #expect(row.state == .retracted && row.taken == "testo" && row.sentence == "")
    #expect(try host.news() == [.raised, .taken, .retracted])
    try host.engine.emptyLog()
    let names = try FileManager.default.contentsOfDirectory(atPath: host.facts.folder)
    for name in names where name.hasPrefix("alerts.db") {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: host.facts.folder + "/" + name))
      #expect(bytes.range(of: Data("Personovic".utf8)) == nil, "\(name)")
    }
    // It may come back: then it is told again, once.
    try host.tell([Told.entry("nl", 1, AlertTests.person)])
    #expect(try host.news().last == .again)
    #expect(try host.rows.map(\.state) == [.raised])
  }

  @Test("HUB-71: a rebuild raises nothing, and retracts what is not there any more")
  func rebuild() throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic", birth: "1987")
    let other = Told.entry("fr", 1, Told.person("f1", "Testo Personovic", born: "1987"))
    try host.tell([Told.entry("nl", 1, AlertTests.person), other])
    let before = try host.news()
    try host.rebuild([
      Told.entry("nl", 1, AlertTests.person), other,
    ])
    #expect(try host.news() == before)
    try host.rebuild([other])
    #expect(try host.news() == before + [.retracted])
    #expect(try host.standing.map(\.subject) == ["fr:f1"])
  }

  @Test("HUB-76: a new watch lists what fits already, and raises nothing of it later")
  func listed() throws {
    let host = try AlertHost()
    try host.tell([Told.entry("nl", 1, AlertTests.person)])
    let fits = try host.watch("Testo Personovic", birth: "1987")
    #expect(fits.alerts.map(\.subject) == ["nl:p1"])
    #expect(fits.alerts.map(\.state) == [.listed])
    try host.tell([
      Told.entry(
        "nl", 2,
        Told.person(
          "p1", "Testo Personovic", born: "1987-03-02",
          more: AlertHost.acting + #","notes":"again""#))
    ])
    #expect(try host.news() == [])
    try host.tell([Told.entry("nl", 3, Told.person("p2", "Testo Personovic", born: "1987"))])
    #expect(try host.news() == [.raised])
    // A pause is silent; what came in it is listed when it goes on.
    _ = try host.engine.change(1, "pause", by: "testo", isOperator: false)
    #expect(try host.standing.isEmpty)
    try host.tell([Told.entry("nl", 4, Told.person("p3", "Testo Personovic", born: "1987"))])
    let again = try host.engine.change(1, "resume", by: "testo", isOperator: false)
    #expect(Set(again.alerts.map(\.subject)) == ["nl:p1", "nl:p2", "nl:p3"])
    #expect(again.alerts.allSatisfy { $0.state == .listed })
  }

  @Test("Numbers: a document, one of a range, a telephone with and without its country")
  func numbers() throws {
    let host = try AlertHost()
    _ = try host.watch(document: "AB 1234567")
    _ = try host.watch(phone: "+31 6 12345678")
    try host.tell([
      Told.entry(
        "nl", 1,
        Told.record(
          "document", "d1",
          #""documentType":"P","number":"AB1234567","country":"nl","state":"stolen""#)),
      Told.entry(
        "nl", 2,
        Told.record(
          "document", "d2",
          #""documentType":"P","range":{"from":"AB1234000","to":"AB1235000"},"state":"stolen-blank""#
        )),
      Told.entry("nl", 3, Told.record("identifier", "i1", #""kind":"phone","value":"0612345678""#)),
      Told.entry("nl", 4, Told.record("identifier", "i2", #""kind":"phone","value":"0612345679""#)),
      Told.entry(
        "nl", 5, Told.record("document", "d3", #""documentType":"P","number":"AB1234568""#)),
    ])
    let rows = try host.rows
    #expect(rows.map(\.subject) == ["nl:d1", "nl:d2", "nl:i1"])
    #expect(rows.map(\.band) == [.alert, .alert, .review])
  }

  @Test("HUB-74: a watch sees records of its purpose alone; a threshold keeps reviews away")
  func purposes() throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic", birth: "1987", purpose: .border)
    _ = try host.watch("Testo Personovic", birth: "1987", threshold: .alert)
    try host.tell([
      Told.entry("nl", 1, Told.person("p1", "Testo Personovic", born: "1987")),
      Told.entry("nl", 2, Told.person("p2", "Testo Personovic", born: "1987", purpose: "soc")),
    ])
    #expect(try host.rows == [])
    try host.tell([Told.entry("nl", 3, AlertTests.person)])
    #expect(try host.rows.map(\.watch) == [.watch(2)])
  }

  @Test("HUB-77, HUB-14: a victim, a witness and a tip that nobody can grade are no alert by name")
  func bands() throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic", birth: "1987-03-02")
    let all = [
      ("suspect", "B2"), ("victim", "B2"), ("witness", "B2"), ("suspect", "X4"), ("contact", "A1"),
    ]
    for (place, (category, grade)) in all.enumerated() {
      let record = AlertTests.person
        .replacingOccurrences(of: #""category":"suspect""#, with: #""category":"\#(category)""#)
        .replacingOccurrences(of: #""grade":"B2""#, with: #""grade":"\#(grade)""#)
        .replacingOccurrences(of: #""id":"p1""#, with: #""id":"p\#(place)""#)
      try host.tell([Told.entry("nl", UInt64(place + 1), record)])
    }
    #expect(try host.rows.map(\.band) == [.alert, .review, .review, .review, .review])
    // A record with a `must` field that is not understood raises nothing.
    try host.tell([
      Told.entry(
        "nl", 9, Told.person("p9", "Testo Personovic", born: "1987", more: #","must":["newField"]"#)
      )
    ])
    #expect(try host.rows.count == 5)
  }

  @Test(
    "A booked trip of a watched person is told, whichever comes first", arguments: [true, false])
  func trips(personFirst: Bool) throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic", birth: "1987")
    let trip = Told.entry(
      "fr", 1,
      Told.record(
        "trip", "t1",
        #""person":["nl:p1"],"legs":[{"mode":"air","service":"XX123","from":"AMS","to":"IST","depart":"2026-01-05","status":"booked"}]"#
      ))
    let person = Told.entry("nl", 1, AlertTests.person)
    for change in personFirst ? [person, trip] : [trip, person] { try host.tell([change]) }
    #expect(Set(try host.standing.map(\.subject)) == ["nl:p1", "fr:t1"])
    #expect(try host.standing.allSatisfy { $0.band == .alert })
    #expect(try host.rows.first { $0.subject == "fr:t1" }?.sentence.contains("XX123") == true)
    // Without the person nobody is watched for.
    try host.tell([Told.gone("nl", 1)])
    #expect(try host.standing == [])
    // One that was over when it was published is no warning.
    try host.tell([
      person,
      Told.entry(
        "fr", 2,
        Told.record(
          "trip", "t2",
          #""person":["nl:p1"],"legs":[{"mode":"air","service":"XX9","depart":"2015-01-05","status":"booked"}]"#
        )),
    ])
    #expect(Set(try host.standing.map(\.subject)) == ["nl:p1", "fr:t1"])
  }

  @Test("Somebody who is named in a trip without a record is compared, too")
  func inline() throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic")
    let trip =
      #""person":[{"name":"Personovic, Testo","birthDate":"1987-03-02"}],"legs":[{"mode":"air","service":"XX123","depart":"2026-01-05","status":"planned"}]"#
    try host.tell([Told.entry("fr", 1, Told.record("trip", "t1", trip))])
    #expect(try host.standing.map(\.subject) == ["fr:t1"])
    // The same holds when the watch is new.
    #expect(try host.watch("Testo Personovic").alerts.map(\.subject) == ["fr:t1"])
  }

  @Test("HUB-75: a person that this node published is a watch unasked, of others' records alone")
  func own() throws {
    let host = try AlertHost()
    let own = Told.entry("be", 1, Told.person("b1", "Testo Personovic", born: "1987"))
    try host.tell([own])
    try host.tell([Told.entry("be", 2, Told.person("b2", "Testo Personovic", born: "1987"))])
    #expect(try host.rows == [])
    try host.tell([Told.entry("nl", 1, AlertTests.person)])
    #expect(try host.standing.map(\.watch) == [.own("be:b1"), .own("be:b2")])
    // A correction that leaves the folded values raises nothing.
    try host.tell([
      Told.entry(
        "be", 3, Told.person("b1", "testo PERSONOVIC", born: "1987", more: #","notes":"x""#))
    ])
    #expect(try host.news() == [.raised, .raised])
    // A new person lists, and raises nothing; one that is gone retracts.
    try host.tell([Told.entry("be", 4, Told.person("b3", "Testo Personovic", born: "1987"))])
    #expect(try host.rows.last?.state == .listed)
    try host.tell([Told.gone("be", 2)])
    #expect(try host.standing.map(\.watch) == [.own("be:b1")])
    // Judged to be another, it is watched for no more (HUB-83).
    let desk = try Desk(host.storage.desk)
    func judge(_ judgement: String) throws {
      try desk.judge(
        Judgement(
          left: "be:b1", right: "nl:p1", judgement: judgement, reason: "a test", user: "testo",
          time: 1, matcher: 1), explanation: "[]", consultation: 1)
      try host.settle()
    }
    try judge("not-same")
    #expect(try host.standing == [])
    try host.restart()
    try judge("undo")
    #expect(try host.standing.map(\.watch) == [.own("be:b1")])
  }

  @Test("HUB-80: nobody takes an alert at four in the morning: it is escalated, once")
  func escalated() throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic", birth: "1987")
    try host.tell([Told.entry("nl", 1, AlertTests.person)])
    host.now += 9 * 60_000
    host.engine.now = host.now
    #expect(try !host.engine.tick())
    host.engine.now += 60_000
    #expect(try host.engine.tick())
    #expect(try !host.engine.tick())
    #expect(try host.news() == [.raised, .escalated])
  }

  @Test(
    "HUB-81: a watch ends: its owner is warned 30 and 7 days before, once each, and its alerts are retracted"
  )
  func ends() throws {
    let host = try AlertHost()
    let today = host.now / 86_400_000
    _ = try host.watch("Testo Personovic", birth: "1987", until: today + 40)
    try host.tell([Told.entry("nl", 1, AlertTests.person)])
    _ = try host.engine.take([1], AlertHost.actor)
    var days: [Int64] = []
    for day in 0...45 {
      host.engine.now = (today + Int64(day)) * 86_400_000
      if try host.engine.tick() { days.append(Int64(day)) }
      if try host.engine.tick() { Issue.record("twice on day \(day)") }
    }
    #expect(days == [10, 33, 41])
    #expect(try host.news() == [.raised, .taken, .watchEnds, .watchEnds, .retracted, .watchEnds])
    try host.tell([Told.entry("nl", 2, Told.person("p2", "Testo Personovic", born: "1987"))])
    #expect(try host.standing == [])
  }

  @Test("HUB-82: closing as false needs a second person, where the house says so")
  func pairs() throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic", birth: "1987")
    try host.tell([Told.entry("nl", 1, AlertTests.person)])
    host.duty.closesInPairs = true
    try host.settle()
    let row = try host.engine.close([1], AlertHost.actor, outcome: false, reason: "other eyes")
    #expect(row.map(\.state) == [.closing])
    #expect(throws: HubError.self) { try host.engine.confirm([1], AlertHost.actor) }
    #expect(try host.engine.confirm([1], AlertHost.second).map(\.state) == [.closed])
    #expect(throws: HubError.self) { try host.engine.take([1], AlertHost.actor) }
    #expect(
      try host.engine.reopen([1], AlertHost.second, reason: "again").map(\.taken) == ["other"])
    #expect(try host.news() == [.raised, .closing, .closed, .reopened])
  }

  @Test("A hand-over of a shift is one act, signed for by both")
  func shifts() throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic", birth: "1987")
    try host.tell([
      Told.entry("nl", 1, AlertTests.person),
      Told.entry("nl", 2, Told.person("p2", "Testo Personovic", born: "1987")),
    ])
    _ = try host.engine.take([1, 2], AlertHost.actor)
    let offer = try host.engine.offer(nil, AlertHost.actor, to: "other", reason: "end of shift")
    #expect(offer.alerts == [1, 2])
    #expect(throws: HubError.self) { try host.engine.accept(1, AlertHost.actor) }
    _ = try host.engine.close([2], AlertHost.actor, outcome: true, reason: "stopped")
    #expect(try host.engine.accept(1, AlertHost.second).acceptedAt != nil)
    #expect(throws: HubError.self) { try host.engine.accept(1, AlertHost.second) }
    #expect(try host.rows.map(\.taken) == ["other", "testo"])
  }

  @Test("No change of purposes lets anybody do something to an alert that he may not see")
  func strangers() throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic", birth: "1987")
    try host.tell([Told.entry("nl", 1, AlertTests.person)])
    let stranger = AlertEngine.Actor(user: "other", purposes: Purpose.border.bit)
    #expect(throws: HubError.unknown(what: "alert", number: 1)) {
      try host.engine.take([1], stranger)
    }
    #expect(throws: HubError.self) {
      try host.engine.change(1, "remove", by: "other", isOperator: false)
    }
  }

  @Test(
    "A rebuild of facts with fewer changes than at first tells what is new, and takes back what is gone"
  )
  func baseline() throws {
    let host = try AlertHost(
      before: (1...40).map { Told.entry("fr", $0, Told.person("f\($0)", "Anderson Otherman")) }
        + [Told.entry("be", 1, Told.person("b1", "Testo Personovic", born: "1987"))])
    let own = Told.entry("be", 1, Told.person("b1", "Testo Personovic", born: "1987"))
    try host.rebuild([own, Told.entry("nl", 1, AlertTests.person)])
    #expect(try host.standing.map(\.subject) == ["nl:p1"])
    try host.tell([Told.entry("nl", 2, Told.person("p2", "Testo Personovic", born: "1987"))])
    #expect(try host.standing.map(\.subject) == ["nl:p1", "nl:p2"])
    try host.tell([Told.gone("be", 1)])
    #expect(try host.standing == [])
  }

  @Test("All names of a record are compared, not the first ones")
  func aliases() throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic")
    let others = (1...20).map { number in
      #"{"full":"Anderson Otherman\#(String(repeating: "a", count: number))"}"#
    }
    let names = others + [#"{"full":"Testo Personovic"}"#]
    let record = Told.person("p1", "Primo Secondo").replacingOccurrences(
      of: #""name":["#, with: #""name":[\#(names.joined(separator: ",")),"#)
    try host.tell([Told.entry("nl", 1, record)])
    #expect(try host.standing.map(\.subject) == ["nl:p1"])
  }

  @Test("A watch that came later takes no place of one whose alert stands")
  func competition() throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic")
    try host.tell([Told.entry("nl", 1, AlertTests.person)])
    for number in 0..<60 { _ = try host.watch("Testo Personovic", birth: "\(1900 + number)") }
    try host.tell([
      Told.entry(
        "nl", 2,
        Told.person(
          "p1", "Testo Personovic", born: "1987-03-02", more: AlertHost.acting + #","notes":"x""#))
    ])
    #expect(try host.rows.first.map { $0.state == .raised && $0.stands } == true)
  }

  @Test("HUB-76: a correction of an own person does not make a new record an old one")
  func pending() throws {
    let host = try AlertHost()
    try host.tell([Told.entry("be", 1, Told.person("b1", "Testo Personovic", born: "1987"))])
    // Both are there before either is gone through.
    try host.facts.tell([
      Told.entry(
        "be", 2, Told.person("b1", "Testo Personovic", born: "1987", more: #","notes":"x""#))
    ])
    try host.facts.tell([Told.entry("nl", 1, AlertTests.person)])
    try host.settle()
    #expect(try host.rows.map(\.state) == [.raised])
  }

  @Test("Trips that name each other hold nobody up")
  func circles() throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic", birth: "1987")
    func trip(_ id: String, _ persons: String) -> String {
      Told.record(
        "trip", id,
        #""person":[\#(persons)],"legs":[{"service":"XX1","depart":"2026-01-05","status":"booked"}]"#
      )
    }
    try host.tell([
      Told.entry("nl", 1, AlertTests.person),
      Told.entry("fr", 1, trip("t1", #""nl:p1","fr:t2","nl:p1""#)),
      Told.entry("fr", 2, trip("t2", #""fr:t1""#)),
    ])
    #expect(Set(try host.standing.map(\.subject)) == ["nl:p1", "fr:t1"])
    try host.tell([Told.gone("nl", 1)])
    #expect(try host.standing == [])
  }

  @Test("An alerts.db that is older or younger than its facts has them made anew")
  func restored() throws {
    let host = try AlertHost()
    try host.tell([Told.entry("nl", 1, AlertTests.person)])
    let (facts, alerts) = (host.storage.facts, host.storage.alerts)
    #expect(try !AlertCursor.isLost(facts: facts, alerts: alerts))
    _ = try host.facts.writer.apply([], forgetting: 1)
    #expect(try !AlertCursor.isLost(facts: facts, alerts: alerts))
    try host.engine.database.execute("UPDATE meta SET value = '0' WHERE name = 'cursor'")
    #expect(try AlertCursor.isLost(facts: facts, alerts: alerts))
    try host.engine.database.execute("UPDATE meta SET value = '9' WHERE name = 'cursor'")
    #expect(try AlertCursor.isLost(facts: facts, alerts: alerts))
  }
}
