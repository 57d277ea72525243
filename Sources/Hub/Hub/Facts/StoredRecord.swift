internal import HubInterface
internal import Records

/// One readable entry, as the facts hold it.
struct StoredRecord: Sendable {
  let number: Int64
  /// `nl/1`
  let origin: String
  let node: String
  let place: Int64
  let id: String?
  let type: String
  let time: Int64
  let expiryDay: Int64
  let state: EntryState
  let purposes: Int64
  let isCurrent: Bool
  let record: [UInt8]
  /// The log's id.
  let log: [UInt8]
  /// The reshare whose key opens it; nil: the node's own keys do.
  let via: String?
  /// The problem with the leave by which it was passed on.
  let leave: String?

  /// `nl/1/17`
  var entry: String { "\(origin)/\(place)" }
  /// `nl:2015-0117`
  var ref: String? { id.map { "\(node):\($0)" } }
  /// Its name where a reference is wanted.
  var name: String { ref ?? entry }

  func read() -> SharedRecord { SharedRecord.read(record) }

  func found(_ read: SharedRecord) -> Found {
    Found(
      ref: ref, entry: entry, author: node, time: Int(time), type: type,
      record: String(decoding: record, as: UTF8.self), marks: Marks.of(self, read))
  }

  var found: Found { found(read()) }
}

/// The warnings that come before a record is used, in the order of their weight.
enum Marks {
  static func of(_ stored: StoredRecord, _ read: SharedRecord) -> [String] {
    var marks: [String] = []
    if stored.state.contains(.malformed) {
      marks.append("no record: what was sealed cannot be read")
    }
    if stored.state.contains(.disputed) {
      marks.append("DISPUTED: its author signed two histories here; ask before it is used")
    }
    if stored.state.contains(.late) {
      marks.append("LATE: signed after the author had ended this epoch; ask before it is used")
    }
    if !stored.isCurrent { marks.append("an earlier version") }
    if let via = stored.via {
      let problem = stored.leave.map { ", WITHOUT A LEAVE THAT HOLDS: \($0)" } ?? ""
      marks.append("passed on to this node by \(via)\(problem)")
    }
    marks += common(read.common)
    for field in read.unknownMust {
      marks.append(
        "its author says that \"\(field)\" must be understood, and this program does not")
    }
    marks += read.problems.prefix(8).map { "breaks REC-\($0.rule): \($0.sentence)" }
    return marks
  }

  private static func common(_ common: CommonFields) -> [String] {
    var marks: [String] = []
    if common.grade?.isUngraded == true {
      marks.append("graded \(common.grade?.text ?? ""): a tip that nobody can grade")
    }
    if common.basis?.value == .assessment { marks.append("an assessment, no fact") }
    switch common.category?.value {
    case .victim: marks.append("a victim")
    case .witness: marks.append("a witness")
    case .contact: marks.append("a contact only")
    default: break
    }
    for warning in common.warnings { marks.append("warning: \(warning)") }
    marks += HandlingRules(common).marks
    if common.purposes.isEmpty {
      marks.append("names no purpose: ask its author before it is used")
    }
    return marks
  }
}
