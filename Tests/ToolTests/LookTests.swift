import CommandLine
import Foundation
import HubInterface
import Testing
import Varlink

@testable import liaison

@Suite("No look without a purpose and a reason")
struct LookTests {
  private static let tool = Tool(
    name: "t", summary: "", verbs: [Verb("", "", options: HubOptions.look)], version: "1")

  private func look(_ words: [String], _ environment: [String: String] = [:]) throws -> Look {
    guard case .run(_, let arguments) = try LookTests.tool.parse(words) else {
      throw Failure(.software, "")
    }
    return try LookOptions(arguments) { environment[$0] }.look
  }

  @Test("The command line counts before the environment, a case before purpose and reason")
  func sources() throws {
    let kept = ["LIAISON_PURPOSE": "soc", "LIAISON_REASON": "kept"]
    #expect(
      try look(["--purpose", "ct", "--reason", "said"], kept) == Look(purpose: "ct", reason: "said")
    )
    #expect(try look(["--purpose", "ct"], kept) == Look(purpose: "ct", reason: "kept"))
    #expect(try look([], kept) == Look(purpose: "soc", reason: "kept"))
    #expect(try look(["--case", "4"], kept) == Look(case: 4))
    let both = kept.merging(["LIAISON_CASE": "7"]) { first, _ in first }
    #expect(try look([], both) == Look(case: 7))
    #expect(
      try look(["--reason", "said"], both) == Look(purpose: "soc", reason: "said"))
  }

  @Test(
    "Refused with what to give",
    arguments: [
      [], ["--purpose", "ct"], ["--reason", "x"], ["--purpose", "fun", "--reason", "x"],
      ["--purpose", "ct", "--reason", "  "], ["--case", "0"], ["--case", "x"],
      ["--case", "4", "--purpose", "ct"],
    ])
  func refused(_ words: [String]) {
    let failure = #expect(throws: Failure.self) { try look(words) }
    #expect(failure?.code == .usage)
    #expect(failure?.hint.isEmpty == false)
  }

  private static let looks = [
    ["search", "x"], ["person", "nl:x"], ["person", "nl:x", "nl:y"], ["match", "-"],
    ["check", "--document", "1"], ["same", "nl:x", "nl:y"], ["undo", "nl:x", "nl:y"],
    ["links", "nl:x"], ["routes"], ["trips"], ["money", "nl:x"], ["consultations"],
    ["watch", "add", "x"], ["watch", "resume", "1"], ["watch", "remove", "1"],
    ["watch", "pause", "1"], ["screen", "x.csv"],
    ["exclude", "1", "--until", "2099-12-31", "--basis", "x"],
  ]

  @Test("Every verb that looks says so before it connects", arguments: looks)
  func verbs(_ words: [String]) throws {
    let hub = try FakeHub { _ in [] }
    defer { hub.stop() }
    let result = try ToolProcess.run(words + ["--hub", hub.folder])
    #expect(result.status == 64)
    #expect(result.errors.contains("--case N"), "\(result.errors)")
    #expect(hub.calls.isEmpty)
  }

  @Test("A hub that is not there is named", arguments: looks)
  func absent(_ words: [String]) throws {
    let result = try ToolProcess.run(words + ["--hub", "/nowhere"] + ToolProcess.look)
    #expect(result.status == 69)
    #expect(result.errors.contains("No liaison-hub is running for /nowhere."), "\(result.errors)")
  }

  @Test(
    "What the hub refuses is one sentence and one exit status",
    arguments: [
      (HubError.notFound("nl:x"), 66), (.notAllowed(reason: "no such role", hint: "ask"), 77),
      (.unknownCase(4), 65), (.diskFailed(reason: "it is full"), 74), (.busy, 75),
      (.refused(reason: "too long", hint: "shorten it"), 69),
    ])
  func errors(_ error: HubError, _ status: Int) throws {
    let hub = try FakeHub { _ in
      VarlinkReply.encode(error: error.varlinkName, error.parameters)
    }
    defer { hub.stop() }
    let result = try ToolProcess.run(["person", "nl:x", "--hub", hub.folder] + ToolProcess.look)
    #expect(result.status == Int32(status), "\(result.errors)")
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("liaison: ") && result.errors.hasSuffix(".\n"))
  }

  @Test("What is no answer is an error, too")
  func nonsense() throws {
    for reply in ["", "{", "[]", #"{"parameters":{}}"#, #"{"parameters":{"hits":1e999}}"#] {
      let hub = try FakeHub { _ in Array(reply.utf8) }
      defer { hub.stop() }
      let result = try ToolProcess.run(["search", "x", "--hub", hub.folder] + ToolProcess.look)
      #expect(result.status == 69, "\(reply): \(result.output)\(result.errors)")
    }
  }

  @Test(
    "A name of a record or a date is checked before it is sent",
    arguments: [
      ["person", "x"], ["person", "nl:"], ["links", "nl:x", "--to", "y"], ["same", "nl:x", "nl:x"],
      ["search", "x", "--born", "yesterday"], ["search", "x", "--since", "2015-02-30"],
      ["check"], ["check", "--document", "1", "--mrz", "f"],
      ["check", "--mrz", "f", "--country", "be"],
      ["check", "--document", "1", "--country", "12"], ["trips", "--json", "--geojson"],
      ["money", "nl:x", "--csv", "--json"], ["case", "close", "x"],
      ["case", "open", "--purpose", "ct"],
    ])
  func usage(_ words: [String]) throws {
    let isCase = words[0] == "case"
    let result = try ToolProcess.run(
      words + ["--hub", "/nowhere"] + (isCase ? [] : ToolProcess.look))
    #expect(result.status == 64, "\(words): \(result.errors)")
  }
}
