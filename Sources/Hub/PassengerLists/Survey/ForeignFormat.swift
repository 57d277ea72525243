/// Files that are no lists, by their first bytes, and what to do with them. Protocols/lists.md,
/// LIST-2.
enum ForeignFormat {
  private static let asCSV = """
    In Excel: File, Save As, type "CSV UTF-8 (Comma delimited)". In LibreOffice: File, Save As, type "Text CSV", character set \
    UTF-8. Then give that file.
    """

  /// - Returns: nil when it may be a list.
  static func question(_ head: [UInt8]) -> ListQuestion? {
    func question(_ what: String, _ hint: String = asCSV) -> ListQuestion {
      ListQuestion(.format, "This is \(what), which is not read.", hint: hint)
    }
    if head.starts(with: [0x50, 0x4b, 0x03, 0x04]) {
      if head.contains("[Content_Types].xml") || head.contains("xl/") {
        return question("an Excel workbook (.xlsx)")
      }
      if head.contains("opendocument.spreadsheet") {
        return question("a LibreOffice spreadsheet (.ods)")
      }
      return question("a ZIP archive", "Unpack it, and give the list that is in it.")
    }
    if head.starts(with: [0xd0, 0xcf, 0x11, 0xe0]) {
      return question("an Excel workbook of the older kind (.xls)")
    }
    if head.starts(with: Array("%PDF".utf8)) {
      return question(
        "a PDF", "Ask for the list as CSV or PAXLST: a PDF holds drawn letters, no columns.")
    }
    if head.starts(with: [0x1f, 0x8b]) {
      return question("a gzip archive", "Unpack it, and give the list that is in it.")
    }
    if head.starts(with: Array("{\\rtf".utf8)) { return question("a text document (.rtf)") }
    let start = String(
      decoding: head.drop { $0 <= 0x20 || $0 >= 0x80 }.prefix(ListLimits.shownCharacters),
      as: UTF8.self
    ).lowercased()
    if ["<!doctype", "<html", "<table", "<head", "<meta"].contains(where: start.hasPrefix) {
      return question("a web page (HTML)", "Open it in Excel or LibreOffice. " + asCSV)
    }
    if start.hasPrefix("<?xml") || start.hasPrefix("<") { return question("XML") }
    return nil
  }
}

extension [UInt8] {
  fileprivate func contains(_ text: String) -> Bool {
    let sought = Array(text.utf8)
    guard let first = sought.first, count >= sought.count else { return false }
    for start in 0...(count - sought.count) where self[start] == first {
      if self[start..<(start + sought.count)].elementsEqual(sought) { return true }
    }
    return false
  }
}
