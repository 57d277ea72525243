import Foundation
import Testing

@testable import Matching

private enum SharedNames {
  static let folder: String? = {
    guard let shared = ProcessInfo.processInfo.environment["LIAISON_SHARED"] else { return nil }
    let path = shared + "/names/"
    return FileManager.default.fileExists(atPath: path + "pairs.csv") ? path : nil
  }()
}

/// Public pairs that are not part of the project; without them this is skipped.
@Suite(
  "The goals on public pairs",
  .enabled(
    if: SharedNames.folder != nil, "LIAISON_SHARED names no folder with names/pairs.csv"))
struct SharedPairsTests {
  private func rows() throws -> [[String]] {
    let text = try String(
      contentsOfFile: #require(SharedNames.folder) + "pairs.csv", encoding: .utf8)
    return text.split(whereSeparator: \.isNewline).dropFirst().map { line in
      var fields = [""]
      var isQuoted = false
      for character in line {
        switch character {
        case "\"": isQuoted.toggle()
        case "," where !isQuoted: fields.append("")
        default: fields[fields.count - 1].append(character)
        }
      }
      return fields
    }
  }

  private func f1(_ rows: [[String]]) -> Double {
    var hits = 0
    var wrong = 0
    for row in rows {
      let isMatch = row[2] == "true"
      let isFound = Matcher.score(FoldedName(row[0]), FoldedName(row[1])) >= 0.70
      if isMatch, isFound { hits += 1 }
      if isMatch != isFound { wrong += 1 }
    }
    return Double(2 * hits) / Double(max(1, 2 * hits + wrong))
  }

  @Test("F1 at 0.70: all pairs 0.91, those that people chose 0.93")
  func pairs() throws {
    let rows = try rows()
    #expect(rows.count == 276)
    #expect(f1(rows) >= 0.91)
    #expect(f1(rows.filter { $0[5] == "false" }) >= 0.93)
  }

  @Test("Checks of whole entities: 217 of 228, of persons at least 130 of 138")
  func checks() throws {
    let data = try Data(
      contentsOf: URL(fileURLWithPath: #require(SharedNames.folder) + "entity_checks.json"))
    let all = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    var right = 0
    var persons = 0
    for check in all {
      let schema = try #require(check["schema"] as? String)
      let isMatch = try #require(check["match"] as? Bool)
      func name(_ side: String) throws -> FoldedName {
        let properties = try #require(check[side] as? [String: String])
        let parts = ["firstName", "middleName", "fatherName", "lastName"]
        return FoldedName(
          properties["name"] ?? parts.compactMap { properties[$0] }.joined(separator: " "),
          as: schema == "Person" ? .person : .organization, given: properties["firstName"],
          family: properties["lastName"])
      }
      let isFound = try Matcher.score(name("query"), name("candidate")) >= 0.70
      if isFound == isMatch {
        right += 1
        if schema == "Person" { persons += 1 }
      }
    }
    #expect(all.count == 228)
    #expect(right >= 217)
    #expect(persons >= 130)
  }
}
