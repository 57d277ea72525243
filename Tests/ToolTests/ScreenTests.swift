import Foundation
import HubInterface
import Synchronization
import Testing
import Varlink

@Suite("liaison screen: every line is answered, in order, whatever the list is")
struct ScreenTests {
  private static func hit(_ number: Int, band: String, known: Bool = false) -> PassengerHit {
    PassengerHit(
      hit: number, band: band, kind: "name", score: 0.914, explanation: Made.hit().explanation,
      sentence: "The names are alike.", found: Made.found("nl:x-1", Made.suspect),
      warnings: ["armed"], action: "arrest", contact: Made.contact, known: known)
  }

  /// Lines whose name has a word get what that word says.
  private static func result(_ passenger: ScreenPassenger) -> PassengerResult {
    let line = passenger.line
    func hits(_ band: String, known: Bool = false) -> PassengerResult {
      PassengerResult(
        line: line, result: band, hits: [hit(line + 100, band: band, known: known)], notes: [])
    }
    if passenger.name.contains("Alert") { return hits("alert") }
    if passenger.name.contains("Known") { return hits("review", known: true) }
    if passenger.name.contains("Review") { return hits("review") }
    let notes = passenger.birth == nil ? ["no date of birth: compared by the document alone"] : []
    return PassengerResult(line: line, result: "clear", hits: [], notes: notes)
  }

  private static func screening(_ flight: String?, number: Int = 41, sameAs: Int? = nil)
    -> Screening
  {
    Screening(
      number: number, flight: flight, user: "a-user", purpose: "ct", time: 1_450_000_000_000,
      lines: 0, unreadable: 0, alerts: 0, reviews: 0, sameAs: sameAs)
  }

  @Sendable private static func answer(_ call: FakeHub.Call) throws -> [UInt8] {
    switch call.method.split(separator: ".").last ?? "" {
    case "Screen":
      let request = try call.parameters(ScreenRequest.self)
      return VarlinkReply.encode(
        ScreenReply(list: 41, results: request.passengers.map(result), account: Made.account()))
    case "FinishList":
      return VarlinkReply.encode(
        FinishListReply(screening: screening("KL1", sameAs: 39), gone: 2))
    case "Screenings":
      return VarlinkReply.encode(
        ScreeningsReply(screenings: [
          screening("KL1", number: 39), screening("XX2", number: 40), screening("KL1"),
        ]))
    default: throw CancellationError()
    }
  }

  private static let header = "Name,Date of birth,Document number\n"

  private static func list(_ count: Int, _ lines: [Int: String] = [:]) -> String {
    header
      + (2...(count + 1)).map { number in
        lines[number] ?? "Test Number\(number),1987-03-02,AB\(1_000_000 + number)"
      }.joined(separator: "\n") + "\n"
  }

  private func run(
    _ list: String, _ words: [String] = [],
    answer: @escaping @Sendable (FakeHub.Call) throws -> [UInt8] = ScreenTests.answer
  ) throws -> (ToolProcess.Result, [FakeHub.Call]) {
    let path = FileManager.default.temporaryDirectory.path + "/list-\(UUID().uuidString).csv"
    try Data(list.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let hub = try FakeHub(answer: answer)
    defer { hub.stop() }
    let result = try ToolProcess.run(
      ["screen", path, "--hub", hub.folder] + words + ToolProcess.look)
    return (result, hub.calls)
  }

  private static let lines = [
    3: "Test Alert,1987-03-02,AB1", 5: "Test Review,1987-03-02,AB2",
    9: "Test Nobody,1987-13-45,AB3", 10: "Test Known,1987-03-02,AB4",
    400: "Test Late Review,1987-03-02,AB5",
  ]

  @Test(
    "Parts of 300; the first names the list; one JSON object a passenger, in the order of the lines"
  )
  func parts() throws {
    let list = ScreenTests.list(700, ScreenTests.lines)
    let (result, calls) = try run(list, ["--json", "--flight", "KL1", "--names"])
    #expect(result.status == 0, "\(result.errors)")
    let requests = try calls.filter { $0.method.hasSuffix(".Screen") }.map {
      try $0.parameters(ScreenRequest.self)
    }
    #expect(requests.map(\.list) == [nil, 41, 41])
    #expect(requests.map(\.passengers.count) == [300, 300, 99])
    #expect(requests.allSatisfy { $0.flight == "KL1" && $0.names == true })
    #expect(requests[0].look == Look(purpose: "ct", reason: "a test"))
    #expect(
      requests[0].passengers[0]
        == ScreenPassenger(
          line: 2, name: "Test Number2", birth: "1987-03-02", document: "AB1000002"))
    try #require(result.lines.count == 700)
    for (place, line) in result.lines.enumerated() {
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let number = place + 2
      let wanted = [3: "alert", 5: "review", 9: "unreadable", 10: "review", 400: "review"][number]
      #expect(value?["line"] as? Int == number && value?["result"] as? String == wanted ?? "clear")
      let hits = value?["hits"] as? [[String: Any]]
      #expect(hits?.count == (wanted == nil || wanted == "unreadable" ? 0 : 1))
      #expect((value?["reason"] != nil) == (number == 9))
    }
    let alert = result.lines[1]
    for part in [
      #""hit":103,"band":"alert","kind":"name""#, #""record":\#(Made.suspect)"#,
      #""action":"arrest""#, #""known":false"#, #""entry":"nl/1/17""#,
    ] {
      #expect(alert.contains(part), "\(part): \(alert)")
    }
    #expect(result.errors.contains("3 looks, 17 to 17, recorded"))
  }

