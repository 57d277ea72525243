import Matching
import Records

/// Two names side by side, as persons and as organisations: any text is a name that somebody may
/// have written.
enum NamesTarget {
  static func run(_ input: inout FuzzInput) {
    let kind: Matching.NameKind = input.u8() % 2 == 0 ? .person : .organization
    let left = String(decoding: input.take(input.u16()), as: UTF8.self)
    let right = String(decoding: input.rest(), as: UTF8.self)
    let names = (FoldedName(left, as: kind), FoldedName(right, as: kind))
    compareNames(names.0, names.1)
    let evidence = (evidence(names.0, left, kind), evidence(names.1, right, kind))
    records(evidence.0, evidence.1)
    keys(evidence.0)
  }

  private static func compareNames(_ left: FoldedName, _ right: FoldedName) {
    let match = Matcher.explain(left, right)
    check((0...10_000).contains(match.points), "a score beyond 1: \(match.points)")
    check(match.points == Matcher.points(left, right), "a score that is not the explained one")
    check(match == Matcher.explain(left, right), "explained twice, and otherwise")
    let same = Matcher.points(left, left)
    check(left.isCut || same == 0 || same == 10_000, "\(same) with itself (MAT-50)")
    check(
      match.rows.reduce(0) { $0 + $1.points } == match.points, "rows of names that do not add up")
    check(match.rows.count <= 4 * NameLimits.words + 16, "\(match.rows.count) rows")
    check(match.rows.allSatisfy { !$0.sentence.isEmpty }, "a row without words")
  }

  /// A date and a number, where the text has one.
  private static func evidence(_ name: FoldedName, _ text: String, _ kind: Matching.NameKind)
    -> Evidence
  {
    let dates = text.split(separator: " ").compactMap { try? PartialDate(parsing: $0) }
    let number = text.filter(\.isNumber)
    return Evidence(
      kind: kind, names: [.init(name), .init(name, .weak)], birthDates: Array(dates.prefix(3)),
      gender: text.count % 3 == 0 ? "male" : "female", countries: [String(text.prefix(2))],
      identifiers: number.isEmpty ? [] : [.init(kind: "personalNumber", value: number)])
  }

  private static func records(_ left: Evidence, _ right: Evidence) {
    let match = compare(left, right)
    check((0...10_000).contains(match.points), "a score of records beyond 1: \(match.points)")
    check(
      match.rows.reduce(0) { $0 + $1.points } == match.points, "rows of records that do not add up")
    check(match == compare(left, right), "compared twice, and otherwise")
  }

  private static func keys(_ evidence: Evidence) {
    let filed = evidence.filedKeys
    check(filed.count <= KeyLimits.filed, "\(filed.count) keys are filed")
    check(NameKey.keys(ofBlob: NameKey.blob(filed)) != nil, "keys that do not read back")
    let asked = evidence.askedKeys
    check(asked.count <= 16_384, "\(asked.count) keys are asked")
    guard !filed.isEmpty else { return }
    var index = CandidateIndex()
    index.insert(1, filed)
    check(
      index.candidates(asked).found.map(\.record) == [1], "nobody is found by his own name")
  }

  static var seeds: [[UInt8]] {
    func pair(_ kind: UInt8, _ left: String, _ right: String) -> [UInt8] {
      var writer = SeedWriter(kind)
      writer.part(Array(left.utf8))
      return writer.with(Array(right.utf8))
    }
    return [
      pair(0, "Testow Primerow 1990-05-17", "Тестов Примеров 1990"),
      pair(0, "محمد بن علي", "Muhammad ibn Ali"), pair(0, "عبد الرحمن", "Abdurrahman 1987~"),
      pair(0, "Abu Testo al-Muster", "Testo Muster"), pair(0, "יוסף כהן", "Yosef Cohen"),
      pair(0, "김철수", "Kim Chul-soo"), pair(0, "张伟", "Zhang Wei"),
      pair(0, "Testo van der Muster-Probe", "Muster, Testo"), pair(0, "", "x"),
      pair(0, "Γιώργος Παράδειγμα", "Giorgos Paradeigma"), pair(0, "T. Muster", "Testo M. 123456"),
      pair(1, "Imaginary Trading GmbH", "IMAGINARY TRADING LTD"),
      pair(1, "Общество «Пример»", "Obshchestvo Primer OOO"),
      pair(1, "I.T.G.", "Imaginary T Group"),
      pair(0, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
      pair(0, "e\u{301}\u{301}\u{301}\u{301}\u{301} \u{202e}x", "\u{0} é"),
    ]
  }
}
