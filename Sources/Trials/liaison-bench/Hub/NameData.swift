import CommandLine
import Foundation
import Matching
import Records

/// Public pairs, checks and lists of the shared folder, which never become part of the product.
enum NameData {
  struct Pair {
    var a: String
    var b: String
    var isMatch: Bool
    var isSynthetic: Bool
  }

  struct Named {
    var full: String
    var given: String?
    var family: String?

    func folded(_ kind: Matching.NameKind) -> FoldedName {
      FoldedName(full, as: kind, given: given, family: family)
    }
  }

  struct Check {
    var kind: Matching.NameKind
    var isMatch: Bool
    var query: Named
    var candidate: Named
  }

  struct Person {
    var names: [(full: String, kind: String)]
    var born: [PartialDate]

    func evidence(_ names: [String], dated: Bool) -> Evidence {
      Evidence(
        names: names.map { Evidence.Name(FoldedName($0)) }, birthDates: dated ? born : [])
    }
  }

  static var shared: String? {
    guard let shared = ProcessInfo.processInfo.environment["LIAISON_SHARED"],
      FileManager.default.fileExists(atPath: shared + "/names/pairs.csv")
    else { return nil }
    return shared
  }

  static func pairs(_ shared: String) throws -> [Pair] {
    try rows(shared + "/names/pairs.csv").compactMap { row in
      guard let a = row["name1"], let b = row["name2"] else { return nil }
      return Pair(
        a: a, b: b, isMatch: row["match"] == "true", isSynthetic: row["synthetic"] == "true")
    }
  }

  static func checks(_ shared: String) throws -> [Check] {
    let data = try Data(contentsOf: URL(fileURLWithPath: shared + "/names/entity_checks.json"))
    let all = try JSONSerialization.jsonObject(with: data) as? [[String: Any]] ?? []
    return all.compactMap { check in
      guard let schema = check["schema"] as? String, let isMatch = check["match"] as? Bool,
        let query = check["query"] as? [String: String],
        let candidate = check["candidate"] as? [String: String]
      else { return nil }
      return Check(
        kind: schema == "Person" ? .person : .organization, isMatch: isMatch,
        query: named(query), candidate: named(candidate))
    }
  }

  private static func named(_ properties: [String: String]) -> Named {
    let parts = ["firstName", "middleName", "fatherName", "lastName"].compactMap { properties[$0] }
    return Named(
      full: properties["name"] ?? parts.joined(separator: " "), given: properties["firstName"],
      family: properties["lastName"])
  }

  static func unitedNations(_ shared: String) throws -> [Person] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", shared + "/data/make_records.py", "un"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return try data.split(separator: 0x0a).compactMap { line in
      guard let record = try JSONSerialization.jsonObject(with: line) as? [String: Any],
        record["type"] as? String == "person", let names = record["name"] as? [[String: String]]
      else { return nil }
      return Person(
        names: names.map { ($0["full"] ?? "", $0["kind"] ?? "") },
        born: (record["birthDate"] as? [String] ?? []).compactMap { try? PartialDate(parsing: $0) })
    }
  }

  static func rows(_ path: String) throws -> [[String: String]] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline)
    guard let head = lines.first else { return [] }
    let columns = fields(head)
    return lines.dropFirst().map { line in
      Dictionary(zip(columns, fields(line)), uniquingKeysWith: { first, _ in first })
    }
  }

  /// Fields with commas stand in quotation marks.
  private static func fields(_ line: Substring) -> [String] {
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
