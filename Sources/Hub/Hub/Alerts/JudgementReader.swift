internal import SQL

/// Reads of the desk what two records were judged to be: a connection of its own, for the thread of
/// the alerts.
final class JudgementReader {
  private let newest: Statement
  private let since: Statement
  private let maximum: Statement

  init(_ place: SQLPlace) throws(SQLError) {
    let database = try Database(place, .reading)
    since = try database.prepare(
      "SELECT first, second FROM judgement WHERE number > ?1 ORDER BY number")
    maximum = try database.prepare("SELECT coalesce(max(number), 0) FROM judgement")
    newest = try database.prepare(
      "SELECT judgement FROM judgement WHERE first = ?1 AND second = ?2 ORDER BY number DESC LIMIT 1"
    )
  }

  /// The number of the last judgement.
  func last() throws(SQLError) -> Int64 {
    defer { maximum.reset() }
    return try maximum.step() ? maximum.integer(0) : 0
  }

  /// References that were judged since, each once.
  func names(after number: Int64) throws(SQLError) -> [String] {
    try since.bind(1, number)
    var found: [String] = []
    try since.each { row throws(SQLError) in
      for column in 0...1 where !found.contains(row.text(column)) {
        found.append(row.text(column))
      }
      return true
    }
    return found
  }

  func areDifferent(_ left: String, _ right: String) throws(SQLError) -> Bool {
    let (first, second) = Desk.ordered(left, right)
    try newest.bind(1, first)
    try newest.bind(2, second)
    defer { newest.reset() }
    return try newest.step() && newest.text(0) == "not-same"
  }
}
