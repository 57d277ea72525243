import Foundation
import HubInterface
import Synchronization
import Testing
import Varlink

@Suite("liaison match: any number of records, in bounded memory, in the order of the lines")
struct MatchTests {
  private static func record(_ number: Int) -> String {
    #"{"type":"person","name":[{"full":"Test Number \#(number)"}]}"#
  }

  /// Each record's candidate is called after it.
  @Sendable private static func answer(_ call: FakeHub.Call) throws -> [UInt8] {
    let request = try call.parameters(MatchRequest.self)
    let matches = request.records.map { record -> MatchResult in
      if record.contains("nobody") { return MatchResult(hits: []) }
      if record.contains("refused") { return MatchResult(hits: [], problem: "has no name") }
      return MatchResult(hits: [Made.hit(Made.found("nl:x", record))])
    }
    return VarlinkReply.encode(MatchReply(matches: matches, account: Made.account()))
  }

  @Test("One line for each record, also for what is none; calls have at most 64")
  func lines() throws {
    let hub = try FakeHub(answer: MatchTests.answer)
    defer { hub.stop() }
    var lines = (1...300).map(MatchTests.record)
    lines[9] = "no record"
    lines[10] = #"{"type":"person","x":"nobody"}"#
    lines[11] = #"{"type":"person","x":"refused"}"#
    lines[12] = "{\"type\":\"person\",\"x\":\"\(String(repeating: "x", count: 70_000))\"}"
    let input = lines.joined(separator: "\n")
    let words = ["match", "-", "--limit", "3", "--hub", hub.folder] + ToolProcess.look
    let result = try ToolProcess.run(words + ["--json"], input: input)
    #expect(result.status == 0, "\(result.errors)")
    try #require(result.lines.count == 300)
    for (number, line) in result.lines.enumerated() {
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let candidates = value?["candidates"] as? [[String: Any]]
      #expect(value?["line"] as? Int == number + 1)
      #expect((value?["problem"] != nil) == [9, 11, 12].contains(number))
      #expect(candidates?.count == ([9, 10, 11, 12].contains(number) ? 0 : 1))
      if candidates?.count == 1 { #expect(line.contains("Test Number \(number + 1)\"")) }
    }
    let requests = try hub.calls.map { try $0.parameters(MatchRequest.self) }
    #expect(requests.allSatisfy { $0.records.count <= 64 && $0.limit == 3 })
    #expect(requests.reduce(0) { $0 + $1.records.count } == 298)
    #expect(result.errors.contains("looks, 17 to 17, recorded"), "\(result.errors)")

    let text = try ToolProcess.run(words, input: input)
    for part in [
      "line 9: Test Number 9\n", "line 10:\n  NOT COMPARED: it is no JSON object.",
      "line 11:\n  nothing found\n", "line 12:\n  NOT COMPARED: it has no name",
      "  0.91  Test Number 300 (person nl:x)",
    ] {
      #expect(text.output.contains(part), "\(part)")
    }
  }

  @Test("Answers of any size and a hub that writes before it reads on end no run")
  func large() throws {
    let hub = try FakeHub { call in
      let request = try call.parameters(MatchRequest.self)
      let large = #"{"type":"person","notes":"\#(String(repeating: "x", count: 20_000))"}"#
      let hits = [Made.hit(Made.found("nl:x", large)), Made.hit(Made.found("nl:y", large))]
      return VarlinkReply.encode(
        MatchReply(
          matches: request.records.map { _ in MatchResult(hits: hits) }, account: Made.account()))
    }
    defer { hub.stop() }
    let record = #"{"type":"person","notes":"\#(String(repeating: "y", count: 3_000))"}"#
    let input = Array(repeating: record, count: 400).joined(separator: "\n")
    let result = try ToolProcess.run(
      ["match", "-", "--json", "--hub", hub.folder] + ToolProcess.look, input: input)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.lines.count == 400)
  }

  @Test("A hub that is busy is asked again, and the order of the lines stays")
  func busy() throws {
    let calls = Mutex(0)
    let hub = try FakeHub { call in
      let number = calls.withLock { count in
        count += 1
        return count
      }
      guard ![1, 3, 4].contains(number) else {
        return VarlinkReply.encode(error: HubError.busy.varlinkName, HubError.busy.parameters)
      }
      return try MatchTests.answer(call)
    }
    defer { hub.stop() }
    let input = (1...256).map(MatchTests.record).joined(separator: "\n")
    let result = try ToolProcess.run(
      ["match", "/dev/stdin", "--json", "--hub", hub.folder] + ToolProcess.look, input: input)
    #expect(result.status == 0, "\(result.errors)")
    try #require(result.lines.count == 256)
    for (number, line) in result.lines.enumerated() {
      #expect(line.contains("\"line\":\(number + 1),") && line.contains("Number \(number + 1)\""))
    }
  }

  @Test(
    "When the hub goes away, what was compared is printed and the first line that was not is named")
  func lost() throws {
    let calls = Mutex(0)
    let hub = try FakeHub { call in
      let number = calls.withLock { count in
        count += 1
        return count
      }
      guard number < 3 else { throw CancellationError() }
      return try MatchTests.answer(call)
    }
    defer { hub.stop() }
    let input = (1...256).map(MatchTests.record).joined(separator: "\n")
    let result = try ToolProcess.run(
      ["match", "-", "--json", "--hub", hub.folder] + ToolProcess.look, input: input)
    #expect(result.status == 69)
    #expect(result.errors.contains("Lines from \(result.lines.count + 1) on were not compared."))
  }

  @Test("An answer for other records is refused")
  func count() throws {
    let hub = try FakeHub { _ in
      VarlinkReply.encode(MatchReply(matches: [], account: Made.account()))
    }
    defer { hub.stop() }
    let result = try ToolProcess.run(
      ["match", "-", "--hub", hub.folder] + ToolProcess.look, input: MatchTests.record(1))
    #expect(result.status == 69 && result.output == "", "\(result.output)")
  }
}
