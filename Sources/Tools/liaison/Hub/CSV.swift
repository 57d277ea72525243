import Text

/// A table for spreadsheets: RFC 4180, UTF-8.
enum CSV {
  /// One row with its CRLF.
  static func row(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") + "\r\n" }

  /// A cell in quotes where it needs them. Text that a spreadsheet would take for a formula has an
  /// apostrophe before it, and characters that are obeyed instead of drawn stand as numbers: who
  /// opens the table must see what is in it.
  static func cell(_ text: String) -> String {
    var text = text.printable
    if let first = text.unicodeScalars.first(where: { !$0.properties.isWhitespace }),
      formulas.contains(first)
    {
      text = "'" + text
    }
    let needsQuotes = text.utf8.contains { $0 == 0x22 || $0 == 0x2c || $0 == 0x20 }
    return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }

  /// Signs that begin a formula, with their full-width forms, which some spreadsheets take for the
  /// same.
  private static let formulas: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}",
  ]
}
