import CommandLine
import Foundation
import Matching
import Records

/// `hub names`: how well names are matched, on public pairs, beside nomenklatura's logic-v2 in the
/// same run; candidates among a million.
enum HubNames {
  static let review = 7_000

  static func run(persons: Int) throws -> JSON {
    guard let shared = NameData.shared else {
      return .text("skipped: LIAISON_SHARED names no folder with names/pairs.csv")
    }
    let pairs = try NameData.pairs(shared)
    let checks = try NameData.checks(shared)
    return .object([
      ("matcher", .count(Matcher.version)), ("keys", .count(NameKey.version)),
      ("pairs", pairsReport(pairs)), ("entityChecks", checksReport(checks)),
      ("time", HubNamesTime.run(pairs)),
      ("unitedNations", try unitedNations(shared)),
      ("logicV2", NamesRival.run(shared)),
      ("scripts", scripts()),
      ("candidates", try HubCandidates.run(shared, persons: persons)),
    ])
  }

  private static func f1(_ results: [(Bool, Bool)]) -> JSON {
    let hits = results.count { $0.0 && $0.1 }
    let wrong = results.count { $0.0 != $0.1 }
    return .figure(Double(2 * hits) / Double(max(1, 2 * hits + wrong)))
  }

  private static func pairsReport(_ pairs: [NameData.Pair]) -> JSON {
    let results = pairs.map { pair in
      (
        pair, pair.isMatch,
        Matcher.points(FoldedName(pair.a), FoldedName(pair.b)) >= review
      )
    }
    return .object([
      ("count", .count(pairs.count)), ("f1", f1(results.map { ($0.1, $0.2) })),
      ("f1HandCurated", f1(results.filter { !$0.0.isSynthetic }.map { ($0.1, $0.2) })),
      ("f1Synthetic", f1(results.filter { $0.0.isSynthetic }.map { ($0.1, $0.2) })),
    ])
  }

  private static func checksReport(_ checks: [NameData.Check]) -> JSON {
    var right = 0
    var persons = 0
    for check in checks {
      let points = Matcher.points(
        check.query.folded(check.kind), check.candidate.folded(check.kind))
      guard (points >= review) == check.isMatch else { continue }
      right += 1
      if check.kind == .person { persons += 1 }
    }
    return .object([
      ("count", .count(checks.count)), ("right", .count(right)),
      ("rightOfPersons", .count(persons)),
      ("persons", .count(checks.count { $0.kind == .person })),
    ])
  }

  /// The name in its original script beside the Latin one of the same record.
  private static func unitedNations(_ shared: String) throws -> JSON {
    var found = [String: (hits: Int, all: Int)]()
    for person in try NameData.unitedNations(shared) {
      guard let original = person.names.first(where: { $0.kind == "original" }),
        let primary = person.names.first
      else { continue }
      let script = ScriptName.of(original.full)
      let hit =
        Matcher.points(FoldedName(original.full), FoldedName(primary.full)) >= review
      found[script, default: (0, 0)].all += 1
      if hit { found[script, default: (0, 0)].hits += 1 }
    }
    return rates(found)
  }

  /// Names that editors of Wikidata wrote in two scripts: with the table of names, and by their
  /// letters alone.
  private static func scripts() -> JSON {
    guard let lines = NamesRival.scripts else { return .text("skipped: no scripts.tsv") }
    var whole = [String: (hits: Int, all: Int)]()
    var letters = [String: (hits: Int, all: Int)]()
    for line in lines {
      let (own, latin) = (FoldedName(line.own), FoldedName(line.latin))
      whole[line.script, default: (0, 0)].all += 1
      letters[line.script, default: (0, 0)].all += 1
      if Matcher.points(own, latin) >= review { whole[line.script, default: (0, 0)].hits += 1 }
      if Matcher.points(own.unlisted, latin.unlisted) >= review {
        letters[line.script, default: (0, 0)].hits += 1
      }
    }
    return .object([("withTable", rates(whole)), ("lettersAlone", rates(letters))])
  }

  static func rates(_ found: [String: (hits: Int, all: Int)]) -> JSON {
    .object(
      found.keys.sorted().map { key in
        let rate = found[key] ?? (0, 0)
        return (
          key,
          .object([
            ("rate", .figure(Double(rate.hits) / Double(max(1, rate.all)))),
            ("of", .count(rate.all)),
          ])
        )
      })
  }
}

enum ScriptName {
  static func of(_ text: String) -> String {
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x370..<0x400: return "Greek"
      case 0x400..<0x530: return "Cyrillic"
      case 0x590..<0x600: return "Hebrew"
      case 0x600..<0x780: return "Arabic"
      case 0x900..<0xdff: return "Indic"
      case 0x4e00..<0xa000: return "Han"
      case 0xac00..<0xd7a4: return "Hangul"
      case 0x41...0x7a, 0xc0..<0x250: return "Latin"
      default: continue
      }
    }
    return "other"
  }
}
