import Foundation
import HubInterface
import Testing
import Varlink

@testable import liaison

@Suite("liaison check, judgements, cases, consultations and the hub itself")
struct DeskTests {
  private func run(
    _ words: [String], _ reply: some Encodable & Sendable, input: String = "", looks: Bool = true
  ) throws -> (ToolProcess.Result, [FakeHub.Call]) {
    let hub = try FakeHub { _ in VarlinkReply.encode(reply) }
    defer { hub.stop() }
    let result = try ToolProcess.run(
      words + ["--hub", hub.folder] + (looks ? ToolProcess.look : []), input: input)
    return (result, hub.calls)
  }

  // MARK: - Documents

  private static let lines = "P<UTOTEST<<PERSON<<<<<<<<<<<<<<<<<<<<<<<<<<<\nAB1234567<UTO\n"

  private func zone(wellRead: Bool) -> CheckDocumentReply {
    CheckDocumentReply(
      zone: Zone(
        format: "TD3", documentType: "P", issuer: "UTO", number: "AB1234567", name: "TEST PERSON",
        birthDate: "1987-03-02", nationality: "UTO", wellRead: wellRead,
        problems: wellRead ? [] : ["the check digit of the number does not fit"]), hits: [],
      account: Made.account())
  }

  @Test("A well read zone is a valid zone, and never a valid document")
  func zones() throws {
    let (good, calls) = try run(
      ["check", "--mrz", "-"], zone(wellRead: true), input: DeskTests.lines)
    #expect(good.status == 0 && good.output.hasPrefix("valid zone (TD3)\n"), "\(good.output)")
    #expect(!good.output.lowercased().contains("valid document"))
    #expect(good.output.contains("This says nothing of the document"))
    #expect(good.output.contains("nothing found"))
    #expect(try calls[0].parameters(CheckDocumentRequest.self).zone == DeskTests.lines)
    let (bad, _) = try run(["check", "--mrz", "-"], zone(wellRead: false), input: DeskTests.lines)
    #expect(bad.output.hasPrefix("NOT A VALID ZONE (TD3)\n"))
    #expect(bad.output.contains("!! the check digit of the number does not fit"))
    let (json, _) = try run(
      ["check", "--mrz", "-", "--json"], zone(wellRead: true), input: DeskTests.lines)
    #expect(json.lines.count == 1 && json.output.contains(#""wellRead":true"#))
  }

  @Test("What is longer than any zone, or no text, is not sent")
  func zoneFiles() throws {
    let (long, calls) = try run(
      ["check", "--mrz", "-"], zone(wellRead: true), input: String(repeating: "<", count: 1_025))
    #expect(long.status == 65 && calls.isEmpty)
    let (absent, _) = try run(["check", "--mrz", "/nowhere/zone"], zone(wellRead: true))
    #expect(absent.status == 66)
  }

