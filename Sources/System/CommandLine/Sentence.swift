extension String {
  /// The text with a full stop, and with a capital letter where the first word is one: a path or
  /// the name of a node stays as it is.
  public var sentence: String {
    guard let first else { return "" }
    let word = prefix { $0 != " " }
    let isWord = word.count < count && word.allSatisfy { $0.isLetter && $0.isASCII }
    let text = (isWord ? first.uppercased() : String(first)) + dropFirst()
    return text.hasSuffix(".") || text.hasSuffix("?") ? text : text + "."
  }
}