  @Test("Text has what somebody must look at, and then a summary; the digest is that of the file")
  func text() throws {
    var lines = ScreenTests.lines
    lines[11] = "Test Dateless,,AB6"
    lines[12] = "Test Dateless,,AB7"
    let list = ScreenTests.list(500, lines)
    let (result, calls) = try run(list, ["--flight", "KL1"])
    #expect(result.status == 0, "\(result.errors)")
    let shown = result.lines.filter { !$0.hasPrefix(" ") }
    try #require(shown.count >= 5, "\(result.output)")
    #expect(shown[0] == "ALERT  line 3: Test Alert, born 1987-03-02, document AB1")
    #expect(shown[1] == "review  line 5: Test Review, born 1987-03-02, document AB2")
    #expect(shown[2].hasPrefix("UNREADABLE  line 9, compared with nothing: "))
    #expect(shown[3].hasPrefix("review  line 10: Test Known"))
    #expect(shown[4].hasPrefix("review  line 400: Test Late Review"))
    let block = result.output.components(separatedBy: "\n\n")[0].split(separator: "\n").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    #expect(
      block.dropFirst().prefix(4) == [
        "hit 103  ALERT by name", "!! WARNING: ARMED", "do    ARREST",
        "call  +32 2 000 00 00, day and night, reference X-117",
      ], "\(result.output)")
    #expect(
      result.output.contains("hit 110  review by name; an earlier list of this flight had it"))
    let text = result.output.replacing("\n", with: " ").replacing("  ", with: " ")
    for part in [
      "500 passengers: 1 alert, 3 reviews (3 new since the list of 2015-12-13 09:46 UTC), 495 clear, 1 unreadable",
      "no date of birth: compared by the document alone: lines 11, 12",
      "2 hits of the flight's last list are not in this one",
      "the same list was screened on 2015-12-13 09:46 UTC, number 39", "list 41",
      "2 looks, 17 to 17, recorded",
    ] {
      #expect(text.contains(part), "\(part): \(result.output)")
    }
    let finish = try #require(calls.last { $0.method.hasSuffix("FinishList") })
    let request = try finish.parameters(FinishListRequest.self)
    #expect(request.list == 41 && request.unreadable == 1)
    #expect(request.digest == (try ScreenTests.digest(list)))
  }

  /// The digest by another program than ours.
  private static func digest(_ text: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try input.fileHandleForWriting.close()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: said.prefix(64), as: UTF8.self)
  }

  @Test("A pipe is screened like a file")
  func pipe() throws {
    let hub = try FakeHub(answer: ScreenTests.answer)
    defer { hub.stop() }
    let list = ScreenTests.list(10, [3: "Test Alert,1987-03-02,AB1"])
    let result = try ToolProcess.run(
      ["screen", "-", "--hub", hub.folder] + ToolProcess.look, input: list)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("ALERT  line 3"))
    let finish = try #require(hub.calls.last { $0.method.hasSuffix("FinishList") })
    #expect(
      try finish.parameters(FinishListRequest.self).digest == ScreenTests.digest(list))
  }

  @Test("A hub that is busy is asked again, and the order of the lines stays")
  func busy() throws {
    let calls = Mutex(0)
    let (result, _) = try run(ScreenTests.list(1_200), ["--json"]) { call in
      let number = calls.withLock { count in
        count += 1
        return count
      }
      guard ![1, 4, 5].contains(number) else {
        return VarlinkReply.encode(error: HubError.busy.varlinkName, HubError.busy.parameters)
      }
      return try ScreenTests.answer(call)
    }
    #expect(result.status == 0, "\(result.errors)")
    try #require(result.lines.count == 1_200)
    for (place, line) in result.lines.enumerated() {
      #expect(line.contains("\"line\":\(place + 2),"))
    }
  }

  @Test(
    "When the hub goes away, what was answered is printed and the first line that was not is named")
  func lost() throws {
    let calls = Mutex(0)
    let (result, _) = try run(ScreenTests.list(700), ["--json"]) { call in
      let number = calls.withLock { count in
        count += 1
        return count
      }
      guard number < 2 else { throw CancellationError() }
      return try ScreenTests.answer(call)
    }
    #expect(result.status == 69 && result.lines.count == 300)
    #expect(
      result.errors.contains("Passengers from line 302 on were not compared."), "\(result.errors)")
  }

  @Test("When the hub goes away before the end of the list is told, that is said")
  func unfinished() throws {
    let (result, _) = try run(ScreenTests.list(3), ["--json"]) { call in
      guard call.method.hasSuffix(".Screen") else { throw CancellationError() }
      return try ScreenTests.answer(call)
    }
    #expect(result.status == 69 && result.lines.count == 3)
    #expect(result.errors.contains("does not know that the list is complete"), "\(result.errors)")
  }

  @Test(
    "A question about the list is one sentence and the option that answers it, and nothing is sent")
  func question() throws {
    let list = ScreenTests.header + "Test Person,02/03/1987,AB1\n"
    let (asked, none) = try run(list)
    #expect(asked.status == 65 && none.isEmpty && asked.output == "")
    #expect(asked.errors.contains("--dates dmy"), "\(asked.errors)")
    let (result, calls) = try run(list, ["--dates", "dmy"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try calls[0].parameters(ScreenRequest.self).passengers[0].birth == "1987-03-02")
    let (other, mixed) = try run(list, ["--columns", "name,-,document"])
    #expect(other.status == 0, "\(other.errors)")
    #expect(try mixed[0].parameters(ScreenRequest.self).passengers[0].birth == nil)
    let (empty, nothing) = try run("")
    #expect(empty.status == 65 && nothing.isEmpty, "\(empty.errors)")
  }

  @Test("A flight that the list names is its flight, and a count that is wrong is said")
  func titles() throws {
    let list =
      "Flight KL1234 2026-12-01\n" + ScreenTests.header + "Test Person,1987-03-02,AB1\nTotal: 7\n"
    let (result, calls) = try run(list)
    #expect(result.status == 0, "\(result.errors)")
    #expect(try calls[0].parameters(ScreenRequest.self).flight == "KL1234")
    #expect(result.errors.contains("states 7 passengers"), "\(result.errors)")
    let (_, given) = try run(list, ["--flight", "KL1234/1"])
    #expect(try given[0].parameters(ScreenRequest.self).flight == "KL1234/1")
  }

  @Test("An answer for other passengers is refused")
  func others() throws {
    let (result, _) = try run(ScreenTests.list(3)) { _ in
      VarlinkReply.encode(ScreenReply(list: 41, results: [], account: Made.account()))
    }
    #expect(result.status == 69 && result.output == "", "\(result.output)")
  }

  @Test("A list of which nothing can be read is known to the hub all the same")
  func unreadable() throws {
    let list = ScreenTests.header + "Test Nobody,1987-13-45,AB3\nTest Nobody,1987-13-45,AB3\n"
    let (result, calls) = try run(list)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("2 passengers: 0 alerts, 0 reviews"))
    #expect(result.output.contains("2 unreadable"))
    #expect(try calls[0].parameters(ScreenRequest.self).passengers.isEmpty)
    let finish = try #require(calls.last { $0.method.hasSuffix("FinishList") })
    #expect(try finish.parameters(FinishListRequest.self).unreadable == 2)
  }

  @Test("Lists that were screened, the newest first")
  func lists() throws {
    let hub = try FakeHub(answer: ScreenTests.answer)
    defer { hub.stop() }
    let result = try ToolProcess.run(["screen", "list", "--hub", hub.folder])
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.lines.map { $0.split(separator: " ").first } == ["LIST", "41", "40", "39"])
    let json = try ToolProcess.run(["screen", "list", "--json", "--hub", hub.folder])
    #expect(json.lines.count == 3 && json.lines[0].contains(#""number":41"#))
    let turned = try ToolProcess.run(
      ["screen", "--json", "list", "--hub", hub.folder] + ToolProcess.look)
    #expect(turned.status == 64 && turned.errors.contains("./list"))
  }

  @Test(
    "Options are checked before anything is sent",
    arguments: [
      ["--encoding", "latin"], ["--dates", "ymd"], ["--columns", "name,shoe"], ["--case", "x"],
    ])
  func usage(_ words: [String]) throws {
    let hub = try FakeHub(answer: ScreenTests.answer)
    defer { hub.stop() }
    let look = words[0] == "--case" ? [] : ToolProcess.look
    let result = try ToolProcess.run(["screen", "x.csv", "--hub", hub.folder] + words + look)
    #expect(result.status == 64 && hub.calls.isEmpty, "\(result.errors)")
  }
}
