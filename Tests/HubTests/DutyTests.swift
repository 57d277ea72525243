import Foundation
import HubInterface
import Testing
import Varlink

@testable import Hub

/// A hub with its threads, asked by several users.
final class DutyHost {
  let hub: HubWithoutSocket
  private let tables: TestStorage
  private var told: UInt64 = 0

  init(users: String? = nil, duty: String = "") throws {
    tables = try TestStorage(writes: false)
    hub = try HubWithoutSocket(
      folder: tables.folder, database: tables.url, users: users, duty: duty)
    try hub.tell("nl/1", first: told, [])
    try hub.settleAlerts()
  }

  func tell(_ records: [String]) throws {
    try hub.tell("nl/1", first: told, records.map { Array($0.utf8) })
    told += UInt64(records.count)
    try hub.settleAlerts()
  }

  func forget(_ place: UInt64) throws {
    try hub.forget("nl/1", first: place, count: 1)
    try hub.settleAlerts()
  }

  func ask<Reply: Decodable>(
    _ method: String, _ parameters: some Encodable, as user: String = "testo", _ type: Reply.Type
  ) throws -> Reply {
    let answer = hub.ask(
      VarlinkCall.encode("\(HubInterface.name).\(method)", parameters), as: user)
    return try VarlinkAnswer<HubError>(message: Array(answer.dropLast())).decode(Reply.self)
      .parameters
  }

  func alerts(_ request: AlertsRequest = AlertsRequest(), as user: String = "testo") throws
    -> AlertsReply
  {
    try ask("Alerts", request, as: user, AlertsReply.self)
  }

  func consultations() throws -> [Consultation] {
    try ask(
      "Consultations", ConsultationsRequest(look: DutyHost.look, limit: 100),
      as: "auditor", ConsultationsReply.self
    ).consultations
  }

  static let look = Look(purpose: "ct", reason: "a test")
  static let person = Told.person(
    "p1", "Testo Personovic", born: "1987-03-02",
    more:
      #","warning":["armed"],"onHit":{"action":"arrest","contact":{"phone":"+31000000000","hours":"24/7"}}"#
  )
}

@Suite("What a desk on duty asks and is answered")
struct DutyTests {
  private static let users = "testo ct\nother ct border\nstranger border\nauditor ct audit\nidle"

