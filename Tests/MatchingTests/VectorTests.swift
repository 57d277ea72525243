import Foundation
import Testing

@testable import Matching

/// Own invented pairs. `LIAISON_REWRITE_VECTORS=1` writes the file anew after a change that raised
/// a version; the difference is read by a person.
@Suite("Protocols/vectors/matching.json: every node scores and explains alike")
struct VectorTests {
  struct File: Codable {
    var matcher: Int
    var keys: Int
    var pairs: [Pair]
  }

  struct Pair: Codable {
    var kind: String
    var a: String
    var b: String
    var points: Int
    var rules: [String]
    var keysOfB: [UInt32]
  }

  static let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Protocols/vectors/matching.json").standardizedFileURL

  static let names: [(String, String, String)] = [
    ("person", "Testova, Darina", "Darina Testova"), ("person", "Darina Tesova", "Darina Testova"),
    ("person", "D. Testova", "Darina Testova"), ("person", "Ludmila Testova", "Darina Testova"),
    ("person", "Dr. Darina B. Testova", "Darina K. Testova"),
    ("person", "DarinaTestova", "Darina Testova"),
    ("person", "Дарина Тестова", "Darina Testova"), ("person", "Oleg Testov", "Olga Testova"),
    ("person", "Ivan Testov", "Ivan Petrovich Testov"),
    ("person", "Ivan Petrovich Testov", "Ivan Sergeyevich Testov"),
    ("person", "Abdurrahman Muster", "Abdul Rahman al-Muster"),
    ("person", "نجيب الله كريم", "Najibullah Karim"),
    ("person", "Omar bin Khalid", "Khalid bin Omar"),
    ("person", "محمد يوسف الحسن", "Mohammed Yusuf Hassan"), ("person", "محمد يوسف", "محمد خالد"),
    ("person", "דוד לוי", "David Levi"), ("person", "Μπάμπης Ντούκας", "Babis Doukas"),
    ("person", "김민준", "Kim Min-jun"), ("person", "王小明", "Wang Xiaoming"),
    ("person", "王小明", "王大明"), ("person", "राम शर्मा", "Ram Sharma"),
    ("person", "আব্দুল করিম", "Abdul Karim"), ("person", "Bill Muster", "William Muster"),
    ("person", "anirad Testova", "Darina Testova"), ("person", "Karim", "Karim Muster"),
    ("person", "bin al", "Muster bin al"), ("person", "Xi Muster", "Shi Muster"),
    ("organization", "Muster Handels GmbH", "Muster Handels Gesellschaft mit beschränkter Haftung"),
    ("organization", "Muster Handels GmbH", "Muster Handels AG"),
    ("organization", "Brigade Forty-Four", "Brigade 44"),
    ("organization", "Brigade 45", "Brigade 44"),
    ("organization", "Muster (Schweiz) AG", "Muster AG"),
    ("organization", "Muster Trust", "Muster"),
    ("organization", "MVB", "Muster Volunteer Battalion"),
  ]

  static func made() -> File {
    File(
      matcher: Matcher.version, keys: NameKey.version,
      pairs: names.map { kind, a, b in
        let kinds: NameKind = kind == "person" ? .person : .organization
        let (x, y) = (FoldedName(a, as: kinds), FoldedName(b, as: kinds))
        let match = Matcher.explain(x, y)
        return Pair(
          kind: kind, a: a, b: b, points: match.points, rules: match.rows.map(\.rule.rawValue),
          keysOfB: Evidence(kind: kinds, names: [Evidence.Name(y)]).filedKeys.map(\.value))
      })
  }

  @Test("MAT-50, MAT-51, MAT-80: points, rules and keys of each pair")
  func vectors() throws {
    let made = Self.made()
    if ProcessInfo.processInfo.environment["LIAISON_REWRITE_VECTORS"] == "1" {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(made).write(to: Self.url)
    }
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: Self.url))
    #expect(file.matcher == made.matcher && file.keys == made.keys)
    #expect(file.pairs.count == made.pairs.count)
    for (expected, found) in zip(file.pairs, made.pairs) {
      #expect(expected.points == found.points, "\(expected.a) \(expected.b)")
      #expect(expected.rules == found.rules, "\(expected.a) \(expected.b)")
      #expect(expected.keysOfB == found.keysOfB, "\(expected.b)")
    }
  }
}
