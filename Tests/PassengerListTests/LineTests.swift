import Records
import Testing

@testable import PassengerLists

@Suite("Protocols/lists.md, 3: lines and fields, hostile ones among them")
struct LineTests {
  private static let header = "Name;DOB;Remarks\n"

  private func names(_ text: String) throws -> [String] {
    try Lists.read(LineTests.header + text).passengers.map(\.name)
  }

  @Test(
    "LIST-20: LF, CR, CRLF; empty lines; no end of the last line",
    arguments: ["\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n;;\r\n"])
  func ends(_ end: String) throws {
    let read = try Lists.read(
      ["Name;DOB", "Passenger One;1987", "Passenger Two;1988"].joined(separator: end))
    #expect(read.passengers.map(\.name) == ["Passenger One", "Passenger Two"])
    #expect(
      read.lines.map(\.number)
        == (end.utf8.count == 2 && end != "\r\n" || end.utf8.count > 2 ? [3, 5] : [2, 3]))
  }

  @Test("LIST-21: quotes, quotes in quotes, separators and line breaks in quotes")
  func quotes() throws {
    #expect(
      try names("\"Passenger \"\"P\"\" One\";1987;\"a;b\r\nc\nd\"\n \"Passenger Two\" ;1988;x\n")
        == ["Passenger \"P\" One", "Passenger Two"])
    #expect(
      try names("Passenger O\"One;1987;\n\"Passenger\" Two;1988;\n") == [
        "Passenger O\"One", "PassengerTwo",
      ])
    let read = try Lists.read(LineTests.header + "A One;1987;\"1\n2\r\n3\r4\"\nA Two;1988;\n")
    #expect(read.lines.map(\.number) == [2, 6])
  }

  @Test("LIST-23: a quote that is not closed: its line alone is unreadable")
  func openQuotes() throws {
    let lines = (1...40).map {
      "Passenger \($0 % 2 == 0 ? "Even" : "Odd");1987;\($0 == 7 ? "\"open" : "")\n"
    }.joined()
    let read = try Lists.read(LineTests.header + lines)
    #expect(read.lines.map(\.number) == Array(2...41))
    #expect(read.reasons == [8: "A quote opens in field 3 and is not closed."])
    // It closes where another begins: nothing that was written follows it.
    let two = try Lists.read(LineTests.header + "\"A One;1987;\nA Two;1987;\"x\"\nA Three;1987;\n")
    #expect(two.lines.map(\.number) == [2, 3, 4] && two.reasons.keys.sorted() == [2])
    let last = try Lists.read(LineTests.header + "A One;1987;\nA Two;1987;\"x\nA Three;1987;\n")
    #expect(last.lines.map(\.number) == [2, 3, 4] && last.reasons.keys.sorted() == [3])
    let each = try Lists.read(
      LineTests.header + String(repeating: "A One;1987;\"x\n", count: 5_000))
    #expect(each.lines.count == 5_000)
  }

  @Test("LIST-24: a field of 10 MB, quoted or not; the next line is read")
  func longFields() throws {
    let long = [UInt8](repeating: 0x61, count: 10_000_000)
    for (open, close) in [("", ""), ("\"", "\"")] {
      let bytes =
        Array("\(LineTests.header)A One;1987;\(open)".utf8) + long
        + Array("\(close)\nA Two;1988;\n".utf8)
      let read = try Lists.read(bytes)
      #expect(read.passengers.map(\.name) == ["A Two"])
      #expect(read.reasons == [2: "Field 3 is longer than 4096 bytes."])
    }
    let fits = String(repeating: "a", count: ListLimits.fieldBytes)
    #expect(try names("\(fits);1987;\n") == [fits])
    #expect(try Lists.read(LineTests.header + "\(fits)a;1987;\n").reasons.count == 1)
  }

  @Test("LIST-24: endless columns, long lines, and more fields than the header")
  func columns() throws {
    let many = "A One" + String(repeating: ";", count: 100_000) + "\n"
    let long =
      (0..<20).map { _ in String(repeating: "b", count: 4_000) }.joined(separator: ";") + "\n"
    let read = try Lists.read(LineTests.header + many + long + "A Two;1988;x;\nA Three;1988;x;y\n")
    #expect(read.passengers.map(\.name) == ["A Two"])
    #expect(read.reasons[2] == "It has more than 200 fields.")
    #expect(read.reasons[3] == "It is longer than 65536 bytes.")
    #expect(read.reasons[5] == "It has 4 fields, and there are 3 columns.")
    #expect(Lists.question(String(repeating: ",", count: 1_000_000))?.subject == .columns)
    #expect(Lists.question(String(repeating: "\"", count: 1_000_001))?.subject == .columns)
  }

  @Test("LIST-25: zero bytes and other controls are white space; what turns directions goes")
  func controls() throws {
    #expect(
      try names("A\u{0}\u{1b}[2JOne\u{7f};1987;\n\u{202e}A\u{feff} Two\u{a0};1988;\n") == [
        "A [2JOne", "A Two",
      ])
    let read = try Lists.read(LineTests.header + "\u{0}\u{1}\n12;1987;\n;1987;\n")
    #expect(read.reasons == [3: "The name \"12\" has no letters.", 4: "There is no name."])
  }

  @Test(
    "LIST-22: the separator that Excel writes above a header", arguments: ListDelimiter.allCases)
  func stated(_ separator: ListDelimiter) throws {
    let mark = separator.rawValue
    let read = try Lists.read("sep=\(mark)\r\nName\(mark)DOB\r\nA One\(mark)1987\r\n")
    #expect(read.survey.delimiter == separator && read.passengers.count == 1)
    let named = try Lists.read(
      "sep=\(mark)\nA One\(mark)1987\n", ListOptions(columns: [.name, .birth]))
    #expect(named.passengers.count == 1 && named.lines.count == 1)
  }

  @Test("LIST-26: a chunk may end anywhere", arguments: [1, 2, 3, 7, 64])
  func chunks(_ chunk: Int) throws {
    var numbers = Numbers(seed: 3)
    let pieces = [
      "A One", ";", "\"", "\n", "\r\n", "\r", "1987", "é", "\"\"", "x;y", " ", "Total: 3\n",
      String(repeating: "z", count: 4_090),
    ]
    for _ in 0..<25 {
      let text =
        LineTests.header + (0..<numbers.below(60)).map { _ in numbers.pick(pieces) }.joined()
      let whole = try Lists.read(Array(text.utf8))
      #expect(
        try Lists.read(Array(text.utf8), chunkBytes: chunk) == whole, "\(text.debugDescription)")
    }
  }

  @Test("What is written as CSV with any quotes reads back the same, in every encoding of Unicode")
  func roundTrip() throws {
    var numbers = Numbers(seed: 11)
    let letters = [
      "a", "B", "é", "Ж", "ع", "ı", " ", ";", ",", "\"", "'", "-", "漢", "𐍈", "\n", "\t",
    ]
    for round in 0..<40 {
      let separator = numbers.pick(ListDelimiter.allCases)
      let names = (0..<20).map { _ in
        "N" + (0..<numbers.below(30)).map { _ in numbers.pick(letters) }.joined() + "n"
      }
      var text = "Remarks\(separator.rawValue)Name\(separator.rawValue)DOB\r\n"
      for name in names {
        let mustQuote = name.contains { "\";,\n\t".contains($0) } || numbers.below(2) == 0
        let field = mustQuote ? "\"\(name.replacing("\"", with: "\"\""))\"" : name
        text +=
          "x\(separator.rawValue)\(field)\(separator.rawValue)\"1987\"\(numbers.pick(["\n", "\r\n"]))"
      }
      let encoding = numbers.pick([ListEncoding.utf8, .utf16LittleEndian, .utf16BigEndian])
      let bytes = try #require(Lists.encode(text, encoding, mark: true))
      let read = try Lists.read(bytes, chunkBytes: 1 + numbers.below(300))
      #expect(read.reasons.isEmpty, "round \(round)")
      #expect(read.lines.count == 20)
      for (passenger, name) in zip(read.passengers, names) {
        // One space for each run of white space; a comma is one of "Surname, Given".
        guard !name.contains(","), !name.contains("/") else { continue }
        let expected = name.split { $0 == " " || $0 == "\n" || $0 == "\t" }.joined(separator: " ")
        #expect(passenger.name == expected)
      }
    }
  }

  @Test("20,000 hostile lines: each is answered once, in order")
  func hostile() throws {
    var numbers = Numbers(seed: 5)
    var bytes = Array(LineTests.header.utf8)
    let pieces: [[UInt8]] = [
      Array("A One;1987-03-02;x".utf8), Array("\"A Two".utf8), [0], [0xff, 0xfe],
      Array("é;é;é".utf8), Array(";;;;;;".utf8),
      Array("A;02/03/87;".utf8), Array("\"\"\"".utf8), [0xd0, 0x9f], Array("Total: 7".utf8),
      Array("A Three;25/12/1987;".utf8),
    ]
    for _ in 0..<20_000 { bytes += numbers.pick(pieces) + [0x0a] }
    let read = try Lists.read(bytes, ListOptions(encoding: .utf8))
    #expect(zip(read.lines, read.lines.dropFirst()).allSatisfy { $0.number < $1.number })
    #expect(read.lines.count > 10_000 && read.passengers.count > 2_000)
  }
}