  @Test(
    "HUB-79, HUB-84: an alert is shown with its record, source and instruction, and that is a look of its purpose"
  )
  func shown() throws {
    let host = try DutyHost(users: DutyTests.users)
    let watch = try host.ask(
      "AddWatch", AddWatchRequest(look: DutyHost.look, name: "Testo Personovic", birth: "1987"),
      WatchReply.self)
    #expect(watch.fits.isEmpty && watch.watch.state == "active" && watch.account.consultation > 0)
    try host.tell([DutyHost.person])
    let reply = try host.alerts()
    let alert = try #require(reply.alerts.first)
    #expect(alert.band == "alert" && alert.found?.ref == "nl:p1" && alert.grade == "B2")
    #expect(alert.action == "arrest" && alert.contact?.phone == "+31000000000")
    #expect(alert.warnings == ["armed"] && alert.handling == ["H0"] && !alert.explanation.isEmpty)
    let look = try #require(try host.consultations().first { $0.verb == "alerts" })
    #expect(look.returned == ["nl/1/0"] && look.user == "testo" && look.purpose == "ct")
    // Nobody who may not look for its purpose is told of it, and nothing shown is no look.
    let nothing = try host.alerts(as: "stranger")
    #expect(nothing.alerts.isEmpty && nothing.account.consultation == 0)
    #expect(throws: HubError.unknown(what: "alert", number: 1)) {
      try host.alerts(AlertsRequest(alert: 1), as: "stranger")
    }
    #expect(throws: HubError.self) { try host.alerts(as: "idle") }
    #expect(
      try host.ask("Watches", NoParameters(), as: "stranger", WatchesReply.self).watches == [])
    // A retraction tells the number, and nothing of the record.
    try host.forget(0)
    let gone = try #require(try host.alerts(AlertsRequest(alert: 1)).alerts.first)
    #expect(
      gone.state == "retracted" && gone.found == nil
        && gone.explanation.allSatisfy { $0.right.isEmpty })
    #expect(gone.sentence.isEmpty && gone.action == nil && gone.why?.contains("gone") == true)
  }

  @Test("HUB-84: events are waited for, and an event that is not there is answered at once")
  func waits() throws {
    let host = try DutyHost()
    _ = try host.ask(
      "AddWatch", AddWatchRequest(look: DutyHost.look, name: "Testo Personovic"), WatchReply.self
    )
    let begun = ContinuousClock.now
    let empty = try host.alerts(AlertsRequest(after: 0, wait: 1))
    #expect(empty.events.isEmpty && ContinuousClock.now - begun >= .seconds(1))
    try host.tell([DutyHost.person])
    let news = try host.alerts(AlertsRequest(after: empty.next, wait: 60))
    #expect(news.events.map(\.kind) == ["raised"])
    let last = try host.alerts(AlertsRequest(after: 1_000, wait: 60))
    #expect(last.events.isEmpty && last.next == news.next)
  }

  @Test("HUB-82: taking, closing in pairs and handing over are looks of both")
  func handled() throws {
    let host = try DutyHost(users: DutyTests.users, duty: "two-persons close exclude")
    _ = try host.ask(
      "AddWatch", AddWatchRequest(look: DutyHost.look, name: "Testo Personovic"), WatchReply.self
    )
    try host.tell([DutyHost.person])
    func change(_ change: String, as user: String, outcome: String? = nil) throws -> String {
      try host.ask(
        "ChangeAlerts",
        ChangeAlertsRequest(alerts: [1], change: change, outcome: outcome, reason: "a test"),
        as: user, ChangeAlertsReply.self
      ).alerts.map(\.state).joined()
    }
    #expect(throws: HubError.self) { try change("take", as: "stranger") }
    #expect(try change("take", as: "testo") == "taken")
    let offer = try host.ask(
      "OfferHandOver", OfferHandOverRequest(to: "other", reason: "end of shift"),
      OfferHandOverReply.self)
    #expect(offer.handOver.alerts == [1])
    _ = try host.ask(
      "AcceptHandOver", AcceptHandOverRequest(number: 1), as: "other", AcceptHandOverReply.self)
    #expect(throws: HubError.self) { try change("close", as: "other", outcome: "maybe") }
    #expect(try change("close", as: "other", outcome: "false") == "closing")
    #expect(throws: HubError.self) { try change("confirm", as: "other") }
    #expect(try change("confirm", as: "testo") == "closed")
    let verbs = try host.consultations().map { "\($0.user) \($0.verb)" }
    #expect(
      Set(verbs).isSuperset(of: [
        "testo hand-over", "other accept", "other alert close", "testo alert confirm",
      ]))
  }

  @Test(
    "A watch that could never tell anybody anything is refused, with what to do",
    arguments: [
      AddWatchRequest(look: DutyHost.look),
      AddWatchRequest(look: DutyHost.look, name: "1234"),
      AddWatchRequest(look: DutyHost.look, name: "Testo", birth: "yesterday"),
      AddWatchRequest(look: DutyHost.look, name: "Testo", nationality: "Nowhere"),
      AddWatchRequest(look: DutyHost.look, birth: "1987"),
      AddWatchRequest(look: DutyHost.look, name: "Testo", threshold: "alert"),
      AddWatchRequest(look: DutyHost.look, name: "Testo", threshold: "loud"),
      AddWatchRequest(look: DutyHost.look, name: "Testo", until: "2001-01-01"),
      AddWatchRequest(look: DutyHost.look, name: "Testo", until: "2999-01-01"),
      AddWatchRequest(look: DutyHost.look, phone: "ring me"),
      AddWatchRequest(look: DutyHost.look, document: "---"),
      AddWatchRequest(look: DutyHost.look, name: String(repeating: "Testo ", count: 200)),
      AddWatchRequest(look: Look(purpose: "ct"), name: "Testo"),
    ])
  func refused(request: AddWatchRequest) throws {
    let host = try DutyHost()
    #expect(throws: HubError.self) {
      try host.ask("AddWatch", request, WatchReply.self)
    }
    #expect(try host.ask("Watches", NoParameters(), WatchesReply.self).watches == [])
  }

  @Test("HUB-85: a hook gets each event until it confirms it, in order; another user's is not its")
  func hooks() throws {
    let host = try DutyHost(users: DutyTests.users)
    func next(_ user: String = "testo") throws -> AlertEvent? {
      try host.ask("HookEvent", HookEventRequest(hook: "siren"), as: user, HookEventReply.self)
        .event
    }
    #expect(try next() == nil)
    _ = try host.ask(
      "AddWatch", AddWatchRequest(look: DutyHost.look, name: "Testo Personovic"), WatchReply.self
    )
    try host.tell([DutyHost.person])
    let first = try #require(try next())
    #expect(first.kind == "raised" && first.alert?.found?.ref == "nl:p1")
    #expect(try next()?.event == first.event)
    #expect(throws: HubError.self) { try next("other") }
    _ = try host.ask(
      "HookFailed", HookFailedRequest(hook: "siren", event: first.event, reason: "no siren"),
      NoParameters.self)
    let status = try host.ask("Status", NoParameters(), StatusReply.self)
    #expect(status.warnings.contains { $0.contains("siren") && $0.contains("no siren") })
    #expect(
      status.watches == 1 && status.alerts == 1 && status.untaken == 1 && status.alertsBehind == 0)
    _ = try host.ask(
      "HookDone", HookDoneRequest(hook: "siren", event: first.event), NoParameters.self)
    #expect(try next() == nil)
    #expect(
      try !host.ask("Status", NoParameters(), StatusReply.self).warnings.contains {
        $0.contains("siren")
      })
  }

  @Test("Hooks are as many as a house has, and no more")
  func hookNames() throws {
    let host = try DutyHost()
    for number in 0..<HubLimits.hooks {
      _ = try host.ask(
        "HookEvent", HookEventRequest(hook: "h\(number)"), HookEventReply.self)
    }
    #expect(throws: HubError.self) {
      try host.ask("HookEvent", HookEventRequest(hook: "one-more"), HookEventReply.self)
    }
    _ = try host.ask("HookEvent", HookEventRequest(hook: "h0"), HookEventReply.self)
  }

  @Test(
    "HUB-96: each line of a list is answered, in its order, by two threads and in parts; who may not see it sees a count"
  )
  func lists() throws {
    let host = try DutyHost(users: DutyTests.users)
    try host.tell([DutyHost.person])
    let passengers = (0..<200).map { line in
      ScreenPassenger(
        line: line, name: line == 150 ? "PERSANOVIC TESTO" : "ANDERSON OTHERMAN \(line)",
        birth: "1987-03-02")
    }
    let reply = try host.ask(
      "Screen", ScreenRequest(look: DutyHost.look, flight: "xx1", passengers: passengers),
      ScreenReply.self)
    #expect(reply.results.map(\.line) == Array(0..<200))
    #expect(reply.results.filter { $0.result != "clear" }.map(\.line) == [150])
    #expect(reply.results[150].hits.first?.action == "arrest")
    let hidden = try host.ask(
      "Screen",
      ScreenRequest(
        look: Look(purpose: "border", reason: "a test"), passengers: [passengers[150]]),
      as: "stranger", ScreenReply.self)
    #expect(hidden.results.map(\.result) == ["clear"] && hidden.account.hidden == 1)
    // A list is of who began it.
    #expect(throws: HubError.unknown(what: "list", number: reply.list)) {
      try host.ask(
        "Screen", ScreenRequest(look: DutyHost.look, list: reply.list, passengers: []),
        as: "other", ScreenReply.self)
    }
    #expect(throws: HubError.self) {
      try host.ask(
        "Screen",
        ScreenRequest(look: DutyHost.look, passengers: passengers + passengers), ScreenReply.self)
    }
    let look = try #require(
      try host.consultations().first { $0.verb == "screen" && $0.user == "testo" })
    #expect(look.returned == ["nl/1/0"] && !look.asked.contains("OTHERMAN"))
  }

  @Test("duty.conf: what is not understood is named with its line")
  func configuration() throws {
    let duty = try Duty(parsing: "# a house\nescalate 15\ntwo-persons exclude # both\n\n")
    #expect(duty.escalateMinutes == 15 && duty.excludesInPairs && !duty.closesInPairs)
    for text in [
      "escalate", "escalate 0", "escalate soon", "two-persons", "two-persons all", "x y",
    ] {
      #expect(throws: HubError.self) { try Duty(parsing: text) }
    }
  }
}
