import HubInterface

/// A dossier as text: the version that counts in full, everything else so that a person can ask for
/// it.
enum DossierText {
  static func text(_ reply: DossierReply) -> String {
    var blocks: [String] = []
    if let current = reply.versions.first {
      let found = FoundText(current)
      blocks.append(found.head(indent: 0) + "\n" + found.body(indent: 2))
    }
    if reply.versions.count > 1 { blocks.append(older(reply.versions)) }
    if !reply.same.isEmpty {
      blocks.append("THE SAME, BY A JUDGEMENT\n" + reply.same.map(block).joined(separator: "\n"))
    }
    if !reply.mentions.isEmpty { blocks.append(mentions(reply.mentions)) }
    if !reply.similar.isEmpty {
      let hits = reply.similar.enumerated().map {
        HitText.block($1, number: "\($0 + 1)", hasRows: false)
      }
      blocks.append(
        "SIMILAR: liaison person REF REF2 says why\n" + hits.joined())
    }
    if !reply.judgements.isEmpty {
      blocks.append("JUDGEMENTS\n" + JudgementText.table(reply.judgements))
    }
    return blocks.isEmpty ? "nothing found\n" : blocks.joined(separator: "\n")
  }

  private static func block(_ found: Found) -> String {
    let text = FoundText(found)
    return text.head(indent: 2) + text.body(indent: 4)
  }

  /// Each version with the fields in which it is not as the one that follows it.
  private static func older(_ versions: [Found]) -> String {
    var text = "OLDER VERSIONS\n"
    for (newer, found) in zip(versions, versions.dropFirst()) {
      let older = FoundText(found)
      text += older.source.wrapped(indent: 2) + Marks.lines(older.marks, indent: 2)
      let changes = differences(older.record, RecordFields(newer.record))
      if !changes.isEmpty {
        text += "then changed: \(changes.joined(separator: ", "))".wrapped(indent: 4)
      }
    }
    return text
  }

  /// Labels of the fields that differ.
  static func differences(_ older: RecordFields?, _ newer: RecordFields?) -> [String] {
    guard let older, let newer else { return [] }
    let before = Dictionary(older.fields.map { ($0.name, $0) }) { first, _ in first }
    let after = Dictionary(newer.fields.map { ($0.name, $0) }) { first, _ in first }
    let changed = older.fields.filter { after[$0.name] != $0 }
    let added = newer.fields.filter { before[$0.name] == nil }
    return (changed + added).map(\.label)
  }

  private static func mentions(_ mentions: [Mention]) -> String {
    var table = TextTable(["AS", "IN", "", "GRADE", "DAY"])
    for mention in mentions {
      let found = FoundText(mention.found)
      table.add(
        [
          mention.field.cut(to: 20), "\(mention.found.type) \(found.name)",
          found.label.cut(to: 40), found.record?.words("grade") ?? "",
          HubTime.day(mention.found.time),
        ], below: Marks.lines(found.marks, indent: 4))
    }
    return "NAMED BY\n" + table.text
  }
}

/// Judgements of this hub.
enum JudgementText {
  static func table(_ judgements: [Judgement]) -> String {
    var table = TextTable(["", "JUDGEMENT", "", "BY", "DAY"])
    for judgement in judgements {
      table.add(
        [
          judgement.left, judgement.judgement, judgement.right, judgement.user,
          HubTime.day(judgement.time),
        ], below: judgement.reason.wrapped(indent: 4))
    }
    return table.text
  }
}
