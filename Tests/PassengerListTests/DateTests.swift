import Records
import Testing

@testable import PassengerLists

@Suite("Protocols/lists.md, 5: dates as they are written, and which number is the day")
struct DateTests {
  @Test(
    "LIST-40: what can be read in one way",
    arguments: [
      ("1987-03-02", "1987-03-02"), ("19870302", "1987-03-02"), ("1987/3/2", "1987-03-02"),
      ("1987.03.02", "1987-03-02"), ("02MAR1987", "1987-03-02"), ("2 Mar 1987", "1987-03-02"),
      ("March 2, 1987", "1987-03-02"), ("1987-Mar-02", "1987-03-02"),
      ("2. März 1987", "1987-03-02"),
      ("2 août 1987", "1987-08-02"), ("1er janvier 1988", ""), ("2 de marzo de 1987", "1987-03-02"),
      ("2 października 1987 r.", "1987-10-02"), ("2 марта 1987 г.", "1987-03-02"),
      ("٢ مارس ١٩٨٧", "1987-03-02"),
      ("2 كانون الثاني 1987", "1987-01-02"), ("2 Ağustos 1987", "1987-08-02"),
      ("2. června 1987", "1987-06-02"),
      ("1987", "1987"), ("03/1987", "1987-03"), ("1987-03", "1987-03"), ("Mar 1987", "1987-03"),
      ("25/03/1987", "1987-03-25"), ("03/25/1987", "1987-03-25"), ("05.05.1987", "1987-05-05"),
      ("1987-03-02T00:00:00", "1987-03-02"), ("25.3.1987 0:00", "1987-03-25"),
      ("00/00/1987", "1987"),
      ("1987-03-00", "1987-03"), ("２５/０３/１９８７", "1987-03-25"),
    ])
  func plain(_ text: String, _ date: String) throws {
    if date.isEmpty {
      #expect(throws: WrittenDate.Problem.form) { try WrittenDate.read(text) }
    } else {
      #expect(try #require(try WrittenDate.read(text)).date(nil)?.text == date)
    }
  }

  @Test(
    "LIST-41: and what cannot",
    arguments: [
      ("02/03/87", .twoDigitYear), ("02MAR87", .twoDigitYear), ("870302", .twoDigitYear),
      ("31838", .serialNumber), ("1987-02-30", .noSuchDay), ("19871302", .noSuchDay),
      ("02031987", .noSuchDay), ("x", .form), ("2 Foo 1987", .form), ("1-2-3-1987", .form),
      ("198733", .twoDigitYear), ("1987-03-02-04-05-06", .form),
      ("123456789012345678901234567890", .form),
      ("1987-13", .noSuchDay), ("Mar 87", .twoDigitYear), ("0000-00-00", .noSuchDay),
    ] as [(String, WrittenDate.Problem)])
  func refused(_ text: String, _ problem: WrittenDate.Problem) {
    #expect(throws: problem) { try WrittenDate.read(text) }
  }

  @Test(
    "LIST-42: a text that says that nothing is known",
    arguments: ["-", "N/A", "unknown", "?", "неизвестно", "none"])
  func nothing(_ text: String) throws {
    #expect(try WrittenDate.read(text) == nil)
    #expect(try Lists.read("Name;DOB\nPassenger One;\(text)\n").passengers[0].birth == nil)
  }

  @Test("No name of a month means two of them")
  func months() {
    var found: [String: Int] = [:]
    for (place, names) in MonthNames.table.enumerated() {
      for name in names.split(separator: " ") {
        let key = WordFolding.words(of: String(name)).joined()
        #expect(found[key] == nil || found[key] == place, "\(name)")
        #expect(!MonthNames.shared.isIgnored(key), "\(name)")
        found[key] = place
      }
    }
  }

  private func births(_ values: [String], _ options: ListOptions = ListOptions())
    throws(ListQuestion) -> [String?]
  {
    let lines = values.map { "Passenger One;\($0)\n" }.joined()
    return try Lists.read("Name;DOB\n\(lines)", options).lines.map { line in
      if case .passenger(let passenger) = line.content { passenger.birth?.text } else { nil }
    }
  }

