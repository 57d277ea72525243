import HubInterface
import JSON

/// One line of the input with its candidates.
enum MatchText {
  static func json(
    _ line: MatchInput.Line, _ result: MatchResult, _ account: LookAccount?
  ) -> [UInt8] {
    JSONWriter.object { writer in
      writer.member("line", line.number)
      if let problem = result.problem { writer.member("problem", problem) }
      if let account { writer.members(account) }
      writer.list("candidates", result.hits) { $0.members($1) }
    }
  }

  static func text(_ line: MatchInput.Line, _ result: MatchResult) -> String {
    var text = "line \(line.number): \(asked(line))".wrapped(indent: 0)
    if let problem = result.problem {
      return text + "NOT COMPARED: it \(problem)".wrapped(indent: 2)
    }
    if result.hits.isEmpty { return text + "  nothing found\n" }
    for hit in result.hits { text += candidate(hit) }
    return text
  }

  private static func asked(_ line: MatchInput.Line) -> String {
    guard case .record(let record) = line.content, let fields = RecordFields(record) else {
      return ""
    }
    let type = fields.words("type") ?? ""
    return fields.label(type: type).cut(to: 60)
  }

  private static func candidate(_ hit: Hit) -> String {
    let found = FoundText(hit.found)
    let label = found.label.isEmpty ? "" : "\(found.label.cut(to: 60)) "
    let grade = found.record?.words("grade").map { ", grade \($0)" } ?? ""
    let head = ScoreTable.number(hit.score) + "  "
    return "\(label)(\(hit.found.type) \(found.name)\(grade))".wrapped(behind: head, indent: 2)
      + Marks.lines(found.marks, indent: 2 + head.count)
      + (hit.sentence.isEmpty ? "" : hit.sentence.wrapped(indent: 2 + head.count))
  }
}
