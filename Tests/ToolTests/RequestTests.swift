import Foundation
import HubInterface
import JSON
import Log
import Records
import Testing
import Varlink

@testable import liaison

@Suite("liaison rfi")
struct RequestTests {
  private static let record =
    #"{"type":"rfi","v":1,"id":"ask","basis":"fact","grade":"A1","handling":["H0"],"purpose":["ct"],"to":["be","fr"],"subject":["nl:x-1"],"question":"Is this invented number known?","justification":"A test."}"#

  private static let answer =
    #"{"type":"answer","v":1,"id":"a1","basis":"fact","grade":"A1","handling":["H0"],"purpose":["ct"],"rfi":"nl:ask","number":1,"final":true,"result":"refused","reason":"A court forbids it."}"#

  private static func request(
    _ state: String = "open", overdue: Bool = true, direction: String = "in"
  ) -> InformationRequest {
    InformationRequest(
      found: Made.found("nl:ask", record, type: "rfi"), direction: direction, kind: "information",
      urgency: "8h", askedAt: 1_450_000_000_000, dueAt: 1_450_028_800_000, state: state,
      overdue: overdue,
      asked: [
        AskedNode(node: "be", state: "refused", finalAt: 1_450_028_900_000, late: true),
        AskedNode(node: "fr", state: "waiting", late: true),
      ],
      answers: [
        AnswerPart(
          found: part("be"), number: 1, final: true,
          result: "refused", reason: "A court forbids it.", refs: ["be:x"], counts: true),
        AnswerPart(
          found: part("se"), number: 1, final: true,
          result: "hit", counts: false),
      ])
  }

  private static func part(_ author: String) -> Found {
    var found = Made.found("\(author):a1", answer, type: "answer")
    found.author = author
    return found
  }

  private func run(
    _ words: [String], _ requests: [InformationRequest], cut: Bool = false
  ) throws -> (ToolProcess.Result, [FakeHub.Call]) {
    let reply = RequestsReply(requests: requests, cut: cut, account: Made.account())
    let hub = try FakeHub { _ in VarlinkReply.encode(reply) }
    defer { hub.stop() }
    let result = try ToolProcess.run(words + ["--hub", hub.folder] + ToolProcess.look)
    return (result, hub.calls)
  }

  @Test("The list says what is overdue, and for whom; the call says what was asked for")
  func list() throws {
    let (result, calls) = try run(["rfi", "list", "--in", "--limit", "7"], [Self.request()])
    #expect(result.status == 0, "\(result.errors)")
    for part in [
      "REQUEST", "nl:ask", "be,fr", "2015-12-13 17:46 UTC", "OVERDUE", "1 of 2, 1 late",
      "    Is this invented number known?",
    ] { #expect(result.output.contains(part), "\(part): \(result.output)") }
    let asked = try calls[0].parameters(RequestsRequest.self)
    #expect(asked.direction == "in" && asked.limit == 7 && asked.all == nil && asked.ref == nil)
    let (cut, _) = try run(
      ["rfi", "list", "--all"], [Self.request("closed", overdue: false)], cut: true)
    #expect(cut.output.contains("closed") && cut.output.contains("THIS IS NOT ALL"))
    let (none, _) = try run(["rfi", "list"], [])
    #expect(none.output.contains("nothing found"))
    #expect(try run(["rfi", "list", "--in", "--out"], []).0.status == 64)
  }

  @Test("One request, with every part: what was not asked for is said to answer nothing")
  func show() throws {
    let (result, calls) = try run(["rfi", "show", "nl:ask"], [Self.request()])
    #expect(result.status == 0, "\(result.errors)")
    for part in [
      "be refused on 2015-12-13 17:48 UTC, LATE", "fr has not answered, and is late",
      "part 1 of be: refused, the last part", "reason: A court forbids it.", "records: be:x",
      "!! NOT ASKED",
    ] { #expect(result.output.contains(part), "\(part): \(result.output)") }
    #expect(try calls[0].parameters(RequestsRequest.self).ref == "nl:ask")
    let (json, _) = try run(["rfi", "show", "nl:ask", "--json"], [Self.request()])
    #expect(
      try VarlinkJSON.decode(InformationRequest.self, from: Array(json.output.utf8))
        == Self.request())
    #expect(try run(["rfi", "show", "ask"], []).0.status == 64)
  }

  @Test("An answer goes to who asked, and counts on from the parts before")
  func answers() throws {
    let open = OpenRequest(Self.request())
    #expect(open.name == "nl:ask" && open.asker == "nl" && open.purposes == ["ct"])
    #expect(open.nextPart(of: "fr") == 1 && open.nextPart(of: "be") == 2)
    try open.check(canBeAnsweredBy: "fr")
    #expect(throws: (any Error).self) { try open.check(canBeAnsweredBy: "be") }
    #expect(throws: (any Error).self) { try open.check(canBeAnsweredBy: "se") }
    #expect(throws: (any Error).self) {
      try OpenRequest(Self.request("closed")).check(canBeAnsweredBy: "fr")
    }
    for (words, part) in [
      (["--result", "refused"], "--because is missing"), (["--result", "maybe"], "There is: hit"),
      (["--result", "hit", "--refs", "x"], "NODE:ID"),
    ] {
      let (result, calls) = try run(["rfi", "answer", "nl:ask"] + words, [Self.request()])
      #expect(result.status == 64 && calls.isEmpty)
      #expect(result.errors.contains(part), "\(result.errors)")
    }
  }

