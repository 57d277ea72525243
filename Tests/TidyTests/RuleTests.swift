import Foundation
import Testing

@Suite("Rules of the specification")
struct RuleTests {
  /// Rules of each chapter that no test names yet. It may only become less.
  private static let unnamed = [
    "AUD": 32, "CARD": 8, "CKP": 6, "ENT": 7, "HUB": 30, "LIST": 9, "LOG": 2, "MAT": 23,
    "READ": 11, "REC": 35, "STO": 27, "SYNC": 13, "TRN": 3,
  ]

  @Test("A rule is named by a test or a vector")
  func named() throws {
    let rules = try RuleTests.rules()
    #expect(rules.count > 500)
    var names: Set<String> = []
    for end in [".swift", ".py", ".sh"] {
      for file in try SourceFile.all("Tests", end) where !file.path.contains("TidyTests") {
        for line in file.lines { RuleTests.collect(line, into: &names) }
      }
    }
    for file in try SourceFile.all("Protocols/vectors", ".json") {
      for line in file.lines { RuleTests.collect(line, into: &names) }
    }
    let missing = Dictionary(grouping: rules.subtracting(names)) { String($0.prefix { $0 != "-" }) }
    for (chapter, rules) in missing.sorted(by: { $0.key < $1.key }) {
      let most = RuleTests.unnamed[chapter] ?? 0
      #expect(
        rules.count <= most, "no test names \(rules.sorted()): \(rules.count), \(most) at most")
    }
    for (chapter, most) in RuleTests.unnamed {
      let count = missing[chapter]?.count ?? 0
      #expect(count == most, "\(chapter): \(count) rules have no test: lower the number")
    }
  }

  /// `- **SYNC-1**` and `| SYNC-1 |` define one.
  private static func rules() throws -> Set<String> {
    var rules: Set<String> = []
    for file in try SourceFile.all("Protocols", ".md") {
      for line in file.lines where line.hasPrefix("- **") || line.hasPrefix("| ") {
        var found: Set<String> = []
        collect(String(line.prefix(24)), into: &found)
        let text = line.drop { "-*| ".contains($0) }
        if let rule = found.first(where: { text.hasPrefix($0) }),
          let next = text.dropFirst(rule.count).first, "*. |".contains(next)
        {
          rules.insert(rule)
        }
      }
    }
    return rules
  }

  /// Capitals, a dash and digits.
  private static func collect(_ line: String, into names: inout Set<String>) {
    let bytes = Array(line.utf8)
    guard bytes.contains(0x2d) else { return }
    for dash in bytes.indices where bytes[dash] == 0x2d {
      var start = dash
      while start > 0, (0x41...0x5a).contains(bytes[start - 1]) { start -= 1 }
      var end = dash + 1
      while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
      guard dash - start >= 2, end > dash + 1 else { continue }
      names.insert(String(decoding: bytes[start..<end], as: UTF8.self))
    }
  }
}