  @Test("LIST-43: one date that decides, decides for its column")
  func order() throws {
    #expect(try births(["03/04/1987", "25/04/1987"]) == ["1987-04-03", "1987-04-25"])
    #expect(try births(["04/25/1987", "03/04/1987"]) == ["1987-04-25", "1987-03-04"])
    #expect(try births(["05/05/1987", "06.06.1987"]) == ["1987-05-05", "1987-06-06"])
    #expect(try births(["25/04/1987", "04/25/1987"]) == ["1987-04-25", "1987-04-25"])
    #expect(try births(["1987-04-03", "03APR1987"]) == ["1987-04-03", "1987-04-03"])
  }

  @Test("LIST-43: otherwise it is asked, and never guessed")
  func asked() throws {
    let question = try #require(throws: ListQuestion.self) {
      try births(["1987", "03/04/1987", "05/06/1988"])
    }
    #expect(question.subject == .dates)
    #expect(
      question.reason == "The dates may be day/month or month/day (\"03/04/1987\" in line 3).")
    #expect(question.hint == "Say --dates dmy or --dates mdy.")
    #expect(try births(["03/04/1987"], ListOptions(dateOrder: .dayMonth)) == ["1987-04-03"])
    #expect(try births(["03/04/1987"], ListOptions(dateOrder: .monthDay)) == ["1987-03-04"])
    let both = try #require(throws: ListQuestion.self) {
      try births(["25/04/1987", "04/25/1987", "03/04/1987"])
    }
    #expect(
      both.reason.contains("in line 2") && both.reason.contains("in line 3")
        && both.reason.contains("in line 4"))
    #expect(
      try births(["25/04/1987", "04/25/1987", "03/04/1987"], ListOptions(dateOrder: .dayMonth))
        == ["1987-04-25", nil, "1987-04-03"])
  }

  @Test("LIST-43: each column for itself; of an expiry it is asked, too")
  func columns() throws {
    let header = "Name;DOB;Expiry\n"
    let question = Lists.question(header + "Passenger One;25/04/1987;03/04/2030\n")
    #expect(question?.subject == .dates && question?.reason.contains("03/04/2030") == true)
    let read = try Lists.read(header + "Passenger One;25/04/1987;04/25/2030\n")
    #expect(
      read.passengers[0].birth?.text == "1987-04-25"
        && read.passengers[0].expiry?.text == "2030-04-25")
  }

  @Test(
    "LIST-44, LIST-46: a line whose date of birth cannot be is unreadable; an expiry is left out")
  func unreadable() throws {
    let read = try Lists.read(
      "Name;DOB;Expiry\nPassenger One;02/03/87;2030\nPassenger Two;2026-12-02;\nPassenger Three;1879-12-31;\nPassenger Four;1366-05-05;\nPassenger Five;1987;soon\nPassenger Six;2026-12-01;01/01/30\nPassenger Seven;1880;\n"
    )
    #expect(read.passengers.map(\.name) == ["Passenger Five", "Passenger Six", "Passenger Seven"])
    #expect(read.passengers.allSatisfy { $0.expiry == nil })
    #expect(
      read.reasons[2] == "The date of birth \"02/03/87\" has a year of two digits: write four.")
    #expect(read.reasons[3] == "The date of birth \"2026-12-02\" is in the future.")
    #expect(
      read.reasons[4]
        == "The date of birth \"1879-12-31\" is before 1880, and perhaps of another calendar.")
    #expect(read.reasons[5] != nil && read.reasons.count == 4)
  }

  @Test("LIST-45: day, month and year in columns of their own")
  func parts() throws {
    let header = "Name;Day of birth;Month of birth;Year of birth\n"
    let read = try Lists.read(
      header
        + "Passenger One;2;3;1987\nPassenger Two;;3;1987\nPassenger Three;;;1987\nPassenger Four;2;März;1987\nPassenger Five;;;\nPassenger Six;2;;1987\nPassenger Seven;2;3;\nPassenger Eight;31;2;1987\nPassenger Nine;2;3;87\n"
    )
    #expect(
      read.passengers.map { $0.birth?.text } == [
        "1987-03-02", "1987-03", "1987", "1987-03-02", nil,
      ])
    #expect(read.reasons.keys.sorted() == [7, 8, 9, 10])
    let birthday = try Lists.read(
      "ФИО;День рождения;Месяц рождения;Год рождения\nТест Примеров;2;3;1987\n")
    #expect(birthday.passengers.map { $0.birth?.text } == ["1987-03-02"])
  }
}
