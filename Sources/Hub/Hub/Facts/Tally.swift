internal import SQL

/// Counts over all that the hub holds, kept with it: a status asks for them, and must not walk a
/// million rows.
enum TallyKind: String, Sendable {
  /// `entries`, `current` and `marked`.
  case all
  /// Current records by type; a type that this version does not know is `other`.
  case type
  case author
  case grade
  /// Rules that records break: `REC-52`.
  case problem
}

/// The counts that one transaction adds and takes.
struct TallyChange {
  private var deltas: [TallyKind: [String: Int64]] = [:]

  mutating func add(_ kind: TallyKind, _ name: String, _ delta: Int64) {
    deltas[kind, default: [:]][name, default: 0] += delta
  }

  /// One entry, current or not.
  mutating func count(_ summary: RecordSummary, _ state: EntryState, node: String, _ delta: Int64) {
    add(.all, "entries", delta)
    if summary.problems > 0 || !state.isEmpty { add(.all, "marked", delta) }
    add(.author, node, delta)
    if let grade = summary.grade { add(.grade, grade, delta) }
    for rule in summary.rules { add(.problem, "REC-\(rule)", delta) }
  }

  mutating func countCurrent(_ typeName: String, _ delta: Int64) {
    add(.all, "current", delta)
    add(.type, typeName, delta)
  }

  /// The counts that changed, in the order of kind and name.
  var rows: [(kind: TallyKind, name: String, delta: Int64)] {
    deltas.flatMap { kind, names in names.map { (kind, $0.key, $0.value) } }
      .filter { $0.2 != 0 }
      .sorted { ($0.0.rawValue, $0.1) < ($1.0.rawValue, $1.1) }
  }
}

/// The statements on `tally`.
final class TallyRows {
  private let change: Statement
  private let removeEmpty: Statement

  init(_ database: Database) throws(SQLError) {
    change = try database.prepare(
      "INSERT INTO tally VALUES (?1, ?2, ?3) ON CONFLICT (kind, name) DO UPDATE SET count = tally.count + ?3"
    )
    removeEmpty = try database.prepare("DELETE FROM tally WHERE count = 0")
  }

  func apply(_ changes: TallyChange) throws(SQLError) {
    let rows = changes.rows
    for row in rows {
      try change.bind(1, row.kind.rawValue)
      try change.bind(2, row.name)
      try change.bind(3, row.delta)
      try change.run()
    }
    // A rebuild has no row for what there is none of.
    if !rows.isEmpty { try removeEmpty.run() }
  }
}
