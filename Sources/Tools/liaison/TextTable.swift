import Text

/// Columns as wide as their widest cell.
struct TextTable {
  private var rows: [[String]]
  /// Lines that stand below a row, by its number.
  private var below: [Int: String] = [:]
  /// Columns that are aligned at their right end.
  private let numbers: Set<Int>

  init(_ header: [String], numbers: Set<Int> = []) {
    rows = [header]
    self.numbers = numbers
  }

  /// - Parameter lines: printed below the row as they are; each ends with a newline.
  mutating func add(_ row: [String], below lines: String = "") {
    below[rows.count] = lines
    rows.append(row.map(\.printable))
  }

  var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var text = ""
    for (number, row) in rows.enumerated() {
      var line = ""
      for (column, (cell, width)) in zip(row, widths).enumerated() {
        let padding = String(repeating: " ", count: width - cell.count)
        line += (numbers.contains(column) ? padding + cell : cell + padding) + "  "
      }
      while line.hasSuffix(" ") { line.removeLast() }
      text += line + "\n" + (below[number] ?? "")
    }
    return text
  }
}
