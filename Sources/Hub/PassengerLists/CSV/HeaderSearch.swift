/// Where a header is, and what follows from it: separator, columns, and the encoding in which it
/// has a meaning. Protocols/lists.md, LIST-12, LIST-22, LIST-30.
struct HeaderSearch: Sendable {
  let encoding: ListEncoding
  let separator: ListDelimiter
  /// Among the lines of the head; nil: none was recognised.
  private(set) var line: Int?
  private(set) var headers: [String] = []
  private(set) var meanings: [HeaderMeaning?] = []
  /// The first lines, empty ones too, up to the header or as far as it was looked for.
  private(set) var first: [CutLine] = []

  private(set) var recognised = 0
  /// Headers with letters beyond ASCII that have a meaning; each counts twice where the encoding is
  /// the usual one of its language.
  private(set) var beyondASCII = 0
  /// Lines with as many fields as most have, and more than one.
  private(set) var alike = 0

  /// - Parameters:
  ///   - head: the beginning of the list as UTF-8.
  ///   - isWhole: it is the list.
  ///   - areColumnsKnown: the user named them: a header of one column is one.
  init(
    _ head: [UInt8], isWhole: Bool, encoding: ListEncoding, separator: ListDelimiter,
    areColumnsKnown: Bool
  ) {
    self.encoding = encoding
    self.separator = separator
    var cutter = LineCutter(separator)
    var next = 0
    var counts: [Int: Int] = [:]
    var lines = 0
    while lines < ListLimits.comparedLines,
      cutter.cut(head, from: &next) || (isWhole && cutter.end())
    {
      let cut = cutter.line
      lines += 1
      if line == nil, lines <= ListLimits.headLines {
        first.append(cut)
        recognise(cut, at: lines - 1, areColumnsKnown)
      }
      if !cut.isBlank, cut.usedCount > 1 { counts[cut.usedCount, default: 0] += 1 }
    }
    alike = counts.values.max() ?? 0
  }

  private mutating func recognise(_ cut: CutLine, at place: Int, _ areColumnsKnown: Bool) {
    guard cut.problem == nil, !cut.isBlank else { return }
    let texts = (0..<cut.count).map { cut.text($0) ?? "" }
    let meanings = texts.map { HeaderWords.shared.meaning(of: $0) }
    let count = meanings.count { $0 != nil }
    let used = texts.count { !$0.isEmpty }
    guard count >= 2 && count * ListLimits.headerShare >= used || areColumnsKnown && count == used
    else { return }
    line = place
    headers = texts
    self.meanings = meanings
    recognised = count
    for (text, meaning) in zip(texts, meanings) {
      guard let meaning, text.utf8.contains(where: { $0 >= 0x80 }) else { continue }
      beyondASCII += encoding == .utf8 || meaning.language.page == encoding ? 2 : 1
    }
  }

  /// `sep=;`, of which the separator was cut off.
  var hasStatedSeparator: Bool { first.first?.bytes.elementsEqual("sep=".utf8) ?? false }

  func isBetter(than other: HeaderSearch) -> Bool {
    (recognised, beyondASCII, alike) > (other.recognised, other.beyondASCII, other.alike)
  }
}