  @Test("A number is looked up with its country")
  func numbers() throws {
    let reply = CheckDocumentReply(hits: [Made.hit()], account: Made.account())
    let (result, calls) = try run(["check", "--document", "AB 123", "--country", "BEL"], reply)
    #expect(result.status == 0 && result.output.contains("Test Person (person nl:x-1)"))
    #expect(
      try calls[0].parameters(CheckDocumentRequest.self)
        == CheckDocumentRequest(
          look: Look(purpose: "ct", reason: "a test"), number: "AB 123", country: "bel"))
  }

  // MARK: - Judgements and cases

  @Test("Each verb is its judgement", arguments: ["same", "not-same", "unsure", "undo"])
  func judgements(_ verb: String) throws {
    let judgement = Judgement(
      left: "nl:a", right: "be:b", judgement: verb, reason: "r", user: "a-user", time: 0, matcher: 1
    )
    let (result, calls) = try run(
      [verb, "nl:a", "be:b"],
      JudgeReply(judgement: verb == "undo" ? nil : judgement, account: Made.account()))
    #expect(
      result.lines.first
        == "nl:a and be:b: " + (verb == "undo" ? "no judgement" : "\(verb), by a-user"))
    let request = try calls[0].parameters(JudgeRequest.self)
    #expect(request.judgement == verb && request.left == "nl:a" && request.right == "be:b")
  }

  @Test("A case is opened, listed and closed")
  func cases() throws {
    let one = Case(number: 4, purpose: "ct", reason: "a reason", user: "a-user", openedAt: 0)
    let (opened, calls) = try run(["case", "open"], OpenCaseReply(case: one))
    #expect(opened.output == "case 4 is open, purpose ct: look with --case 4\n")
    #expect(
      try calls[0].parameters(OpenCaseRequest.self)
        == OpenCaseRequest(purpose: "ct", reason: "a test"))
    let (list, _) = try run(["case", "list"], CasesReply(cases: [one]), looks: false)
    #expect(list.output.contains("a reason") && list.output.contains("open"))
    let (none, _) = try run(["case", "list"], CasesReply(cases: []), looks: false)
    #expect(none.status == 0 && none.output == "no cases\n")
    let (closed, asked) = try run(["case", "close", "4"], CloseCaseReply(case: one), looks: false)
    #expect(closed.output == "case 4 is closed\n")
    #expect(try asked[0].parameters(CloseCaseRequest.self).number == 4)
  }

  @Test("Who looked at what")
  func consultations() throws {
    let reply = ConsultationsReply(
      consultations: [
        Consultation(
          index: 16, time: 1_450_000_000_000, user: "a-user", purpose: "ct", reason: "a reason",
          case: 4, verb: "Search", asked: "x", returned: (0..<10).map { "nl/1/\($0)" }, hidden: 2)
      ], account: Made.account())
    let (result, calls) = try run(["consultations", "--below", "17", "--limit", "1"], reply)
    for part in ["2015-12-13 09:46 UTC", "ct, case 4", "reason: a reason", "nl/1/7 +2"] {
      #expect(result.output.contains(part), "\(part): \(result.output)")
    }
    let request = try calls[0].parameters(ConsultationsRequest.self)
    #expect(request.below == 17 && request.limit == 1)
  }

  // MARK: - The hub itself

  private func status(_ logs: [LogProgress]) -> StatusReply {
    StatusReply(
      node: "nl", version: "0.1", schema: 1, keys: 2, matcher: 3, connected: false, complete: false,
      why: "the first build runs", progress: logs, entries: 10, current: 9, marked: 1, indexed: 8,
      indexBytes: .max, databaseBytes: -1, consultations: 7, startedAt: .min,
      warnings: ["a warning"])
  }

  @Test("Progress is honest: 100 % is when all is there")
  func progress() throws {
    let cases = [
      (0, 0, "100.0 %"), (99_999, 100_000, "99.9 %"), (-5, 10, "0.0 %"), (5, 4, "100.0 %"),
    ]
    for (told, total, text) in cases {
      #expect(HubStatusText.part(LogProgress(origin: "nl/1", told: told, total: total)) == text)
    }
    let (result, _) = try run(
      ["hub", "status"], status([LogProgress(origin: "nl/1", told: 1, total: 3)]), looks: false)
    for part in [
      "NOT COMPLETE, NOT CONNECTED to its node", "the first build runs", "33.3 %",
      "WARNING a warning", "schema 1, keys 2, matcher 3",
    ] {
      #expect(result.output.contains(part), "\(part): \(result.output)")
    }
  }

  @Test("Watches, alerts, what nobody took, and how far the alerts are behind")
  func alerts() throws {
    var reply = status([])
    (reply.watches, reply.alerts, reply.untaken, reply.alertsBehind) = (5, 4, 3, 21)
    let (result, _) = try run(["hub", "status"], reply, looks: false)
    #expect(result.lines.contains("3 ALERTS THAT NOBODY TOOK: liaison alerts"))
    let rows = result.lines.map { $0.split(separator: " ").joined(separator: " ") }
    for row in [
      "watches 5", "alerts that stand 4", "nobody took 3", "changes not looked at for alerts 21",
    ] {
      #expect(rows.contains(row), "\(row): \(result.output)")
    }
    let (quiet, _) = try run(["hub", "status"], status([]), looks: false)
    #expect(!quiet.output.contains("NOBODY TOOK"))
  }

  @Test("HUB-63: the last anchor, and why there is none, or no newer one")
  func anchor() throws {
    let cases: [(AnchorProgress, String)] = [
      (AnchorProgress(why: "the daemon is away"), "NO ANCHOR: the daemon is away"),
      (
        AnchorProgress(entry: "nl/1/17", time: 1_450_000_000_000, consultations: 40),
        "looks anchored up to 40 in nl/1/17, "
      ),
      (
        AnchorProgress(entry: "nl/1/17", time: .min, consultations: 40, why: "it is away"),
        "NO NEWER ONE: it is away"
      ),
    ]
    for (anchor, text) in cases {
      var reply = status([])
      reply.anchor = anchor
      let (result, _) = try run(["hub", "status"], reply, looks: false)
      #expect(result.output.contains(text), "\(text): \(result.output)")
    }
    let (result, _) = try run(["hub", "status"], status([]), looks: false)
    #expect(!result.output.contains("ANCHOR"))
  }

  @Test("Rebuild, backup and stats")
  func rest() throws {
    let (rebuilt, calls) = try run(["hub", "rebuild"], [String: String](), looks: false)
    #expect(rebuilt.status == 0 && calls.map(\.method) == ["org.liaison.Hub.Rebuild"])
    let (backup, asked) = try run(
      ["hub", "backup", "/tmp/./new"], BackupReply(files: ["a", "b"]), looks: false)
    #expect(backup.output == "a\nb\nbackup in /tmp/new\n")
    #expect(try asked[0].parameters(BackupRequest.self).folder == "/tmp/new")
    let (stats, _) = try run(
      ["hub", "stats"],
      StatsReply(
        types: ["person": 2, "document": 5], authors: [:], grades: ["B2": 7], problems: [:]),
      looks: false)
    #expect(
      stats.lines.map { $0.split(separator: " ").first } == [
        "TYPE", "document", "person", "GRADE", "B2",
      ])
    let (none, _) = try run(
      ["hub", "stats"], StatsReply(types: [:], authors: [:], grades: [:], problems: [:]),
      looks: false)
    #expect(none.output == "no records yet\n")
  }

  // MARK: - Scores

  @Test(
    "Rounded rows add up to the rounded sum",
    arguments: [
      [0.333, 0.333, 0.334], [0.125, 0.125, 0.125], [0.7, -0.255, 0.001], [], [-0.333, -0.333],
      [.infinity, .nan, 1e300],
    ])
  func rounding(_ values: [Double]) {
    let (rows, sum) = ScoreTable.hundredths(values)
    #expect(rows.count == values.count && rows.reduce(0, +) == sum)
    guard values.allSatisfy(\.isFinite), values.allSatisfy({ abs($0) < 2 }) else { return }
    #expect(sum == Int((values.reduce(0, +) * 100).rounded()))
    for (row, value) in zip(rows, values) { #expect(abs(Double(row) - value * 100) < 1) }
  }

  @Test("Rows that do not add up are named")
  func sums() {
    var hit = Made.hit()
    hit.score = 0.5
    let text = HitText.block(hit, number: "1")
    #expect(text.contains("The rows do not add up to the hub's score, 0.50."))
    #expect(!HitText.block(Made.hit(), number: "1").contains("do not add up"))
  }
}
