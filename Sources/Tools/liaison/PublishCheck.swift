import CommandLine
import JSON
import Node
import Records
import Text

/// The checks of a record before it is published (Protocols/records.md, 9): the schema of its type,
/// and an id that does not stand already. A record of a type that nobody here knows is published as
/// it is.
struct PublishCheck {
  private let folder: NodeFolder
  /// Nothing is checked ahead: each id is looked up when it comes.
  private let asItComes: Bool
  /// Made when the first id comes.
  private var own: OwnIDs?
  /// The line of each id of a file. In a stream, 0 stands for an id that was in the notes before.
  private var lines: [UInt64: Int] = [:]
  private var marks = RecordMarks()

  init(_ folder: NodeFolder, asItComes: Bool) {
    self.folder = folder
    self.asItComes = asItComes
  }

  /// - Parameter isWanted: it is one of the lines to publish.
  mutating func check(_ record: Record, line: Int, isWanted: Bool) throws(Failure) {
    guard SharedRecord.knownType(of: record) != nil else {
      if isWanted {
        marks.add(
          RecordProblem(field: "type", rule: 82, kind: .unknownType, isRefusal: false), line: line)
      }
      return
    }
    let shared = SharedRecord.readToPublish(record)
    guard shared.common.attachments.isEmpty else {
      throw Failure(
        .dataError, "Line \(line) has a list of attachments (REC-105).",
        hint: "Leave it out, and give the files to liaison publish --attach: it writes the list.")
    }
    if let problem = shared.problems.first(where: \.isRefusal) {
      throw Failure(.dataError, "Line \(line): \(problem.sentence.printable).", hint: problem.hint)
    }
    guard isWanted else { return }
    for problem in shared.problems { marks.add(problem, line: line) }
    if let id = shared.id { try take(id, line: line) }
  }

  private mutating func take(_ id: RecordID, line: Int) throws(Failure) {
    let own: OwnIDs
    if let known = self.own {
      own = known
    } else {
      own = try OwnIDs(folder)
      self.own = own
      if asItComes { for hash in try own.hashes() { lines[hash] = 0 } }
    }
    let hash = own.hash(id)
    switch lines[hash] {
    case nil: break
    case 0?:
      if let version = try own.standing(hash, most: 1).last {
        throw PublishCheck.stands(line, id, version)
      }
    case let before?:
      throw Failure(
        .dataError, "Line \(line) has the id of line \(before), \(id.text) (REC-92).",
        hint:
          "Give each matter an id of its own; publish another version of one with liaison correct.")
    }
    lines[hash] = line
  }

  /// After all lines of a file.
  mutating func finish() throws(Failure) {
    if let own, let found = try own.firstStanding(lines), let id = found.version.record.id {
      throw PublishCheck.stands(found.line, id, found.version)
    }
    sayMarks()
    (own, lines) = (nil, [:])
  }

  private static func stands(_ line: Int, _ id: RecordID, _ version: OwnIDs.Version) -> Failure {
    let node = version.entry.prefix { $0 != "/" }
    return Failure(
      .dataError, "Line \(line): the id \(id.text) stands already, as \(version.entry) (REC-92).",
      hint: "To correct it, publish the next version with liaison correct \(node):\(id.text) FILE.")
  }

  /// Prints the marks to standard error, once.
  mutating func sayMarks() {
    for line in marks.lines { Output.printError("liaison: \(line)\n") }
    marks = RecordMarks()
  }
}
