import Records
import Testing

@testable import Matching

@Suite("Protocols/matching.md, 8 and 9: keys and candidates")
struct CandidateTests {
  static let given = ["Darina", "Karim", "Ludmila", "Yusuf", "Ivan", "Maria", "Omar", "Elena"]
  static let family = [
    "Testov", "Muster", "Beispiel", "Sample", "Exemplar", "Probe", "Prueba", "Voorbeeld",
  ]

  static func evidence(_ name: String, born: String? = nil) -> Evidence {
    Evidence(
      names: [Evidence.Name(FoldedName(name))],
      birthDates: born.flatMap { try? PartialDate(parsing: $0) }.map { [$0] } ?? [])
  }

  /// 4,096 persons: each pair of two given and two family names.
  static func people() -> [String] {
    var people = [String]()
    for a in given {
      for b in given {
        for c in family { for d in family { people.append("\(a) \(b) \(c)-\(d)") } }
      }
    }
    return people
  }

  static func index(_ people: [String]) -> CandidateIndex {
    var builder = CandidateIndex.Builder()
    for (number, name) in people.enumerated() {
      let isFiled = builder.add(UInt32(number), blob: NameKey.blob(evidence(name).filedKeys))
      #expect(isFiled)
    }
    return CandidateIndex(builder)
  }

  @Test("MAT-80: keys are a function of what is said, sorted, none twice, and survive their blob")
  func deterministic() {
    for name in ExplanationTests.names {
      let evidence = Self.evidence(name, born: "1987-03-02")
      let keys = evidence.filedKeys
      #expect(keys == evidence.filedKeys)
      #expect(keys == Array(Set(keys)).sorted())
      #expect(keys.count <= KeyLimits.filed)
      #expect(NameKey.keys(ofBlob: NameKey.blob(keys)) == keys)
    }
    #expect(NameKey.keys(ofBlob: [1, 2, 3]) == nil)
    // Two nodes, and two builds, file under the same: these values may change only with the
    // version.
    #expect(NameKey.version == 1)
    let fixed = Self.evidence("Darina Testova", born: "1987-03-02").filedKeys.map(\.value)
    #expect(fixed.count == 9)
  }

  @Test(
    "MAT-83: a misspelt name finds the record",
    arguments: [
      ("Darina Maria Testov-Muster", "Darina Tesov"),
      ("Karim Omar Beispiel-Probe", "Karim Beisbiel"),
      ("Ivan Yusuf Sample-Prueba", "Iwan Sampel"),
      ("Ludmila Elena Exemplar-Testov", "LudmilaElena Exemplar"),
    ])
  func misspelt(_ name: String, _ asked: String) {
    let people = Self.people()
    let index = Self.index(people)
    #expect(index.count == people.count)
    let found = index.candidates(Self.evidence(asked).askedKeys, limit: 400)
    #expect(found.found.contains { people[Int($0.record)] == name })
    #expect(found.found.map(\.weight) == found.found.map(\.weight).sorted(by: >))
  }

  @Test("MAT-85: what came since, and what is gone, as in an index that is built anew")
  func delta() {
    let people = Self.people()
    var index = Self.index(Array(people.prefix(3_000)))
    for (number, name) in people.enumerated().dropFirst(3_000) {
      index.insert(UInt32(number), Self.evidence(name).filedKeys)
    }
    for number in stride(from: UInt32(0), to: 4_096, by: 3) { index.remove(number) }
    index.remove(0)
    let asked = ["Darina Tesov", "Karim Muster", "Omar Voorbeeld", "Elena"].map {
      Self.evidence($0).askedKeys
    }
    var merged = index
    merged.merge()
    var builder = CandidateIndex.Builder()
    for (number, name) in people.enumerated() where !number.isMultiple(of: 3) {
      builder.add(UInt32(number), Self.evidence(name).filedKeys)
    }
    let anew = CandidateIndex(builder)
    #expect(merged.count == anew.count && index.count == anew.count)
    for keys in asked {
      #expect(merged.candidates(keys) == anew.candidates(keys))
      let before = index.candidates(keys)
      #expect(!before.found.isEmpty)
      #expect(before.found.allSatisfy { !$0.record.isMultiple(of: 3) })
    }
  }

  @Test(
    "MAT-86: many records of one name cost bounded work, and it is said how many are equally good")
  func oneName() {
    let count = 3 * KeyLimits.cap
    let keys = Self.evidence("Karim Muster").filedKeys
    var builder = CandidateIndex.Builder()
    for number in 0..<count { builder.add(UInt32(number), keys) }
    let index = CandidateIndex(builder)
    let found = index.candidates(Self.evidence("Karim Muster").askedKeys)
    #expect(found.found.count == 50)
    #expect(found.equallyGood == count - 50)
    // Records that came since are counted once, too.
    var grown = index
    for number in 0..<KeyLimits.cap { grown.insert(UInt32(count + number), keys) }
    let more = grown.candidates(Self.evidence("Karim Muster").askedKeys)
    #expect(more.equallyGood == count + KeyLimits.cap - 50)
    // A date is the second factor.
    var dated = index
    dated.insert(
      UInt32(count), Self.evidence("Karim Muster", born: "1987-03-02").filedKeys)
    let one = dated.candidates(Self.evidence("Karim Muster", born: "1987-03-02").askedKeys)
    #expect(one.found.first?.record == UInt32(count))
  }

  @Test("MAT-87: an empty index, an empty query and a name without words answer nothing")
  func empty() {
    #expect(CandidateIndex().candidates(Self.evidence("Karim").askedKeys) == Candidates())
    #expect(Self.index(["Karim Muster"]).candidates([]) == Candidates())
    #expect(Self.evidence("...").askedKeys.isEmpty)
  }

  @Test("MAT-84: a query of many words asks for a bounded number of keys")
  func bounded() {
    let long = (0..<200).map { "Wortnummer\($0)bcdfghklm" }.joined(separator: " ")
    let evidence = Evidence(
      names: Array(repeating: Evidence.Name(FoldedName(long)), count: 100),
      birthDates: (1950..<2000).map { .known(.year($0)) })
    #expect(evidence.askedKeys.count <= KeyLimits.asked)
    #expect(evidence.filedKeys.count <= KeyLimits.filed)
  }

  @Test("Records are found in a list as if each were looked for alone, and absent keys have none")
  func postings() {
    var random = NamePropertyTests.Random(state: 53)
    for round in 0..<200 {
      var parts = PostingParts()
      var held: Set<UInt32> = []
      for record in 0..<UInt32(1 + random.below(400)) where random.below(3) == 0 || record == 0 {
        parts.add(record, NameKey(7_000_000))
        held.insert(record)
        parts.add(record, NameKey(UInt32(truncatingIfNeeded: random.next())))
      }
      let postings = Postings(&parts)
      let wanted = (0..<UInt32(500)).filter { _ in random.below(UInt64(1 + round % 9)) == 0 }
      var found: [UInt32] = []
      guard let list = postings.list(7_000_000) else {
        Issue.record("a key that is held has no list")
        return
      }
      postings.find(wanted, in: list) { found.append(wanted[$0]) }
      #expect(found == wanted.filter(held.contains))
      #expect(postings.list(7_000_001) == nil)
    }
  }
}