  @Test("What is sent keeps the rules of records, whatever was given")
  func drafts() throws {
    let common = CommonDraft(
      id: "rfi-1", basis: "fact", grade: "A1", handling: ["H3"], caveat: "\"quoted\"",
      purpose: ["ct", "soc"], refs: ["be:x"])
    let subjects = try [
      "nl:x-1", "phone:+31 6 0000", "document:NX12/nl", "document:NX13", "name:Testo Invented",
    ].map { try RequestSubject(parsing: $0) }
    let draft = RequestDraft(
      common: common, to: ["be", "fr"], subjects: subjects, question: "Known?\n",
      justification: "A test.", urgency: "3d", dueBy: "2026-03-05", kind: "consent")
    let read = SharedRecord.readToPublish(try Record(checking: draft.record))
    #expect(read.problems.filter(\.isRefusal).isEmpty, "\(read.problems.map(\.sentence))")
    guard case .rfi(let request) = read.body else {
      Issue.record("no request")
      return
    }
    #expect(request.to.map(\.text) == ["be", "fr"] && request.kind?.value == .consent)
    #expect(request.subjects.count == 5 && read.common.refs.map(\.text) == ["be:x"])
    let part = AnswerDraft(
      common: common, rfi: "nl:ask", number: 2, isFinal: false, result: "hit", reason: nil)
    #expect(
      SharedRecord.readToPublish(try Record(checking: part.record)).problems
        .filter(\.isRefusal).isEmpty)
    for text in ["", "x", "phone:", "name:", "NL:x"] {
      #expect(throws: (any Error).self, "\(text)") { try RequestSubject(parsing: text) }
    }
  }

  @Test("What cannot be asked is refused before the daemon is asked")
  func refused() throws {
    let whole = [
      "rfi", "send", "--to", "be", "--subject", "nl:x", "--question", "Known?", "--justification",
      "A test.", "--purpose", "ct", "--data", "/nowhere",
    ]
    for (words, part) in [
      (["--due", "soon"], "--due is"), (["--urgency", "now"], "There is: 8h"),
      (["--kind", "consent"], "--refs is missing"), (["--handling", "H0,"], "--handling is"),
    ] {
      let result = try ToolProcess.run(whole + words)
      #expect(result.status == 64 && result.errors.contains(part), "\(result.errors)")
    }
    let all = try ToolProcess.run(whole.map { $0 == "be" ? "all" : $0 })
    #expect(all.status == 64 && all.errors.contains("each of them has to answer"))
  }
}
