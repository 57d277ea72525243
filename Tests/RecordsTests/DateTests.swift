import Testing

@testable import Records

@Suite("Protocols/records.md, 4: dates and times as far as they are known")
struct DateTests {
  @Test("Every day of 800 years has its number, and each number its day")
  func days() throws {
    var expected = try #require(CivilDay(year: 1600, month: 1, day: 1)).number
    #expect(expected == -135_140)
    for year in 1600..<2400 {
      for month in 1...12 {
        for number in 1...CivilDay.length(of: month, in: year) {
          let day = try #require(CivilDay(year: year, month: month, day: number))
          #expect(day.number == expected)
          #expect(CivilDay(number: expected) == day)
          expected += 1
        }
      }
    }
    #expect(CivilDay(year: 1970, month: 1, day: 1)?.number == 0)
    #expect(CivilDay(number: CivilDay.numbers.lowerBound)?.text == "0001-01-01")
    #expect(CivilDay(number: CivilDay.numbers.upperBound)?.text == "9999-12-31")
    for number in [CivilDay.numbers.lowerBound - 1, CivilDay.numbers.upperBound + 1, .min, .max] {
      #expect(CivilDay(number: number) == nil)
    }
  }

  @Test(
    "REC-20: what is taken is written the same, and means these days",
    arguments: [
      ("1987", "1987-01-01", "1987-12-31"), ("1987-03", "1987-03-01", "1987-03-31"),
      ("1987-03-02", "1987-03-02", "1987-03-02"), ("2000-02", "2000-02-01", "2000-02-29"),
      ("1900-02", "1900-02-01", "1900-02-28"), ("1987~", "1985-01-01", "1989-12-31"),
      ("0001~", "0001-01-01", "0003-12-31"), ("9999~", "9997-01-01", "9999-12-31"),
      ("1985/1988", "1985-01-01", "1988-12-31"), ("1985-03/1985-04-02", "1985-03-01", "1985-04-02"),
      ("1985/1985", "1985-01-01", "1985-12-31"),
    ])
  func taken(_ text: String, _ first: String, _ last: String) throws {
    let date = try PartialDate(parsing: text)
    #expect(date.text == text)
    #expect(CivilDay(number: date.days.lowerBound)?.text == first)
    #expect(CivilDay(number: date.days.upperBound)?.text == last)
  }

  @Test(
    "REC-20: and what is not",
    arguments: [
      ("", .form), ("87", .form), ("0000", .form), ("19870302", .form), ("1987-3", .form),
      ("1987-03-2", .form), ("1987-03-02-01", .form), ("1987-13", .noSuchDay),
      ("1987-00", .noSuchDay), ("1987-02-30", .noSuchDay), ("1900-02-29", .noSuchDay),
      ("1987-03~", .form), ("~", .form), ("1988/1985", .endsBeforeItBegins), ("1985/", .form),
      ("/1985", .form), ("1985/1986/1987", .form), ("1985~/1987", .form),
      ("1987-03-02T10:00", .form),
      ("１９８７", .form), (" 1987", .form), ("-987", .form), ("1987-0a", .form),
    ] as [(String, PartialDate.Problem)])
  func refused(_ text: String, _ problem: PartialDate.Problem) {
    #expect(throws: problem) { try PartialDate(parsing: text) }
  }

  @Test("REC-21: the first of January is compared as its year")
  func firstOfJanuary() throws {
    #expect(try PartialDate(parsing: "1980-01-01").exactDay == nil)
    #expect(try PartialDate(parsing: "1980-01-02").exactDay?.text == "1980-01-02")
    #expect(try PartialDate(parsing: "1980").exactDay == nil)
    #expect(try PartialDate(parsing: "1980-01-01").years == 1980...1980)
    #expect(try PartialDate(parsing: "1980~").years == 1978...1982)
    #expect(try PartialDate(parsing: "1980-05/1982").years == 1980...1982)
  }

  @Test(
    "REC-22: a time of a journey means what its zone says, or anywhere",
    arguments: [
      ("1970-01-01T00:00Z", 0, 0), ("1970-01-01T06:30:15Z", 23_415, 23_415),
      ("1970-01-01T06:30+01:00", 19_800, 19_800), ("1970-01-01T00:00-11:30", 41_400, 41_400),
      ("1970-01-01T12:00", -7_200, 86_400), ("1970-01-01", -50_400, 86_399 + 43_200),
    ])
  func times(_ text: String, _ first: Int, _ last: Int) throws {
    let time = try #require(RecordTime(parsing: text))
    #expect(time.unixSeconds == first...last)
  }

  @Test(
    "REC-22: no time",
    arguments: [
      "", "1970", "1970-01", "1970-01-01T", "1970-01-01T24:00", "1970-01-01T12:60",
      "1970-01-01T12:00:60", "1970-01-01T12", "1970-01-01 12:00", "1970-01-01T12:00+14:01",
      "1970-01-01T12:00-12:01", "1970-01-01T12:00+1:00", "1970-01-01T12:00z", "1970-02-30T12:00Z",
      "1970-01-01T12:00Z+01:00", "1970-01-01T12:00T13:00",
    ])
  func noTimes(_ text: String) { #expect(RecordTime(parsing: text) == nil) }
}
