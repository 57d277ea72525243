import CommandLine
import Foundation
import HubInterface
import Synchronization
import Testing
import Varlink

@testable import liaison

@Suite("liaison alerts --follow: each event once, over a hub that goes away")
struct FollowTests {
  /// One answer after another; nil: the hub goes away. After the last the user may look no more,
  /// which ends the program.
  private func hub(_ answers: [AlertsReply?]) throws -> FakeHub {
    let next = Mutex(0)
    return try FakeHub { _ in
      let place = next.withLock { place in
        place += 1
        return place - 1
      }
      guard place < answers.count else {
        let error = HubError.notAllowed(reason: "it is enough", hint: "stop")
        return VarlinkReply.encode(error: error.varlinkName, error.parameters)
      }
      guard let answer = answers[place] else { throw CancellationError() }
      return VarlinkReply.encode(answer)
    }
  }

  private let answers = [
    Made.alerts([Made.alert()], next: 10),
    Made.alerts(
      events: [
        Made.event(11, "raised", Made.alert(8)),
        Made.event(12, "taken", Made.alert(8, state: "taken"), user: "a-user"),
      ], next: 12, complete: false),
    nil,
    Made.alerts(
      events: [
        Made.event(13, "retracted", Made.alert(8, state: "retracted", found: nil)),
        AlertEvent(event: 14, kind: "watch-ends", time: 0, watch: Made.watch()),
      ], next: 14),
  ]

  @Test(
    "What stands, then what happens; a hub that goes away is said once, and asked for what is missing"
  )
  func text() throws {
    let hub = try hub(answers)
    defer { hub.stop() }
    let result = try ToolProcess.run(["alerts", "--follow", "--hub", hub.folder])
    #expect(result.status == 77, "\(result.errors)")
    let requests = try hub.calls.map { try $0.parameters(AlertsRequest.self) }
    #expect(requests.map(\.after) == [nil, 10, 12, 12, 14])
    #expect(requests.map(\.wait) == [nil, 25, 25, 25, 25])
    let parts = [
      "ALERT 7  nobody took it", "2015-12-13 09:46 UTC  new\nALERT 8  nobody took it",
      "2015-12-13 09:46 UTC  ALERT 8 taken by a-user\n",
      "2015-12-13 09:46 UTC  taken back\nALERT 8  RETRACTED, which a-user took: the record was withdrawn",
      "WATCH 3 ENDS on 2099-12-31",
    ]
    var rest = result.output[...]
    for part in parts {
      let found = try #require(rest.range(of: part), "\(part): \(result.output)")
      rest = rest[found.upperBound...]
    }
    #expect(result.output.components(separatedBy: "ALERT 8  nobody").count == 2)
    let said = result.errors.components(separatedBy: "It is asked until it answers again.")
    #expect(said.count == 2, "\(result.errors)")
    #expect(result.errors.contains("the hub answers again"))
    #expect(result.errors.components(separatedBy: "NOT COMPLETE").count == 2)
  }

  @Test("Events as JSON: their number, their kind, and the alert")
  func json() throws {
    let hub = try hub(answers.filter { $0 != nil })
    defer { hub.stop() }
    let result = try ToolProcess.run(["alerts", "--follow", "--json", "--hub", hub.folder])
    #expect(result.status == 77 && result.lines.count == 5, "\(result.errors)")
    let values = try result.lines.map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
    }
    #expect(values.map { $0["event"] as? Int } == [nil, 11, 12, 13, 14])
    #expect(
      values.map { $0["news"] as? String } == [nil, "raised", "taken", "retracted", "watch-ends"])
    #expect(values.map { $0["alert"] as? Int } == [7, 8, 8, 8, nil])
    #expect(values.map { $0["watch"] as? Int } == [3, 3, 3, 3, 3])
    #expect(result.lines[1].contains(#""record":\#(Made.suspect)"#))
    #expect(values[2]["by"] as? String == "a-user" && values[3]["entry"] == nil)
    #expect((values[4]["asked"] as? [String: Any])?["until"] as? String == "2099-12-31")
  }

  @Test("A hub that was restored and knows fewer events is begun with anew")
  func restored() throws {
    let hub = try hub([
      Made.alerts([Made.alert()], next: 10), Made.alerts(next: 4),
      Made.alerts([Made.alert(2)], next: 4),
    ])
    defer { hub.stop() }
    let result = try ToolProcess.run(["alerts", "--follow", "--json", "--hub", hub.folder])
    let requests = try hub.calls.map { try $0.parameters(AlertsRequest.self) }
    #expect(requests.map(\.after) == [nil, 10, nil, 4])
    #expect(result.lines.count == 2 && result.errors.contains("fewer events than before"))
  }

  @Test("A hub that is not there at the beginning is no hub that went away")
  func absent() throws {
    let result = try ToolProcess.run(["alerts", "--follow", "--hub", "/nowhere"])
    #expect(result.status == 69 && result.output == "")
  }

  @Test("A hub that is away is asked after growing rests")
  func rests() throws {
    let calls = Mutex(0)
    let hub = try FakeHub { _ in
      let number = calls.withLock { count in
        count += 1
        return count
      }
      guard number == 1 || number > 7 else { throw CancellationError() }
      return VarlinkReply.encode(WatchesReply(watches: []))
    }
    defer { hub.stop() }
    var rests: [UInt32] = []
    var steady = SteadyHub(hub.folder) { rests.append($0) }
    for _ in 0..<2 {
      _ = try steady.call("Watches", NoParameters(), reply: WatchesReply.self)
    }
    #expect(rests == [1, 2, 4, 8, 10, 10])
  }
}
