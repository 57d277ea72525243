internal import SQL

/// Reads of the desk what two records were judged to be: a connection of its own, for the thread of the alerts.
final class JudgementReader {
  private let newest: Statement

  init(_ path: String) throws(SQLError) {
    let database = try Database(path, .reading)
    newest = try database.prepare(
      "SELECT judgement FROM judgement WHERE first = ?1 AND second = ?2 ORDER BY number DESC LIMIT 1"
    )
  }

  func areDifferent(_ left: String, _ right: String) throws(SQLError) -> Bool {
    let (first, second) = Desk.ordered(left, right)
    try newest.bind(1, first)
    try newest.bind(2, second)
    defer { newest.reset() }
    return try newest.step() && newest.text(0) == "not-same"
  }
}
