import Foundation
import HubInterface
import Testing

@testable import Hub

@Suite("Requests for information (HUB-110, HUB-111, HUB-112, REC-66, REC-67)")
struct RequestTests {
  private static let hour: UInt64 = 3_600_000
  /// `Told.entry` signs index n at this time and n milliseconds.
  private static let start: UInt64 = 1_700_000_000_000

  private static func request(_ id: String = "ask", to: String, more: String = "") -> String {
    Told.record(
      "rfi", id,
      #""to":[\#(to)],"subject":["nl:someone"],"question":"Known?","justification":"A test.""#
        + more)
  }

  private static func answer(
    _ id: String, number: Int = 1, final: Bool = true, result: String = "hit", to: String = "nl:ask"
  ) -> String {
    Told.record(
      "answer", id,
      #""rfi":"\#(to)","number":\#(number),"final":\#(final),"result":"\#(result)","refs":["be:found"]"#
    )
  }

  private func host(_ changes: [EntryChange]) throws -> QuestionHost {
    let host = try QuestionHost(changes)
    host.service.progress.node = "nl"
    return host
  }

  private func list(
    _ host: QuestionHost, direction: String? = nil, all: Bool = true, ref: String? = nil
  ) throws -> [InformationRequest] {
    try host.ask(
      "Requests",
      RequestsRequest(look: QuestionHost.look, ref: ref, direction: direction, all: all),
      as: RequestsReply.self
    ).requests
  }

  @Test("One that two nodes are asked is answered when both sent their last part")
  func answered() throws {
    let asked = Told.entry("nl", 1, RequestTests.request(to: #""be","fr""#))
    let facts = try FactsHost()
    try facts.tell([asked, Told.entry("be", 5, RequestTests.answer("part", final: false))])
    let host = try QuestionHost(facts)
    host.service.progress.node = "nl"
    var found = try #require(try list(host).first)
    #expect(found.state == "open" && found.direction == "out" && !found.overdue)
    #expect(found.asked.map(\.state) == ["part", "waiting"])
    try facts.tell([
      Told.entry("be", 6, RequestTests.answer("last", number: 2)),
      Told.entry("fr", 2, RequestTests.answer("no", result: "refused")),
    ])
    found = try #require(try list(host).first)
    #expect(found.state == "answered")
    #expect(found.asked.map(\.state) == ["answered", "refused"])
    #expect(found.asked[0].finalAt == Int(RequestTests.start) + 6)
    #expect(found.answers.map(\.number) == [1, 2, 1])
    #expect(found.answers[0].refs == ["be:found"])
    #expect(try list(host, all: false).isEmpty)
    #expect(try list(host, ref: "nl:ask").count == 1)
  }

  @Test("Late is the last part after it was due, and one that is due and not there; on both sides")
  func late() throws {
    let due = #","dueBy":"2023-11-14T23:00:00Z""#
    let changes = [
      Told.entry("nl", 1, RequestTests.request(to: #""be","fr","se""#, more: due)),
      // 22:13 and 23:14 of that day.
      Told.entry("be", 2, RequestTests.answer("intime")),
      Told.entry("fr", RequestTests.hour, RequestTests.answer("later")),
    ]
    for (node, direction) in [("nl", "out"), ("be", "in"), ("de", "other")] {
      let host = try QuestionHost(changes)
      host.service.progress.node = node
      let found = try #require(try list(host).first)
      #expect(found.direction == direction)
      #expect(found.overdue && found.state == "open")
      #expect(found.asked.map(\.late) == [false, true, true])
      #expect(found.asked.map(\.state) == ["answered", "answered", "waiting"])
    }
  }

  @Test("A closed one is not overdue, and counts from the time of its first version")
  func closed() throws {
    let urgency = #","urgency":"8h""#
    let host = try host([
      Told.entry("nl", 1, RequestTests.request(to: #""be""#, more: urgency)),
      Told.entry(
        "nl", 2 * RequestTests.hour,
        RequestTests.request(
          to: #""be""#,
          more: urgency + #","state":"closed","change":{"fields":["state"],"reason":"a test"}"#)),
    ])
    let found = try #require(try list(host).first)
    #expect(found.state == "closed" && !found.overdue)
    #expect(found.askedAt == Int(RequestTests.start) + 1)
    #expect(found.dueAt == Int(RequestTests.start) + 1 + 8 * 3_600_000)
    #expect(try list(host, all: false).isEmpty)
  }

  @Test("Who was not asked, and what is disputed, answers nothing")
  func uncounted() throws {
    let host = try host([
      Told.entry("nl", 1, RequestTests.request(to: #""be""#)),
      Told.entry("se", 1, RequestTests.answer("mine")),
      Told.entry("be", 1, RequestTests.answer("disputed"), state: .disputed),
    ])
    let found = try #require(try list(host).first)
    #expect(found.state == "open" && found.asked.map(\.state) == ["waiting"])
    #expect(found.answers.map(\.counts) == [false, false])
  }

  @Test("The order in which they come changes nothing; the first last part counts")
  func order() throws {
    let changes = [
      Told.entry("nl", 1, RequestTests.request(to: #""be""#)),
      Told.entry("be", 3, RequestTests.answer("a", result: "no-hit")),
      Told.entry("be", 4, RequestTests.answer("b", number: 2, result: "refused")),
    ]
    var seen: Set<InformationRequest> = []
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]] {
      let facts = try FactsHost()
      for place in order { try facts.tell([changes[place]]) }
      let host = try QuestionHost(facts)
      host.service.progress.node = "nl"
      seen.insert(try #require(try list(host).first))
    }
    #expect(seen.count == 1)
    #expect(seen.first?.asked.map(\.state) == ["answered"])
  }

  @Test("Those of other purposes are counted and not shown; a wrong direction is refused")
  func hidden() throws {
    let other = RequestTests.request(to: #""be""#).replacingOccurrences(
      of: #"["ct"]"#, with: #"["soc"]"#)
    let host = try host([Told.entry("nl", 1, other)])
    let reply = try host.ask(
      "Requests", RequestsRequest(look: QuestionHost.look, all: true), as: RequestsReply.self)
    #expect(reply.requests.isEmpty && reply.account.hidden == 1)
    #expect(throws: HubError.self) { try list(host, ref: "nl:ask") }
    #expect(throws: HubError.self) { try list(host, direction: "up") }
    #expect(throws: HubError.self) { try list(host, ref: "nl:nothing") }
  }

  @Test("The newest come first, and no more than were asked for")
  func limit() throws {
    let host = try host(
      (1...5).map { Told.entry("nl", UInt64($0), RequestTests.request("ask-\($0)", to: #""be""#)) })
    let reply = try host.ask(
      "Requests", RequestsRequest(look: QuestionHost.look, limit: 2), as: RequestsReply.self)
    #expect(reply.requests.compactMap(\.found.ref) == ["nl:ask-5", "nl:ask-4"])
    #expect(reply.cut)
  }
}
