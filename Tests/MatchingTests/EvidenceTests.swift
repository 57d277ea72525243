import Records
import Testing

@testable import Matching

@Suite("Protocols/matching.md, 6 and 7: what else both know")
struct EvidenceTests {
  static func person(
    _ name: String, born: [String] = [], gender: String? = nil, countries: [String] = [],
    numbers: [String] = [], role: Evidence.NameRole = .primary
  ) throws -> Evidence {
    Evidence(
      names: [Evidence.Name(FoldedName(name), role)],
      birthDates: try born.map { try PartialDate(parsing: $0) }, gender: gender,
      countries: countries,
      identifiers: numbers.map { Evidence.Identifier(kind: "document", value: $0) })
  }

  @Test(
    "MAT-70 to MAT-75: two dates of birth",
    arguments: [
      ("1987-03-02", "1987-03-02", MatchRule.day), ("1987-03", "1987-03-02", .month),
      ("1987", "1987-03-02", .year), ("1987~", "1988-05-06", .year),
      ("1985/1988", "1987", .year), ("1987-03-02", "1987-02-03", .exchangedDay),
      ("1987-03-02", "1987-03-12", .oneDigit), ("1987-03-02", "1977-03-02", .oneDigit),
      ("1987-03-02", "1987-11-25", .otherDay), ("1987-03-02", "1988-11-25", .near),
      ("1987-03-02", "1961-11-25", .otherYear), ("1987", "1989", .near),
      ("1987", "1990", .otherYear),
      // The first of January is a year of which nobody knew more.
      ("1987-01-01", "1987-03-02", .year), ("1987-01-01", "1987-01-01", .year),
      ("1987-01-01", "1990-03-02", .otherYear), ("1987-03", "1987-04-02", .otherDay),
    ])
  func dates(_ a: String, _ b: String, _ rule: MatchRule) throws {
    let (x, y) = (try PartialDate(parsing: a), try PartialDate(parsing: b))
    #expect(DateEvidence.rule(x, y) == rule)
    #expect(DateEvidence.rule(y, x) == rule)
  }

  @Test("MAT-60: rows add up, whatever is known")
  func adds() throws {
    let values = [
      try Self.person("Darina Testova", born: ["1987-03-02"], gender: "female", countries: ["aa"]),
      try Self.person("Darina Tesova", born: ["1987-02-03", "1988"], countries: ["aa", "bb"]),
      try Self.person("Karim Muster", born: ["1961"], gender: "male", numbers: ["T1"]),
      try Self.person("Дарина Тестова", gender: "male", numbers: ["T1"], role: .weak),
      Evidence(), try Self.person(""),
    ]
    for a in values {
      for b in values {
        let match = compare(a, b)
        #expect((0...10_000).contains(match.points))
        #expect(match.rows.reduce(0) { $0 + $1.points } == match.points)
        #expect(match.version == Matcher.version)
      }
    }
  }

  @Test("MAT-61: what is not known costs nothing; what agrees helps, what contradicts costs")
  func order() throws {
    let asked = try Self.person("Darina Tesova", born: ["1987-03-02"], gender: "female")
    func score(_ candidate: Evidence) -> Int { compare(asked, candidate).points }
    let bare = try score(Self.person("Darina Testova"))
    let year = try score(Self.person("Darina Testova", born: ["1987"]))
    let day = try score(Self.person("Darina Testova", born: ["1987-03-02"]))
    let near = try score(Self.person("Darina Testova", born: ["1988"]))
    let other = try score(Self.person("Darina Testova", born: ["1961-07-08"]))
    let man = try score(Self.person("Darina Testova", gender: "male"))
    #expect(other < near && near < bare && bare < year && year < day)
    #expect(man < bare)
    #expect(other < RecordMatch.review)
  }

  @Test("MAT-64: a shared number is stronger than any difference of names, and says so")
  func numbers() throws {
    let asked = try Self.person("Darina Testova", numbers: ["T0000001"])
    let match = try compare(asked, Self.person("Karim Muster", numbers: ["T0000001"]))
    #expect(match.points >= RecordMatch.review)
    #expect(match.facts.sharesIdentifier)
    #expect(try compare(asked, Self.person("Karim Muster", numbers: ["T0000002"])).points < 5_000)
    #expect(
      try compare(asked, Self.person("Darina Testova", numbers: ["T0000002"])).points
        == 10_000)
  }

  @Test("MAT-65: facts for a policy: strong words, contradictions, the year")
  func facts() throws {
    let asked = try Self.person("Darina Testova", born: ["1987-03-02"])
    let same = try compare(asked, Self.person("Darina Testova", born: ["1987"]))
    #expect(same.facts.strongWords == 2 && same.facts.agreesInYear == true)
    #expect(!same.facts.isContradicted)
    let other = try compare(asked, Self.person("Darina Testova", born: ["1960"]))
    #expect(other.facts.isContradicted && other.facts.agreesInYear == false)
    let weak = try compare(asked, Self.person("Darina Testova", role: .weak))
    #expect(weak.facts.isWeakAlias && weak.points < 10_000 && weak.facts.agreesInYear == nil)
  }
}
