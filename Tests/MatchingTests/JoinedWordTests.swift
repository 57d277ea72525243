import Testing

@testable import Matching

@Suite("Protocols/matching.md, MAT-31: what is ruled out unseen is none")
struct JoinedWordTests {
  private static let syllables = [
    "abd", "al", "rah", "man", "sha", "s", "h", "ch", "t", "sc", "x", "qu", "zh", "kh", "da", "ri",
    "na", "to", "mo", "ham", "ed", "w", "y", "ou", "ge", "ci", "ph", "bb", "ov", "lee",
  ]
  private static let cyrillic = ["аб", "дул", "рах", "ман", "ша", "мо", "ха", "мед", "ов", "да"]
  private static let arabic = ["عبد", "ال", "رح", "من", "شا", "مو", "حم", "د", "ريم", "كيم"]
  private static let hangul = ["김", "이", "박", "정", "은", "민", "수"]

  private static func word(_ random: inout NamePropertyTests.Random) -> String {
    let parts = [syllables, syllables, cyrillic, arabic, hangul][Int(random.below(5))]
    return (0..<(1 + random.below(3))).map { _ in parts[Int(random.below(UInt64(parts.count)))] }
      .joined()
  }

  @Test("A name that was made ready for many comparisons scores as it did before")
  func readied() {
    var random = NamePropertyTests.Random(state: 47)
    for _ in 0..<2_000 {
      let words = (0..<5).map { _ in Self.word(&random) }
      let a = FoldedName(words[0...2].joined(separator: " "))
      let b = FoldedName("\(words[0])\(words[1]) \(words[3]) \(words[4])")
      let points = Matcher.points(a, b)
      #expect(Matcher.points(a.readied(), b) == points, "\(a.text), \(b.text)")
      #expect(Matcher.points(a, b.readied()) == points, "\(a.text), \(b.text)")
    }
  }

  /// Every pair of neighbours that is much alike with a word of the other name is an edge or was
  /// beaten by a better one: names that are written together and apart are at least as alike as
  /// their letters say.
  @Test("Neighbours of any script, beside the same written as one word")
  func together() {
    var random = NamePropertyTests.Random(state: 31)
    for _ in 0..<4_000 {
      let (a, b, other) = (Self.word(&random), Self.word(&random), Self.word(&random))
      let (apart, together) = (FoldedName("\(a) \(b) \(other)"), FoldedName("\(a + b) \(other)"))
      guard apart.words.count == 3, together.words.count == 2,
        apart.words.allSatisfy({ $0.kind == .name }), together.words[0].kind == .name,
        apart.words[0].script == apart.words[1].script, apart.words[0].letters.spelling.count > 1
      else { continue }
      let joined = Word(joining: apart.words[0...1])
      let wholes = together.words.prefix(1) + FoldedName(Self.word(&random)).words.prefix(1)
      for whole in wholes where whole.kind == .name {
        let likeness = Likeness.of(joined, whole)
        guard likeness.value >= Likeness.Ceiling.sameName, joined.spelling.count >= 4 else {
          continue
        }
        let alignment = Alignment(Array(apart.words[0...1]), [whole], isPerson: true)
        #expect(alignment.restRight == 0, "\(a) \(b), \(whole.spelling.text)")
      }
    }
  }
}
