import Testing

@testable import Records

@Suite("Protocols/records.md, 6: machine readable zones")
struct ZoneTests {
  /// The specimens of ICAO 9303, parts 4 to 7, and one with a long number.
  static let specimens = [
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<",
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<",
    "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<",
  ]

  @Test("REC-40 to 44: each specimen is well read, and says what is printed", arguments: specimens)
  func specimen(_ text: String) throws {
    let zone = try MachineReadableZone(parsing: text)
    #expect(zone.isWellRead, "\(zone.failedChecks)")
    #expect(zone.issuer == "UTO")
    #expect(["ERIKSSON", "STEVENSON"].contains(zone.names.primary.joined(separator: " ")))
    #expect([["ANNA", "MARIA"], ["PETER", "JOHN"]].contains(zone.names.secondary))
    #expect(!zone.names.mayBeCut)
    // As people type it.
    #expect(
      try MachineReadableZone(parsing: text.lowercased().replacing("<", with: " ")) == zone)
  }

  @Test("What the fields say")
  func fields() throws {
    let today = try #require(CivilDay(year: 2016, month: 1, day: 11))
    let passport = try MachineReadableZone(parsing: ZoneTests.specimens[0])
    #expect(passport.format == .td3 && passport.documentType == "P")
    #expect(passport.number == "L898902C3" && passport.optional == ["ZE184226B"])
    #expect(passport.birth.birth(today: today)?.text == "1974-08-12")
    #expect(passport.expiry.expiry(today: today)?.text == "2012-04-15")
    #expect(passport.sex == .female && passport.nationality == "UTO")
    let card = try MachineReadableZone(parsing: ZoneTests.specimens[5])
    #expect(card.format == .td1 && card.number == "D23145890734" && card.optional == ["", ""])
    #expect(card.birth.birth(today: today)?.text == "1934-07-12")
    #expect(card.expiry.expiry(today: today)?.text == "1995-07-12")
    #expect(try MachineReadableZone(parsing: ZoneTests.specimens[4]).format == .visaB)
  }

  @Test(
    "REC-45: of all corruptions of one character, only those that the weights cannot see pass",
    arguments: specimens)
  func corruptions(_ text: String) throws {
    let zone = try MachineReadableZone(parsing: text)
    let characters = Array(text)
    for (place, character) in characters.enumerated() where character != "\n" {
      for other in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<" where other != character {
        var wrong = characters
        wrong[place] = other
        guard let read = try? MachineReadableZone(parsing: String(wrong)), read.isWellRead else {
          continue
        }
        // No check covers type, issuer, names, nationality, sex and the optional data of some; nor
        // letters that count as the digit.
        let unchecked =
          read.number == zone.number && read.birth == zone.birth && read.expiry == zone.expiry
        let isUnseen = ZoneTests.value(character) % 10 == ZoneTests.value(other) % 10
        #expect(unchecked || isUnseen, "\(character) read as \(other) at \(place)")
        if read.birth != zone.birth || read.expiry != zone.expiry {
          Issue.record("a date with \(other) for \(character) passes")
        }
      }
    }
  }

  private static func value(_ character: Character) -> Int {
    character.wholeNumberValue ?? (character == "<" ? 0 : Int(character.asciiValue!) - 55)
  }

  @Test("REC-41, 42: what is no zone says where")
  func refused() {
    func problem(_ text: String) -> MachineReadableZone.Problem? {
      do {
        _ = try MachineReadableZone(parsing: text)
        return nil
      } catch { return error }
    }
    #expect(problem("") == .size && problem("P<UTO") == .size)
    #expect(problem(ZoneTests.specimens[0] + "<") == .size)
    let passport = ZoneTests.specimens[0]
    #expect(problem(passport.replacing("ANNA", with: "ANN*")) == .character(line: 1, column: 19))
    #expect(problem(passport.replacing("ANNA", with: "ANN4")) == .place(line: 1, column: 19))
    #expect(problem(passport.replacing("740812", with: "74O812")) == .place(line: 2, column: 16))
    #expect(problem(passport.replacing("2F12", with: "2X12")) == .place(line: 2, column: 21))
    // A long number that goes nowhere.
    #expect(
      problem(ZoneTests.specimens[5].replacing("7349", with: "<<<<")) == .longNumber)
    #expect(
      problem(ZoneTests.specimens[5].replacing("7349<<<<<<<<<<<", with: "734912345678901"))
        == .longNumber)
  }

  @Test("REC-43: years of two digits, and dates that are not wholly known")
  func dates() throws {
    let today = try #require(CivilDay(year: 2016, month: 1, day: 11))
    func date(_ text: String) -> ZoneDate { ZoneDate(Array(text.utf8)[...]) }
    #expect(date("160111").birth(today: today)?.text == "2016-01-11")
    #expect(date("160112").birth(today: today)?.text == "1916-01-12")
    #expect(date("990101").birth(today: today)?.text == "1999-01-01")
    #expect(date("9901<<").birth(today: today)?.text == "1999-01")
    #expect(date("99<<<<").birth(today: today)?.text == "1999")
    #expect(date("<<<<<<").birth(today: today) == nil)
    #expect(date("990230").birth(today: today) == nil && date("991301").birth(today: today) == nil)
    #expect(date("251231").expiry(today: today)?.text == "2025-12-31")
    #expect(date("991231").expiry(today: today)?.text == "1999-12-31")
    #expect(date("640101").expiry(today: today)?.text == "2064-01-01")
  }

  @Test("REC-44: names of one part, cut names, and Arabic letters that were escaped")
  func names() {
    func names(_ text: String) -> ZoneNames { ZoneNames(Array(text.utf8)[...]) }
    #expect(names("ARKFREITH<<<<<<").secondary.isEmpty)
    #expect(names("ARKFREITH<<<<<<").primary == ["ARKFREITH"])
    #expect(names("DE<LA<CRUZ<<MARIA<").primary == ["DE", "LA", "CRUZ"])
    #expect(names("PAPANDROPOULOUS<<JONATHON<ALEC").mayBeCut)
    #expect(ZoneNames.arabic("MXHMWD") == "محمود")
    #expect(ZoneNames.arabic("EBD<ALRXHYM") == nil && ZoneNames.arabic("ALRXHYM") == "الرحيم")
    #expect(ZoneNames.arabic("XAEXHMD") == "أحمد" && ZoneNames.arabic("FAXTTMXAH") == "فاطمة")
    #expect(ZoneNames.arabic("ANNA") == nil, "nothing is escaped: it may be any name")
    #expect(
      ZoneNames.arabic("XQQ") == nil && ZoneNames.arabic("X") == nil && ZoneNames.arabic("") == nil)
  }
}
