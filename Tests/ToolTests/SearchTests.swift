import Foundation
import HubInterface
import JSON
import Testing
import Varlink

@Suite("liaison search and person, as an officer reads them")
struct SearchTests {
  private func hub(_ reply: SearchReply) throws -> FakeHub {
    try FakeHub { _ in VarlinkReply.encode(reply) }
  }

  @Test("Everything that is asked for goes to the hub")
  func request() throws {
    let hub = try hub(SearchReply(hits: [], account: Made.account()))
    defer { hub.stop() }
    let words = [
      "search", "Tset", "Person", "--type", "person", "--from", "nl", "--since", "2015", "--born",
      "1987~", "--limit", "5", "--hub", hub.folder,
    ]
    let result = try ToolProcess.run(words + ToolProcess.look)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("nothing found\n"))
    #expect(hub.calls.map(\.method) == ["org.liaison.Hub.Search"])
    #expect(
      try hub.calls[0].parameters(SearchRequest.self)
        == SearchRequest(
          look: Look(purpose: "ct", reason: "a test"), text: "Tset Person", type: "person",
          from: "nl", since: "2015", born: "1987~", limit: 5))
  }

  @Test("A hit: its name, what is to be known first, source, sentence, and rows that add up")
  func text() throws {
    let found = Made.found(marks: ["disputed", "breaks REC-12"])
    let hub = try hub(
      SearchReply(
        hits: [Made.hit(found)], equally: 412,
        account: Made.account(complete: false, hidden: 3, hiddenFrom: ["be", "fr"])))
    defer { hub.stop() }
    let result = try ToolProcess.run(["search", "x", "--hub", hub.folder] + ToolProcess.look)
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    let lines = result.lines.map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(
      lines.prefix(7) == [
        "1  Test Person (person nl:x-1)", "!! DISPUTED", "!! breaks REC-12",
        "!! VICTIM: not to be treated as a suspect",
        "!! H2: not to be passed on without consent of nl",
        "grade B2; victim; born 1987-03-02; by nl on 2015-12-13, entry nl/1/17",
        "0.91  The names are alike but for two letters exchanged.",
      ], "\(result.output)")
    let counts = lines.filter { $0.contains("MAT-") }.compactMap { line in
      line.split(separator: " ").first { $0.hasPrefix("+") }.flatMap { Double($0) }
    }
    let score = lines.first { $0.hasPrefix("score") }?.split(separator: " ").last.flatMap {
      Double($0)
    }
    #expect(counts.count == 2 && score == 0.91)
    #expect(abs(counts.reduce(0, +) - (score ?? 0)) < 0.001, "\(counts)")
    for part in [
      "412 equally good: add a date (--born)",
      "NOT COMPLETE: the hub has not gathered yet",
      "3 more records are not for this purpose (be, fr): ask by a request for information",
      "look 17 recorded for ", ", purpose ct",
    ] {
      #expect(result.output.replacing("\n", with: " ").contains(part), "\(part): \(result.output)")
    }
  }

  @Test("One JSON object a hit, the record in its exact bytes; the account beside it")
  func json() throws {
    let hub = try hub(
      SearchReply(
        hits: [Made.hit(), Made.hit(Made.found("nl:x-2", "no record"))], account: Made.account()))
    defer { hub.stop() }
    let result = try ToolProcess.run(
      ["search", "x", "--json", "--hub", hub.folder] + ToolProcess.look)
    #expect(result.status == 0)
    try #require(result.lines.count == 2)
    #expect(result.lines[0].contains(#""record":\#(Made.person)"#))
    #expect(result.errors.contains("look 17 recorded for "))
    for (line, ref) in zip(result.lines, ["nl:x-1", "nl:x-2"]) {
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(value?["ref"] as? String == ref)
      #expect(value?["entry"] as? String == "nl/1/17")
      #expect(value?["score"] as? Double == 0.914)
      #expect((value?["explanation"] as? [Any])?.count == 2)
      #expect(value?["consultation"] as? Int == 17)
      #expect(value?["complete"] as? Bool == true)
    }
    #expect(result.lines[1].contains(#""record":null,"malformed":"no record""#))
  }

  @Test("Nothing of a hostile record reaches the terminal as it is")
  func hostile() throws {
    let evil = "\u{1b}[2Jx\u{202e}gpj\r\n!! fake\u{0}"
    let escaped = VarlinkJSON.text(evil)
    let record =
      #"{"type":"person","name":[{"full":\#(escaped)}],"grade":\#(escaped),\#(escaped):1}"#
    // NUL is no character of a record: then its text is shown.
    let records = [record.replacing("\\u0000", with: ""), record]
    let hits = records.map { record in
      var hit = Made.hit(Made.found(evil, record, type: evil, marks: [evil]))
      hit.sentence = evil
      hit.kind = evil
      hit.explanation[0].left = evil
      hit.explanation[0].feature = evil
      hit.explanation[0].rule = evil
      return hit
    }
    let dossier = DossierReply(
      versions: hits.map(\.found), same: hits.map(\.found),
      mentions: [Mention(found: hits[0].found, field: evil)], similar: hits,
      judgements: [
        Judgement(
          left: evil, right: evil, judgement: evil, reason: evil, user: evil, time: .max,
          matcher: .min)
      ], account: Made.account(hidden: .max, hiddenFrom: [evil]))
    let hub = try FakeHub { call in
      call.method.hasSuffix("Search")
        ? VarlinkReply.encode(SearchReply(hits: hits, account: dossier.account))
        : VarlinkReply.encode(dossier)
    }
    defer { hub.stop() }
    for words in [["search", "x"], ["person", "nl:x"]] {
      let result = try ToolProcess.run(words + ["--hub", hub.folder] + ToolProcess.look)
      #expect(result.status == 0, "\(result.errors)")
      let obeyed = result.output.unicodeScalars.filter { scalar in
        scalar != "\n" && (scalar.value < 0x20 || scalar.value == 0x7f || scalar == "\u{202e}")
      }
      #expect(obeyed.isEmpty)
      // A line that begins as one of the program's own.
      #expect(!result.lines.contains { $0.hasPrefix("!! fake") })
    }
  }

  @Test("A dossier: the current version in full, fields that are not known too, and what changed")
  func dossier() throws {
    let older = Made.person.replacing("1987-03-02", with: "1986-03-02")
    let reply = DossierReply(
      versions: [Made.found(), Made.found("nl:x-1", older)],
      same: [Made.found("be:y-1", #"{"type":"person","name":[{"full":"Other"}]}"#)],
      mentions: [
        Mention(
          found: Made.found(
            "nl:d-1",
            #"{"type":"document","documentType":"P","number":"AB123","country":"nl","grade":"A1"}"#,
            type: "document", marks: ["late"]), field: "holder")
      ], similar: [Made.hit(Made.found("fr:z-1"))],
      judgements: [
        Judgement(
          left: "nl:x-1", right: "be:y-1", judgement: "same", reason: "seen together",
          user: "a-user",
          time: 1_450_000_000_000, matcher: 1)
      ], account: Made.account())
    let hub = try FakeHub { _ in VarlinkReply.encode(reply) }
    defer { hub.stop() }
    let result = try ToolProcess.run(["person", "nl:x-1", "--hub", hub.folder] + ToolProcess.look)
    #expect(result.status == 0, "\(result.errors)")
    for part in [
      "Test Person (primary)", "Тест Персон (original)", "other, not understood", "unknown field",
      "a 1.50",
      "then changed: birth date", "THE SAME, BY A JUDGEMENT", "Other (person be:y-1)",
      "document nl:d-1", "P nl AB123", "!! LATE", "(person fr:z-1)", "seen together",
    ] {
      #expect(result.output.contains(part), "\(part): \(result.output)")
    }
    #expect(try hub.calls[0].parameters(DossierRequest.self).ref == "nl:x-1")
    let json = try ToolProcess.run(
      ["person", "nl:x-1", "--json", "--hub", hub.folder] + ToolProcess.look)
    #expect(json.lines.count == 1 && json.output.contains(#""record":\#(Made.person)"#))
    _ = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
  }

  @Test("Two names: why they match")
  func compare() throws {
    let hit = Made.hit()
    let reply = CompareReply(
      left: Made.found(), right: Made.found("be:y-1"), score: 0.914, explanation: hit.explanation,
      sentence: hit.sentence, judgements: [], account: Made.account())
    let hub = try FakeHub { _ in VarlinkReply.encode(reply) }
    defer { hub.stop() }
    let result = try ToolProcess.run(
      ["person", "nl:x-1", "be:y-1", "--hub", hub.folder] + ToolProcess.look)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.lines.contains { $0.contains("nl:x-1") && $0.contains("ALIKE") })
    #expect(
      try hub.calls[0].parameters(CompareRequest.self)
        == CompareRequest(
          look: Look(purpose: "ct", reason: "a test"), left: "nl:x-1", right: "be:y-1"))
  }
}
