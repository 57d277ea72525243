import HubInterface
import Testing
import Varlink

@testable import liaison

@Suite("liaison partners (HUB-121)")
struct PartnersTests {
  private static var pair: PairQuarter {
    var be = PartnerSide(author: "be")
    be.records = ["person": 3, "rfi": 1]
    be.corrections = 1
    be.withdrawn = 2
    be.requests.asked = 2
    be.requests.late = 1
    be.requests.closed = 1
    be.requests.medianMilliseconds = 7_200_000
    return PairQuarter(quarter: "2023Q4", sides: [be, PartnerSide(author: "nl")])
  }

  private static func entry(_ index: Int) -> CountedEntry {
    CountedEntry(
      entry: "be/1/\(index)", log: String(repeating: "a", count: 64), counted: "person",
      correction: index == 2, time: 1_700_000_000_000)
  }

  private func run(_ words: [String], cut: Bool = false) throws -> (
    ToolProcess.Result, [FakeHub.Call]
  ) {
    let hub = try FakeHub { call in
      let request = try call.parameters(PartnersRequest.self)
      let isFirst = request.after == nil
      let entries = request.entries == true ? [Self.entry(isFirst ? 1 : 2)] : []
      return VarlinkReply.encode(
        PartnersReply(
          pairs: isFirst ? [Self.pair] : [], entries: entries,
          next: entries.isEmpty || !isFirst ? nil : "here", cut: cut, account: Made.account()))
    }
    defer { hub.stop() }
    let result = try ToolProcess.run(
      ["partners"] + words + ["--hub", hub.folder] + ToolProcess.look)
    return (result, hub.calls)
  }

  @Test("One line for each of both, with what the types are; what was cut is said")
  func table() throws {
    let (result, calls) = try run([])
    #expect(result.status == 0, "\(result.errors)")
    for part in ["QUARTER", "2023Q4", "be", "nl", "2 h", "person 3, rfi 1, requests closed 1"] {
      #expect(result.output.contains(part), "\(part): \(result.output)")
    }
    let asked = try calls[0].parameters(PartnersRequest.self)
    #expect(asked.with == nil && asked.quarter == nil && asked.entries == nil)
    #expect(try run([], cut: true).0.output.contains("THIS IS NOT ALL"))
  }

  @Test("Entries come page after page, in one list")
  func entries() throws {
    let words = ["--with", "be", "--quarter", "2023q4", "--entries"]
    let (result, calls) = try run(words)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("be/1/1") && result.output.contains("person, a correction"))
    #expect(result.output.contains("2023-11-14 22:13 UTC"))
    let asked = try calls.map { try $0.parameters(PartnersRequest.self) }
    #expect(asked.map(\.after) == [nil, "here"])
    #expect(asked.allSatisfy { $0.with == "be" && $0.quarter == "2023Q4" && $0.entries == true })
    let lines = try run(words + ["--json"]).0.output.split(separator: "\n")
    #expect(lines.count == 3 && lines[0].contains(#""quarter":"2023Q4""#))
    #expect(lines[2].contains(#""correction":true"#))
  }

  @Test("What cannot be asked is refused before anything is asked")
  func mistakes() throws {
    for words in [
      ["--entries"], ["--entries", "--with", "be"], ["--quarter", "2023"], ["--quarter", "2023Q5"],
      ["--with", "NL/1"],
    ] {
      let (result, calls) = try run(words)
      #expect(result.status == 64 && calls.isEmpty, "\(words) \(result.errors)")
    }
  }
}
