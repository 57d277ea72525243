import Records
import Testing

@testable import PassengerLists

@Suite("Protocols/lists.md, 6: PAXLST")
struct MessageTests {
  private static let body = [
    "UNB+UNOA:4+AIRLINE*XX+AUTHORITY+261201:0830+000000001++PAXLST",
    "UNG+PAXLST+AIRLINE+AUTHORITY+261201:0830+1+UN+D:12B",
    "UNH+1+PAXLST:D:12B:UN:IATA+XX0123/261201",
    "BGM+745", "NAD+MS+++CONTACT:OFFICE", "COM+000:TE", "TDT+20+XX0123+++XX", "LOC+125+AMS",
    "DTM+189:2612011000:201", "LOC+87+JFK", "DTM+232:2612011800:201",
    "NAD+FL+++TESTERSON:PASSENGER:ONE+STREET 1+TOWN++1000+NLD", "ATT+2++M", "DTM+329:870302",
    "MEA+CT++:2", "GEI+4+173",
    "FTX+BAG+++BA0001", "LOC+178+AMS", "LOC+179+JFK", "LOC+22+JFK", "NAT+2+NLD", "RFF+AVF:ABCDEF",
    "DOC+V:110:111+V1", "DTM+36:300101", "LOC+91+USA", "DOC+P:110:111+NX1234567", "DTM+36:310605",
    "LOC+91+NLD",
    "NAD+FL+++O?'TEST:PASSENGER?+TWO", "ATT+2++F", "DTM+329:19260115:102", "NAT+2+DEU",
    "DOC+I:110:111+ID2", "LOC+91+D",
    "NAD+FM+++CREWMAN:TEST", "ATT+2++U", "DTM+329:851231", "NAT+2+FRA", "DOC+P+FR3",
    "CNT+42:2", "CNT+41:1", "UNT+40+1", "UNE+1+1", "UNZ+1+000000001",
  ]

  private static func text(_ body: [String] = body, end: String = "'\r\n") -> String {
    body.map { $0 + end }.joined()
  }

