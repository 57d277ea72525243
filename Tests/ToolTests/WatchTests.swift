import Foundation
import HubInterface
import Testing
import Varlink

@Suite("liaison watch: what is asked of every record that comes")
struct WatchTests {
  private func run(
    _ words: [String], _ reply: some Encodable & Sendable, looks: Bool = true
  ) throws -> (ToolProcess.Result, [FakeHub.Call]) {
    let hub = try FakeHub { _ in VarlinkReply.encode(reply) }
    defer { hub.stop() }
    let result = try ToolProcess.run(
      words + ["--hub", hub.folder] + (looks ? ToolProcess.look : []))
    return (result, hub.calls)
  }

  private func added(_ fits: [Alert], more: Int = 0) -> WatchReply {
    WatchReply(watch: Made.watch(), fits: fits, more: more, account: Made.account())
  }

  @Test("Everything that is asked for goes to the hub; review is what is meant without a word")
  func request() throws {
    let (result, calls) = try run(
      [
        "watch", "add", "Test", "Person", "--birth", "1987~", "--nationality", "BE", "--document",
        "AB 1", "--phone", "+31 6", "--until", "2099-12-31",
      ], added([]))
    #expect(result.status == 0, "\(result.errors)")
    #expect(calls.map(\.method) == ["org.liaison.Hub.AddWatch"])
    #expect(
      try calls[0].parameters(AddWatchRequest.self)
        == AddWatchRequest(
          look: Look(purpose: "ct", reason: "a test"), name: "Test Person", birth: "1987~",
          nationality: "be", document: "AB 1", phone: "+31 6", threshold: "review",
          until: "2099-12-31"))
    #expect(
      result.output.hasPrefix("watch 3 until 2099-12-31: Test Person, born 1987; liaison alerts"))
    let (number, asked) = try run(["watch", "add", "--phone", "+31 6"], added([]))
    #expect(number.status == 0)
    #expect(try asked[0].parameters(AddWatchRequest.self).name == nil)
  }

  @Test(
    "What fits already is one list, the best first, with its marks, and says that it raises nothing"
  )
  func fits() throws {
    var weaker = Made.alert(9, state: "listed", found: Made.found("be:y", Made.person))
    weaker.score = 0.71
    let (result, _) = try run(
      ["watch", "add", "Test Person"],
      added([weaker, Made.alert(8, state: "listed")], more: 10))
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("12 records fit already; they raise no alert:\n"))
    for part in [
      "  0.91  Test Person (person nl:x-1), grade B2\n", "        !! WARNING: armed\n",
      "  0.71  Test Person (person be:y), grade B2\n",
      "        !! VICTIM: not to be treated as a suspect\n",
      "  and 10 more: liaison alerts --all\n", "\nlook 17 recorded for ",
    ] {
      #expect(result.output.contains(part), "\(part): \(result.output)")
    }
    let best = try #require(result.output.range(of: "nl:x-1"))
    let other = try #require(result.output.range(of: "be:y"))
    #expect(best.lowerBound < other.lowerBound)
    let (one, _) = try run(["watch", "add", "Test Person"], added([weaker]))
    #expect(one.output.hasPrefix("1 record fits already; it raises no alert:\n"))
  }

  @Test("As JSON: the watch, and a line for each that fits")
  func json() throws {
    let (result, _) = try run(
      ["watch", "add", "Test Person", "--json"], added([Made.alert(8, state: "listed")]))
    try #require(result.lines.count == 2)
    #expect(result.lines[0].contains(#""number":3"#) && result.lines[0].contains(#""until":"#))
    #expect(result.lines[1].contains(#""record":\#(Made.suspect)"#))
    #expect(result.errors.contains("look 17 recorded for "))
  }

  @Test(
    "Refused before anything is sent",
    arguments: [
      (["Test Person", "--threshold", "alert"], "never raises an alert"),
      ([], "somebody to watch for"), (["  "], "somebody to watch for"),
      (["x", "--threshold", "loud"], "--threshold is \"loud\""),
      (["x", "--birth", "yesterday"], "--birth is"),
      (["x", "--nationality", "bel"], "--nationality is"),
      (["x", "--until", "2015-01-01"], "is over"), (["x", "--until", "next year"], "--until is"),
    ])
  func refused(_ words: [String], _ problem: String) throws {
    let (result, calls) = try run(["watch", "add"] + words, added([]))
    #expect(result.status == 64 && calls.isEmpty, "\(result.errors)")
    #expect(result.errors.contains(problem), "\(result.errors)")
  }

  @Test("A number may raise an alert without a date of birth")
  func numbers() throws {
    let (result, calls) = try run(
      ["watch", "add", "Test Person", "--document", "AB1", "--threshold", "alert"], added([]))
    #expect(result.status == 0, "\(result.errors)")
    #expect(try calls[0].parameters(AddWatchRequest.self).threshold == "alert")
  }

  @Test("One line a watch: its end, its state, who, what")
  func list() throws {
    let reply = WatchesReply(watches: [
      Made.watch(), Made.watch(12, name: nil, state: "paused"),
    ])
    let (result, _) = try run(["watch", "list"], reply, looks: false)
    #expect(result.status == 0 && result.lines.count == 3, "\(result.output)")
    for part in ["2099-12-31", "active", "a-user", "Test Person, born 1987"] {
      #expect(result.lines[1].contains(part), "\(part): \(result.output)")
    }
    #expect(result.lines[2].contains("paused"))
    let (json, _) = try run(["watch", "list", "--json"], reply, looks: false)
    #expect(json.lines.count == 2 && json.lines[0].contains(#""reason":"file 117""#))
    let (none, _) = try run(["watch", "list"], WatchesReply(watches: []), looks: false)
    #expect(none.output == "no watches\n")
  }

  @Test("A watch is ended, paused, and goes on; one that goes on shows what fits by now")
  func changes() throws {
    let reply = WatchReply(
      watch: Made.watch(state: "paused"), fits: [Made.alert(8, state: "listed")], more: 0,
      account: Made.account())
    for change in ["remove", "pause", "resume"] {
      let (result, calls) = try run(["watch", change, "3"], reply)
      #expect(result.status == 0, "\(result.errors)")
      #expect(
        result.output.contains("1 record fits already") && result.output.contains("is paused"))
      #expect(
        try calls[0].parameters(ChangeWatchRequest.self)
          == ChangeWatchRequest(
            look: Look(purpose: "ct", reason: "a test"), number: 3, change: change))
    }
    for word in ["x", "0", "-1", "3.5"] {
      let (wrong, calls) = try run(["watch", "remove", word], reply)
      #expect(wrong.status == 64 && calls.isEmpty, "\(word)")
    }
  }
}
