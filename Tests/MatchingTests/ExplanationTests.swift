import Testing

@testable import Matching

@Suite("Protocols/matching.md, 5: an explanation says what the score says")
struct ExplanationTests {
  static let names = [
    "Darina Testova", "Testova, Darina", "D. Testova", "Дарина Тестова",
    "Karim bin Yusuf al-Muster",
    "Yusuf bin Karim Muster", "محمد يوسف الحسن", "Mohammed Yusuf Hassan", "Abdurrahman", "김민준",
    "Kim Minjun", "Najibullah Muster", "Ivan Petrovich Testov", "Oleg Testov", "Olga Testova",
    "Ludmila Beispiel Muster", "MVB", "MVB Volunteer Battalion", "Muster Volunteer Battalion GmbH",
    "MVB AG",
    "Brigade 44 (Schweiz) Ltd", "", "bin al", "Friedrich Hans",
  ]

  @Test("MAT-50: rows add up to the score, for every pair, and each has a sentence")
  func adds() {
    for kind in [NameKind.person, .organization] {
      let folded = Self.names.map { FoldedName($0, as: kind) }
      for a in folded {
        for b in folded {
          let match = Matcher.explain(a, b)
          #expect(match.points == Matcher.points(a, b))
          #expect(match.rows.reduce(0) { $0 + $1.points } == match.points, "\(a.text) \(b.text)")
          for row in match.rows { #expect(!row.sentence.isEmpty) }
        }
      }
    }
  }

  @Test("MAT-51: both words stand in an explanation as they were written, in their own script")
  func scripts() {
    let match = Matcher.explain(FoldedName("Дарина Тестова"), FoldedName("TESTOVA, Darina"))
    #expect(
      match.rows.map(\.left) == ["Тестова", "Дарина"]
        || match.rows.map(\.left) == ["Дарина", "Тестова"])
    #expect(Set(match.rows.map(\.right)) == ["TESTOVA", "Darina"])
    #expect(match.strongWords == 2)
    #expect(!match.isContradicted)
  }

  @Test("MAT-42: what contradicts is named, with the words that do")
  func contradiction() throws {
    let match = Matcher.explain(FoldedName("Karim Yusuf Muster"), FoldedName("Karim Khaled Muster"))
    let row = try #require(match.rows.first { $0.rule == .contradiction })
    #expect(row.left == "Yusuf" && row.right == "Khaled" && row.points < 0)
    #expect(match.isContradicted)
    #expect(row.sentence == "“Yusuf” and “Khaled” contradict each other")
  }
}