  private func check(_ read: Lists.Read) throws {
    #expect(read.warnings == [] && read.reasons == [:])
    let survey = read.survey
    #expect(
      survey.format == .paxlst && survey.flight == "XX0123"
        && survey.departure?.text == "2026-12-01")
    #expect(survey.from == "AMS" && survey.to == "JFK" && survey.statedCount == 2)
    let passengers = read.passengers
    try #require(passengers.count == 3)
    #expect(passengers[0].name == "PASSENGER ONE TESTERSON" && passengers[0].family == "TESTERSON")
    #expect(
      passengers[0].birth?.text == "1987-03-02" && passengers[0].gender == "male"
        && passengers[0].nationality == "nl")
    #expect(
      passengers[0].document == "NX1234567" && passengers[0].documentType == "P"
        && passengers[0].issuer == "nl")
    #expect(passengers[0].expiry?.text == "2031-06-05")
    #expect(
      passengers[1].name == "PASSENGER+TWO O'TEST" && passengers[1].birth?.text == "1926-01-15")
    #expect(
      passengers[1].document == "ID2" && passengers[1].issuer == "de"
        && passengers[1].gender == "female")
    #expect(
      passengers[2].name == "TEST CREWMAN" && passengers[2].gender == nil
        && passengers[2].document == "FR3")
  }

  @Test("LIST-60 to LIST-67: three persons, with UNA and without, on lines and on one")
  func whole() throws {
    let lines = try Lists.read(MessageTests.text())
    try check(lines)
    #expect(lines.survey.numbering == .lines && lines.lines.map(\.number) == [12, 29, 35])
    let one = try Lists.read(MessageTests.text(end: "'"))
    try check(one)
    #expect(one.survey.numbering == .passengers && one.lines.map(\.number) == [1, 2, 3])
    try check(try Lists.read("UNA:+.? '" + MessageTests.text()))
    try check(
      try Lists.read(
        "QU AUTHORITY\r\n.AIRLINE 010830\r\n\r\n\u{2}UNA:+.? '\r\n" + MessageTests.text()))
    try check(try Lists.read(Array(MessageTests.text().utf8), chunkBytes: 1))
    let wide = try #require(Lists.encode(MessageTests.text(), .utf16LittleEndian, mark: true))
    try check(try Lists.read(wide))
  }

  @Test("LIST-60: other service characters, and lines that end anywhere")
  func service() throws {
    let other = MessageTests.text(end: "~").map { letter -> String in
      switch letter {
      case ":": "|"
      case "+": "*"
      case "?": "\\"
      default: String(letter)
      }
    }.joined().replacing("AIRLINE*XX", with: "AIRLINE XX")
    let read = try Lists.read(
      "UNA|*.\\ ~" + other.replacing("PASSENGER\\*TWO", with: "PASSENGER+TWO"))
    try check(read)
    let wrapped = MessageTests.text(end: "'").enumerated().map { place, letter in
      place % 80 == 79 ? "\(letter)\r\n" : String(letter)
    }
    try check(try Lists.read(wrapped.joined()))
    let lineFeed = MessageTests.text(end: "\n")
    try check(try Lists.read("UNA:+.? \n" + lineFeed))
    let bad = try Lists.read("UNA++++++" + MessageTests.text())
    #expect(
      bad.passengers.count == 3 && bad.warnings == ["A UNA gives one character two meanings."])
  }

  private func altered(_ old: String, _ new: [String]) throws -> Lists.Read {
    let body = MessageTests.body.flatMap { $0 == old ? new : [$0] }
    #expect(body != MessageTests.body)
    return try Lists.read(MessageTests.text(body))
  }

  @Test(
    "LIST-66: a wrong segment makes its passenger unreadable, and no other",
    arguments: [
      ("DTM+329:870302", ["DTM+329:871302"], 12), ("DTM+329:870302", ["DTM+329:870302:999"], 12),
      ("DTM+329:870302", ["DTM+329:02MAR87"], 12), ("DTM+329:870302", ["DTM+329:20270101:102"], 12),
      ("DTM+329:870302", ["DTM+329:18790101"], 12), ("MEA+CT++:2", ["ME+CT++:2"], 12),
      ("MEA+CT++:2", ["mea+CT"], 12),
      ("MEA+CT++:2", ["FTX+" + String(repeating: "x", count: 5_000)], 12),
      ("MEA+CT++:2", ["FTX" + String(repeating: "+", count: 500)], 12),
      ("NAD+FL+++O?'TEST:PASSENGER?+TWO", ["NAD+FL"], 29),
      ("NAD+FL+++O?'TEST:PASSENGER?+TWO", ["NAD+FL+++12:3"], 29),
      ("NAD+FL+++O?'TEST:PASSENGER?+TWO", ["NAD+FL+++" + String(repeating: "X", count: 5_000)], 29),
    ])
  func wrong(_ old: String, _ new: [String], _ line: Int) throws {
    let read = try altered(old, new)
    #expect(read.reasons.keys.sorted() == [line], "\(read.reasons)")
    #expect(read.passengers.count == 2 && read.warnings.isEmpty)
  }

  @Test(
    "LIST-68: wrong counts are told, and nothing is refused",
    arguments: [
      ("CNT+42:2", ["CNT+42:3"], "CNT states 3 passengers: 2 were read."),
      ("CNT+41:1", ["CNT+41:9"], "CNT states 9 of the crew: 1 were read."),
      ("UNT+40+1", ["UNT+99+1"], "UNT states 99 segments in message 1: 40 were read."),
      ("UNE+1+1", ["UNE+2+1"], "UNE states 2 messages in group 1: 1 were read."),
      ("UNZ+1+000000001", ["UNZ+3+000000001"], "UNZ states 3 groups: 1 were read."),
      ("UNT+40+1", [], "Message 1 is cut off: its UNT is missing."),
      ("UNZ+1+000000001", [], "The list is cut off: its UNZ is missing."),
    ])
  func counts(_ old: String, _ new: [String], _ warning: String) throws {
    let read = try altered(old, new)
    #expect(read.passengers.count == 3 && read.warnings == [warning])
  }

  @Test("LIST-67: cut anywhere it answers what it has, and says so")
  func cut() throws {
    let text = Array(MessageTests.text().utf8)
    let start = try #require(text.firstRange(of: Array("NAD+FL".utf8))).lowerBound
    for end in stride(from: start, to: text.count - 4, by: 7) {
      let read = try Lists.read(Array(text[..<end]))
      #expect(read.lines.count <= 3 && !read.warnings.isEmpty)
      #expect(read.reasons.count <= 1)
      if let reason = read.reasons.values.first {
        #expect(reason.contains("cut off") || reason.contains("NAD"))
      }
    }
  }

  @Test("LIST-65: codes of formats, and what two digits of a year mean")
  func dates() throws {
    func read(_ value: String, _ format: String?, _ kind: MessageDate.Kind) -> String? {
      (try? MessageDate.read(value, format: format, kind, today: Lists.today))?.text
    }
    #expect(
      read("870302", nil, .birth) == "1987-03-02" && read("261201", "101", .birth) == "2026-12-01")
    #expect(
      read("261202", "101", .birth) == "1926-12-02" && read("310605", nil, .near) == "2031-06-05")
    #expect(
      read("8703021530", "201", .birth) == "1987-03-02"
        && read("198703021530", "203", .birth) == "1987-03-02")
    #expect(read("19870302", nil, .birth) == "1987-03-02" && read("870000", nil, .birth) == "1987")
    #expect(read("870300", nil, .birth) == "1987-03" && read("19870000", "102", .birth) == "1987")
    for (value, format) in [
      ("8703", nil), ("870302", "102"), ("870302", "2"), ("87o302", nil), ("870031", nil),
    ] as [(String, String?)] {
      #expect(read(value, format, .birth) == nil)
    }
  }

  @Test("LIST-62: roles; of messages of other kinds nothing is read; several messages")
  func roles() throws {
    let transit = try altered("NAD+FM+++CREWMAN:TEST", ["NAD+DDT+++CREWMAN:TEST"])
    #expect(transit.passengers.count == 3 && transit.warnings.isEmpty)
    let other = try altered("NAD+FM+++CREWMAN:TEST", ["NAD+ZZ+++CREWMAN:TEST"])
    #expect(other.passengers.count == 2)
    #expect(
      Lists.question("UNB+UNOA:4+A+B'UNH+1+PNRGOV:11:1:IA'UNT+2+1'UNZ+1+1'")?.subject == .format)
    let first = "UNH+1+PAXLST:D:12B:UN:IATA+XX+01:C'NAD+FL+++TEST:ONE'CNT+42:1'UNT+4+1'"
    let second = "UNH+2+PAXLST:D:12B:UN:IATA+XX+02:F'NAD+FL+++TEST:TWO'CNT+42:2'UNT+4+2'"
    let both = try Lists.read("UNB+UNOA:4+A+B'\(first)\(second)UNZ+2+1'")
    #expect(
      both.warnings.isEmpty && both.passengers.map(\.name) == ["ONE TEST", "TWO TEST"]
        && both.survey.statedCount == 2)
  }

  @Test(
    "LIST-61: UNOC is Latin-1; of other syntaxes it is asked; single segments of other bytes are unreadable"
  )
  func encodings() throws {
    let text = MessageTests.text().replacing("PASSENGER:ONE", with: "PÄSSENGER:ONE")
    let latin = try #require(Lists.encode(text.replacing("UNOA", with: "UNOC"), .windows1252))
    #expect(try Lists.read(latin).passengers[0].name == "PÄSSENGER ONE TESTERSON")
    let unknown = try #require(Lists.encode(text, .windows1252))
    let question = try #require(throws: ListQuestion.self) { try Lists.read(unknown) }
    #expect(question.subject == .encoding && question.reason.contains("line 12"))
    let said = try Lists.read(unknown, ListOptions(encoding: .utf8))
    #expect(said.reasons == [12: "A segment has bytes that are not UTF-8."])
  }

  @Test("Una is a name, too")
  func una() throws {
    #expect(
      try Lists.read("First name,Surname\nUNA,TESTERSON\n").passengers.map(\.name) == [
        "UNA TESTERSON"
      ])
  }
}
