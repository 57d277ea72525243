import Foundation
import HubInterface
import Testing
import Varlink

@testable import liaison

@Suite("liaison alerts and alert, as a duty officer reads them at four in the morning")
struct AlertTests {
  /// Answers each method with the reply of that name.
  private func run(
    _ words: [String], _ replies: [String: any Encodable & Sendable]
  ) throws -> (ToolProcess.Result, [FakeHub.Call]) {
    let hub = try FakeHub { call in
      let method = String(call.method.split(separator: ".").last ?? "")
      guard let reply = replies[method] else { throw CancellationError() }
      return VarlinkReply.encode(reply)
    }
    defer { hub.stop() }
    return (try ToolProcess.run(words + ["--hub", hub.folder]), hub.calls)
  }

  private let none = HandOversReply(handOvers: [])

  @Test(
    "Band, then what to beware of, what to do, whom to call, who, why, from whom, and what to type")
  func text() throws {
    let (result, calls) = try run(
      ["alerts"], ["Alerts": Made.alerts([Made.alert()]), "HandOvers": none])
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    #expect(
      try calls[0].parameters(AlertsRequest.self) == AlertsRequest())
    let lines = result.lines.map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(lines.prefix(2) == ["1 stands: 1 nobody took (1 ALERT), 0 taken", "NOBODY TOOK"])
    #expect(lines[2].hasPrefix("ALERT 7  nobody took it, raised 2015-12-13 09:46 UTC, "))
    #expect(
      lines.dropFirst(3).prefix(8) == [
        "!! WARNING: ARMED", "do    ARREST",
        "call  +32 2 000 00 00, day and night, reference X-117",
        "who   Test Person (person nl:x-1)", "why   0.91, watch 3: The names are alike.",
        "from  grade B2; suspect; born 1987-03-02; by nl on 2015-12-13, entry nl/1/17",
        "!! H2: not to be passed on without consent of nl", "take  liaison alert take 7",
      ], "\(result.output)")
    #expect(result.output.contains("look 17 recorded for "))
  }

  @Test("What nobody took comes first, alerts before reviews, the newest first")
  func order() throws {
    let alerts = [
      Made.alert(1, state: "taken"), Made.alert(2, band: "review", raisedAt: 1_460_000_000_000),
      Made.alert(3, raisedAt: 1_440_000_000_000), Made.alert(4, raisedAt: 1_450_000_000_000),
      Made.alert(5, state: "closing"),
    ]
    let (result, calls) = try run(
      ["alerts", "--all", "--limit", "9"], ["Alerts": Made.alerts(alerts), "HandOvers": none])
    let order = result.lines.filter { $0.hasPrefix("ALERT ") || $0.hasPrefix("review ") }
      .compactMap { $0.split(separator: " ").dropFirst().first }
    #expect(order == ["4", "3", "2", "1", "5"], "\(result.output)")
    #expect(result.output.hasPrefix("5 stand: 3 nobody took (2 ALERT), 2 taken\n"))
    for part in [
      "TAKEN", "taken by a-user, raised", "liaison alert close 1 --true|--false --reason",
      "and a second person has to agree: another face", "liaison alert confirm 5",
    ] {
      let text = result.lines.map { $0.trimmingCharacters(in: .whitespaces) }
      #expect(text.joined(separator: " ").contains(part), "\(part): \(result.output)")
    }
    #expect(try calls[0].parameters(AlertsRequest.self) == AlertsRequest(all: true, limit: 9))
    let (json, _) = try run(["alerts", "--json"], ["Alerts": Made.alerts(alerts)])
    #expect(
      json.lines.compactMap { $0.firstMatch(of: /"alert":(\d)/)?.1 } == ["4", "3", "2", "1", "5"])
  }

  @Test("Nothing stands: no look was taken, and a hub that lacks records says so")
  func nothing() throws {
    let (result, _) = try run(
      ["alerts"], ["Alerts": Made.alerts(complete: false), "HandOvers": none])
    #expect(result.status == 0 && result.output.hasPrefix("no alerts stand\n"))
    #expect(result.output.contains("NOT COMPLETE") && !result.output.contains("look 17"))
  }

  @Test("A full page may not be all; an alert whose record is gone was no look")
  func pages() throws {
    let alerts = [Made.alert(1, found: nil), Made.alert(2, state: "closed", found: nil)]
    let (result, _) = try run(
      ["alerts", "--limit", "2"], ["Alerts": Made.alerts(alerts), "HandOvers": none])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("THIS MAY NOT BE ALL") && !result.output.contains("look 17"))
    #expect(result.output.contains("gone  its record is not shown any more"))
    #expect(!result.output.contains("has to be looked at again"))
    let (json, _) = try run(["alerts", "--limit", "2", "--json"], ["Alerts": Made.alerts(alerts)])
    #expect(json.lines.count == 2 && json.errors.contains("THIS MAY NOT BE ALL"))
    let (all, _) = try run(["alerts"], ["Alerts": Made.alerts(alerts), "HandOvers": none])
    #expect(!all.output.contains("THIS MAY NOT BE ALL"))
  }

  @Test("What waits to be accepted is shown with the alerts")
  func offers() throws {
    let offers = HandOversReply(handOvers: [
      Made.handOver(), Made.handOver(3, acceptedAt: 1_450_000_000_000),
    ])
    let (result, _) = try run(
      ["alerts"], ["Alerts": Made.alerts([Made.alert()]), "HandOvers": offers])
    let text = result.output.replacing("\n", with: " ")
    #expect(
      text.contains(
        "hand-over 4 from a-user to b-user, alerts 7, 8: end of shift; it waits for b-user"))
    #expect(
      HandOverText.offers(offers.handOvers, to: "b-user").replacing("\n", with: " ").contains(
        "end of shift; liaison alert accept 4"))
    #expect(!text.contains("hand-over 3"))
    let (list, _) = try run(["alert", "hand-overs"], ["HandOvers": offers])
    #expect(list.output.contains("not yet") && list.output.contains("end of shift"))
  }

  @Test("One JSON object an alert, the record in its exact bytes; of a retracted one there is none")
  func json() throws {
    let alerts = [Made.alert(), Made.alert(8, state: "retracted", found: nil)]
    let (result, _) = try run(["alerts", "--json"], ["Alerts": Made.alerts(alerts)])
    #expect(result.status == 0 && result.lines.count == 2, "\(result.errors)")
    #expect(result.lines[0].contains(#""record":\#(Made.suspect)"#))
    #expect(result.errors.contains("look 17 recorded for "))
    let values = try result.lines.map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
    }
    let first = values[0]
    #expect(first["alert"] as? Int == 7 && first["watch"] as? Int == 3)
    #expect(first["entry"] as? String == "nl/1/17" && first["ref"] as? String == "nl:x-1")
    #expect(first["band"] as? String == "alert" && first["score"] as? Double == 0.914)
    #expect((first["explanation"] as? [Any])?.count == 2)
    #expect(first["state"] as? String == "raised" && first["grade"] as? String == "B2")
    #expect(first["warnings"] as? [String] == ["armed"] && first["action"] as? String == "arrest")
    #expect((first["contact"] as? [String: String])?["reference"] == "X-117")
    #expect(first["event"] == nil && first["raisedAt"] as? Int == 1_450_000_000_000)
    let gone = values[1]
    #expect(gone["alert"] as? Int == 8 && gone["why"] as? String == "the record was withdrawn")
    for name in ["entry", "record", "ref"] { #expect(gone[name] == nil) }
    #expect(gone["takenBy"] as? String == "a-user")
  }

  @Test(
    "One alert in full: its rows and its record; of a retracted one why, and nothing of the record")
  func show() throws {
    let (result, calls) = try run(
      ["alert", "show", "7"], ["Alerts": Made.alerts([Made.alert()])])
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      try calls[0].parameters(AlertsRequest.self) == AlertsRequest(alert: 7, all: true))
    for part in ["WATCH", "MAT-21", "+0.22", "warning               armed", "purpose"] {
      #expect(result.output.contains(part), "\(part): \(result.output)")
    }
    let (gone, _) = try run(
      ["alert", "show", "8"],
      ["Alerts": Made.alerts([Made.alert(8, state: "retracted", found: nil)])])
    for part in [
      "ALERT 8  RETRACTED, which a-user took: the record was withdrawn",
      "has to be looked at again",
    ] {
      #expect(gone.output.contains(part), "\(part): \(gone.output)")
    }
    #expect(!gone.output.contains("nl:x-1"))
    let (json, _) = try run(
      ["alert", "show", "7", "--json"], ["Alerts": Made.alerts([Made.alert()])])
    #expect(json.lines.count == 1 && json.output.contains(#""record":\#(Made.suspect)"#))
    let (absent, _) = try run(["alert", "show", "9"], ["Alerts": Made.alerts()])
    #expect(absent.status == 65 && absent.errors.contains("There is no alert 9."))
  }

  @Test("A record that asks for no action says so; one that names nobody says whom to ask")
  func actions() {
    var alert = Made.alert(band: "review")
    alert.action = nil
    alert.contact = nil
    alert.warnings = []
    let text = AlertText(alert).block(now: 1_450_000_600_000)
    #expect(text.contains("review 7  nobody took it, raised 2015-12-13 09:46 UTC, 10 min ago"))
    #expect(text.contains("do    nothing that would be noticed") && !text.contains("call  "))
    // The record says what the hub leaves out.
    #expect(text.contains("!! WARNING: armed"))
    // H0 restricts nothing; a code that the record does not explain is shown as it is.
    alert.found = Made.found(
      "nl:x-1", Made.suspect.replacing(#""handling":["H2"],"#, with: ""), marks: [])
    alert.handling = ["H0"]
    #expect(!AlertText(alert).block(now: 0).contains("handling"))
    alert.handling = ["H0", "H9"]
    #expect(AlertText(alert).block(now: 0).contains("!! handling H9\n"))
    alert.action = "discreet"
    alert.escalated = true
    let called = AlertText(alert).block(now: 0)
    #expect(called.contains("call  the record names nobody: ask its author, nl"))
    #expect(called.contains("NOBODY TOOK IT IN TIME"))
    alert.action = nil
    alert.found = Made.found(
      "be:d-1", #"{"type":"document","number":"AB1","state":"stolen","grade":"A1"}"#,
      type: "document")
    #expect(
      AlertText(alert).block(now: 0).contains("do    CHECK THE DOCUMENT: it is reported as stolen"))
    alert.action = "something new"
    #expect(AlertText(alert).block(now: 0).contains("do    something new"))
  }

  // MARK: - Changes

  @Test(
    "Each verb is its change",
    arguments: [
      (["take", "7", "8", "7"], "take", nil, nil), (["release", "7", "8"], "release", nil, nil),
      (["confirm", "7", "8"], "confirm", nil, nil),
      (["reopen", "7", "8", "--reason", "r"], "reopen", nil, "r"),
      (["close", "7", "8", "--false", "--reason", "r"], "close", "false", "r"),
      (["close", "7", "8", "--true", "--reason", "r"], "close", "true", "r"),
    ] as [([String], String, String?, String?)])
  func changes(
    _ words: [String], _ change: String, _ outcome: String?, _ reason: String?
  ) throws {
    let reply = ChangeAlertsReply(
      alerts: [
        AlertState(alert: 7, state: "taken", takenBy: "a-user"),
        AlertState(alert: 8, state: "closing"),
      ], account: Made.account())
    let (result, calls) = try run(["alert"] + words, ["ChangeAlerts": reply])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.lines[0] == "alert 7: taken by a-user")
    #expect(result.lines[1].contains("liaison alert confirm 8"))
    #expect(
      try calls[0].parameters(ChangeAlertsRequest.self)
        == ChangeAlertsRequest(alerts: [7, 8], change: change, outcome: outcome, reason: reason))
  }

  @Test(
    "Refused before anything is sent",
    arguments: [
      ["take"], ["take", "x"], ["close", "7", "--reason", "r"], ["close", "7", "--true"],
      ["close", "7", "--true", "--false", "--reason", "r"],
      ["close", "7", "--true", "--reason", " "], ["reopen", "7"], ["hand-over", "7"],
      ["hand-over", "--to", "b-user"], ["accept"], ["accept", "x"], ["show"], ["show", "0"],
    ])
  func usage(_ words: [String]) throws {
    let (result, calls) = try run(["alert"] + words, [:])
    #expect(result.status == 64 && calls.isEmpty, "\(words): \(result.errors)")
  }

  @Test("A shift is handed over in one act, with all that was taken or with some of it")
  func handOver() throws {
    let offered = OfferHandOverReply(handOver: Made.handOver(), account: Made.account())
    let words = ["alert", "hand-over", "--to", "b-user", "--reason", "end of shift"]
    let (all, calls) = try run(words, ["OfferHandOver": offered])
    #expect(
      all.output.hasPrefix("hand-over 4 waits for b-user, alerts 7, 8: liaison alert accept 4\n"))
    #expect(
      try calls[0].parameters(OfferHandOverRequest.self)
        == OfferHandOverRequest(to: "b-user", reason: "end of shift"))
    let (_, some) = try run(words + ["7", "8"], ["OfferHandOver": offered])
    #expect(try some[0].parameters(OfferHandOverRequest.self).alerts == [7, 8])
    let (accepted, asked) = try run(
      ["alert", "accept", "4"],
      ["AcceptHandOver": AcceptHandOverReply(handOver: Made.handOver(), account: Made.account())])
    #expect(accepted.output.contains("yours from now on"))
    #expect(try asked[0].parameters(AcceptHandOverRequest.self).number == 4)
  }

  @Test("What the hub does not know is named")
  func unknown() throws {
    let hub = try FakeHub { _ in
      let error = HubError.unknown(what: "alert", number: 9)
      return VarlinkReply.encode(error: error.varlinkName, error.parameters)
    }
    defer { hub.stop() }
    let result = try ToolProcess.run(["alert", "take", "9", "--hub", hub.folder])
    #expect(result.status == 65 && result.errors.contains("There is no alert 9."))
  }

  @Test("Nothing of a hostile record or reason reaches the terminal as it is")
  func hostile() throws {
    let evil = "\u{1b}[2Jx\u{202e}gpj\r\n!! fake"
    let record = #"{"type":"person","name":[{"full":\#(VarlinkJSON.text(evil))}]}"#
    var alert = Made.alert(found: Made.found(evil, record, type: evil, marks: [evil]))
    alert.sentence = evil
    alert.warnings = [evil]
    alert.action = evil
    alert.contact = Contact(phone: evil, hours: evil, reference: evil)
    alert.own = evil
    alert.watch = nil
    var closed = alert
    closed.state = evil
    closed.closeReason = evil
    closed.closedBy = evil
    var gone = Made.alert(9, state: "retracted", found: nil)
    gone.why = evil
    gone.takenBy = evil
    let (result, _) = try run(
      ["alerts", "--all"], ["Alerts": Made.alerts([alert, closed, gone]), "HandOvers": none])
    #expect(result.status == 0, "\(result.errors)")
    let obeyed = result.output.unicodeScalars.filter { scalar in
      scalar != "\n" && (scalar.value < 0x20 || scalar.value == 0x7f || scalar == "\u{202e}")
    }
    #expect(obeyed.isEmpty)
    #expect(!result.lines.contains { $0.hasPrefix("!! fake") })
  }
}
