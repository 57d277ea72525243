import Text

extension String {
  /// Printable lines of at most so many columns, each with a line feed; a word that is longer has
  /// its own.
  func wrapped(indent: Int, columns: Int = 80) -> String {
    let margin = String(repeating: " ", count: indent)
    var text = ""
    var line = margin
    // Counting the characters of a line again for each word would take the square of its length.
    var width = indent
    for word in printable.split(separator: " ") {
      let wordWidth = word.count
      if width > indent, width + 1 + wordWidth > columns {
        text += line + "\n"
        line = margin
        width = indent
      }
      if width > indent {
        line += " "
        width += 1
      }
      line += word
      width += wordWidth
    }
    return text + line + "\n"
  }

  /// As `wrapped`, the first line behind a head that the others are indented by.
  func wrapped(behind head: String, indent: Int) -> String {
    let margin = indent + head.count
    return String(repeating: " ", count: indent) + head.printable
      + wrapped(indent: margin).dropFirst(margin)
  }

  /// The first characters, with a mark where there are more.
  func cut(to characters: Int) -> String {
    // Never counts what it does not keep: the text may be long.
    guard let end = index(startIndex, offsetBy: characters, limitedBy: endIndex), end < endIndex
    else { return self }
    return self[..<index(before: end)] + "…"
  }
}
