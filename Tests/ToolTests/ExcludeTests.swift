import Foundation
import HubInterface
import Testing
import Varlink

@Suite("liaison exclude: a false stop that must not come back")
struct ExcludeTests {
  private func run(
    _ words: [String], _ reply: some Encodable & Sendable, looks: Bool = true
  ) throws -> (ToolProcess.Result, [FakeHub.Call]) {
    let hub = try FakeHub { _ in VarlinkReply.encode(reply) }
    defer { hub.stop() }
    let result = try ToolProcess.run(
      ["exclude"] + words + ["--hub", hub.folder] + (looks ? ToolProcess.look : []))
    return (result, hub.calls)
  }

  private func exclusion(_ state: String) -> Exclusion {
    Exclusion(
      number: 5, ref: "nl:x-1", until: "2099-12-31", basis: "Article 1", reason: "another face",
      proposedBy: "a-user", confirmedBy: state == "counts" ? "b-user" : nil,
      time: 1_450_000_000_000, state: state)
  }

  private let term = ["--until", "2099-12-31", "--basis", "Article 1"]

  @Test("By the numbers of hits, or by document, birth date and record")
  func add() throws {
    let reply = ExcludeReply(exclusions: [exclusion("proposed")], account: Made.account())
    let (hits, calls) = try run(["12", "13"] + term, reply)
    #expect(hits.status == 0, "\(hits.errors)")
    #expect(
      hits.output.replacing("\n", with: " ").hasPrefix(
        "exclusion 5, a traveller who is not nl:x-1, until 2099-12-31: PROPOSED, a second person has to agree (liaison exclude confirm 5)"
      ), "\(hits.output)")
    #expect(hits.output.contains("look 17 recorded for "))
    #expect(
      try calls[0].parameters(ExcludeRequest.self)
        == ExcludeRequest(
          look: Look(purpose: "ct", reason: "a test"), hits: [12, 13], until: "2099-12-31",
          basis: "Article 1"))
    let (named, asked) = try run(
      ["--document", "AB1", "--birth", "1987-03-02", "--record", "nl:x-1"] + term, reply)
    #expect(named.status == 0, "\(named.errors)")
    let request = try asked[0].parameters(ExcludeRequest.self)
    #expect(request.hits == [] && request.document == "AB1" && request.ref == "nl:x-1")
  }

  @Test(
    "Refused before anything is sent",
    arguments: [
      ["12"], ["12", "--until", "2099-12-31"], ["12", "--basis", "a"],
      ["--until", "2099-12-31", "--basis", "a"],
      ["12", "--until", "2015-01-01", "--basis", "a"],
      ["x", "--until", "2099-12-31", "--basis", "a"],
      ["--document", "A", "--birth", "1987", "--until", "2099-12-31", "--basis", "a"],
      ["12", "--record", "nl:x", "--until", "2099-12-31", "--basis", "a"],
      ["12", "--until", "2099-12-31", "--basis", " "],
    ])
  func usage(_ words: [String]) throws {
    let (result, calls) = try run(words, [String: String]())
    #expect(result.status == 64 && calls.isEmpty, "\(words): \(result.errors)")
  }

  @Test("Listed, agreed to, and ended")
  func changes() throws {
    let all = ExclusionsReply(exclusions: [exclusion("counts")])
    let (list, _) = try run(["list"], all, looks: false)
    for part in ["nl:x-1", "2099-12-31", "b-user", "basis: Article 1", "reason: another face"] {
      #expect(list.output.contains(part), "\(part): \(list.output)")
    }
    let (json, _) = try run(["list", "--json"], all, looks: false)
    #expect(json.lines.count == 1)
    let (none, _) = try run(["list"], ExclusionsReply(exclusions: []), looks: false)
    #expect(none.output == "no exclusions\n")
    for (change, state) in [("confirm", "counts"), ("end", "ended")] {
      let (result, calls) = try run(
        [change, "5"], ChangeExclusionReply(exclusion: exclusion(state)), looks: false)
      #expect(result.output.replacing("\n", with: " ").contains(": \(state)"), "\(result.errors)")
      #expect(
        try calls[0].parameters(ChangeExclusionRequest.self)
          == ChangeExclusionRequest(number: 5, change: change))
    }
  }
}
