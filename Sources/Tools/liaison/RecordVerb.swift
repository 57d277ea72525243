import CommandLine
import JSON
import Node
import Records
import Runtime
import Text

enum RecordVerb {
  static let check = Verb(
    "record check", "say what is wrong with records, line by line",
    details: [
      "Works without a node. Each problem is one line: the number of the input's line, the field, what is wrong with the rule of "
        + "Protocols/records.md that says so, and what to do. A problem is a breach, which liaison publish refuses, or a note, "
        + "which it publishes: an unknown type or field, a number or a country that nobody can compare.",
      "Notes of one kind are one line, with how many there are; with --json each is an object of its own. Exit 65 when there is a breach.",
    ],
    arguments: [
      Argument("FILE.jsonl", "the records, - or nothing for standard input", isRequired: false)
    ],
    options: [Option("--json", summary: "one JSON object for each problem")])

  static func runCheck(_ arguments: Arguments) throws(Failure) {
    let input: InputFile
    do throws(SystemError) { input = try InputFile(path: arguments.words.first) } catch {
      throw Failure(input: error)
    }
    var run = RecordCheckRun(input, isJSON: arguments.has("--json"))
    try run.run()
  }
}

/// Checks all lines of an input, and prints what is wrong as it comes.
private struct RecordCheckRun {
  private let isJSON: Bool
  private var lines: LineReader
  private var scanner = RecordCheck()
  private var marks = RecordMarks()
  private var ids: [RecordID: Int] = [:]
  private var broken = 0
  private var markCount = 0

  init(_ input: InputFile, isJSON: Bool) {
    self.isJSON = isJSON
    lines = LineReader(input, maxLineBytes: JSONLimits.recordBytes)
  }

  mutating func run() throws(Failure) {
    while try advance() { check() }
    guard lines.number > 0 else {
      throw Failure(.dataError, "The input is empty.", hint: "Give one JSON object a line.")
    }
    for line in marks.lines { Output.print("note: \(line)\n") }
    let total = lines.number == 1 ? "1 record" : "\(lines.number) records"
    guard broken == 0 else {
      let which = broken == 1 ? "1 of them breaks" : "\(broken) of them break"
      throw Failure(
        .dataError, "\(total), and \(which) the rules.",
        hint: "liaison publish would publish none of them.")
    }
    if !isJSON {
      Output.print("\(total), no breach" + (markCount == 0 ? "" : ", \(markCount) notes") + "\n")
    }
  }

  private mutating func advance() throws(Failure) -> Bool {
    do throws(SystemError) { return try lines.advance() } catch { throw Failure(input: error) }
  }

  private mutating func check() {
    let record: Record
    do throws(JSONProblem) {
      if lines.isTooLong { throw JSONProblem(.tooLong(bytes: lines.lineBytes), at: 0) }
      record = try scanner(lines.copyOfLine())
    } catch {
      broken += 1
      say(field: "", rule: 3, "notJSON", isBreach: true, error.reason, error.hint)
      return
    }
    let shared = SharedRecord.readToPublish(record)
    var isBroken = false
    for problem in shared.problems {
      isBroken = isBroken || problem.isRefusal
      if !problem.isRefusal { markCount += 1 }
      if problem.isRefusal || isJSON {
        say(
          field: problem.field, rule: problem.rule, problem.failure, isBreach: problem.isRefusal,
          problem.reason, problem.hint)
      } else {
        marks.add(problem, line: lines.number)
      }
    }
    if let id = shared.id, shared.knownType != nil {
      if let before = ids[id] {
        isBroken = true
        say(
          field: "id", rule: 92, "repeated", isBreach: true, "stands in line \(before), too",
          "Give each matter an id of its own; publish another version of one with liaison correct.")
      } else {
        ids[id] = lines.number
      }
    }
    if isBroken { broken += 1 }
  }

  private func say(
    field: String, rule: Int, _ failure: String, isBreach: Bool, _ reason: String, _ hint: String
  ) {
    guard isJSON else {
      let subject = field.isEmpty ? "the record" : field.printable
      Output.print("line \(lines.number): \(subject) \(reason) (REC-\(rule)). \(hint)\n")
      return
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("line")
    writer.number(lines.number)
    writer.key("field")
    writer.string(field)
    writer.key("rule")
    writer.string("REC-\(rule)")
    writer.key("failure")
    writer.string(failure)
    writer.key("breach")
    writer.bool(isBreach)
    writer.key("reason")
    writer.string(reason)
    writer.key("hint")
    writer.string(hint)
    writer.endObject()
    Output.print(json: String(decoding: writer.bytes, as: UTF8.self))
  }
}
