import HubInterface

/// The rows of an explanation as a table that adds up to the score.
enum ScoreTable {
  private static let cellCharacters = 24

  /// - Parameters:
  ///   - left: heads the values that were asked for; `right` those of the record.
  static func text(
    _ rows: [Row], score: Double, left: String, right: String, indent: Int
  ) -> String {
    guard !rows.isEmpty else { return "" }
    var table = TextTable(["", left, right, "ALIKE", "COUNTS", "RULE"], numbers: [3, 4])
    let hundredths = ScoreTable.hundredths(rows.map(\.contribution))
    for (row, counts) in zip(rows, hundredths.rows) {
      table.add([
        row.feature.cut(to: cellCharacters), row.left.cut(to: cellCharacters),
        row.right.cut(to: cellCharacters), number(row.similarity), signed(counts),
        row.rule.cut(to: cellCharacters),
      ])
    }
    table.add(["score", "", "", "", decimal(hundredths.sum), ""])
    let margin = String(repeating: " ", count: indent)
    var text = table.text.split(separator: "\n").map { margin + $0 + "\n" }.joined()
    if abs(rows.reduce(0) { $0 + $1.contribution } - score) > 0.005 {
      text += margin + "The rows do not add up to the hub's score, \(number(score)).\n"
    }
    return text
  }

  /// Rounded to hundredths so that the rounded ones, too, add up to the rounded sum: those that
  /// lose most by rounding down are rounded up.
  static func hundredths(_ values: [Double]) -> (rows: [Int], sum: Int) {
    let scaled = values.map { bounded($0) * 100 }
    let total = Int((bounded(values.reduce(0, +)) * 100).rounded())
    var rows = scaled.map { Int($0.rounded(.down)) }
    let missing = total - rows.reduce(0, +)
    let order = scaled.indices.sorted {
      (scaled[$0] - scaled[$0].rounded(.down), -$0) > (scaled[$1] - scaled[$1].rounded(.down), -$1)
    }
    for place in order.prefix(max(0, missing)) { rows[place] += 1 }
    return (rows, rows.reduce(0, +))
  }

  /// `0.91`
  static func number(_ value: Double) -> String { decimal(Int((bounded(value) * 100).rounded())) }

  /// No word of the hub's may be too large for an integer.
  private static func bounded(_ value: Double) -> Double {
    value.isFinite ? min(max(value, -1_000_000), 1_000_000) : 0
  }

  private static func signed(_ hundredths: Int) -> String {
    (hundredths > 0 ? "+" : "") + decimal(hundredths)
  }

  private static func decimal(_ hundredths: Int) -> String {
    let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
    return (hundredths < 0 ? "-" : "") + "\(whole)." + (rest < 10 ? "0" : "") + "\(rest)"
  }
}
