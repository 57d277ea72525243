import CommandLine
import Records
import Text

/// Remarks on records that are published nevertheless: the first of each kind of mark, and how many
/// more there are. A list of a thousand persons whose country is a word is one line.
struct RecordMarks {
  private struct Kind: Hashable {
    let field: String
    let rule: Int
    let failure: String
  }

  private struct Seen {
    let line: Int
    let problem: RecordProblem
    var more = 0
  }

  /// More kinds than a person reads.
  private static let most = 40

  private var places: [Kind: Int] = [:]
  private var seen: [Seen] = []
  private var unsaid = 0

  mutating func add(_ problem: RecordProblem, line: Int) {
    let field = problem.field.filter { !$0.isNumber }
    let kind = Kind(field: field, rule: problem.rule, failure: problem.failure)
    if let place = places[kind] {
      seen[place].more += 1
    } else if seen.count < RecordMarks.most {
      places[kind] = seen.count
      seen.append(Seen(line: line, problem: problem))
    } else {
      unsaid += 1
    }
  }

  /// One sentence for each kind, and what to do about it.
  var lines: [String] {
    var lines = seen.map { seen in
      let more = seen.more == 0 ? "" : ", and \(seen.more) more like it"
      return "line \(seen.line): \(seen.problem.sentence.printable)\(more). \(seen.problem.hint)"
    }
    if unsaid > 0 { lines.append("and \(unsaid) more of other kinds") }
    return lines
  }
}
