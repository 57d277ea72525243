/// Cuts a normalized name into words, each of one script.
struct NameReader {
  let kind: NameKind
  private(set) var words: [Word] = []
  private(set) var isCut = false
  private var run: [Piece] = []
  private var runScript: Script?
  private var hasSmallLetters = false
  /// Inside brackets, or after a stroke: another name of the same organisation, or a remark.
  private var isAside = false

  init(kind: NameKind) { self.kind = kind }

  mutating func read(_ text: String) {
    let normal = Normalization(text)
    isCut = normal.isCut
    words.reserveCapacity(8)
    run.reserveCapacity(32)
    hasSmallLetters = normal.pieces.contains {
      $0.scalar >= 0x61 && $0.scalar <= 0x7a
    }
    for piece in normal.pieces {
      switch piece.record.kind {
      case .separator:
        endRun()
        if kind == .organization { notice(piece.scalar) }
      case .drop, .mark: if !run.isEmpty { run[run.count - 1].end = piece.end }
      case .digit: run.append(piece)
      default: add(piece)
      }
    }
    endRun()
  }

  private mutating func notice(_ separator: UInt32) {
    switch Unicode.Scalar(separator) {
    case "(", "[": isAside = !words.isEmpty
    case ")", "]": isAside = false
    case "/", "|": isAside = isAside || (words.last?.spelling.count ?? 0) > 1
    default: break
    }
  }

  /// Another script begins another word: ВладимирPutin.
  private mutating func add(_ piece: Piece) {
    let script = piece.record.script
    if let runScript, runScript != script, script != .other, runScript != .other { endRun() }
    if runScript == nil { runScript = script }
    if kind == .organization, isHump(piece) { endRun() }
    if runScript == nil { runScript = script }
    run.append(piece)
  }

  /// SiemensAG: a small letter and a capital after it.
  private func isHump(_ piece: Piece) -> Bool {
    guard let last = run.last, piece.record.script.isSpelt, run.count > 2 else { return false }
    return isCapital(piece) && last.record.kind == .letter && !isCapital(last)
  }

  private func isCapital(_ piece: Piece) -> Bool {
    piece.record.lower(of: piece.scalar) != piece.scalar
  }

  private mutating func endRun() {
    defer {
      run.removeAll(keepingCapacity: true)
      runScript = nil
    }
    guard let first = run.first, let last = run.last else { return }
    let script = runScript ?? .latin
    if kind == .organization { dropPossessive() }
    if script.isSpelt {
      endSpelt(script, first.start, last.end)
    } else {
      endOwn(script, first.start, last.end)
    }
  }

  /// Bank's is bank.
  private mutating func dropPossessive() {
    guard run.count > 3, let last = run.last, last.scalar | 0x20 == 0x73 else { return }
    let before = run[run.count - 2]
    // An apostrophe was dropped between the two.
    if before.end - before.start > 1, before.scalar < 0x80 { run.removeLast() }
  }

  private mutating func append(_ word: Word) {
    guard !word.isEmpty else { return }
    guard words.count < NameLimits.words else {
      isCut = true
      return
    }
    var word = word
    word.isAside = isAside
    words.append(word)
  }

  // MARK: Latin, Greek, Cyrillic

  private mutating func endSpelt(_ script: Script, _ start: Int32, _ end: Int32) {
    let spelling = LetterSpelling.spell(run, script)
    if isInitials(spelling, script) {
      for piece in run {
        let letter = LetterSpelling.spell([piece], script)
        append(Word(spelt: letter, script: script, start: piece.start, end: piece.end))
      }
      return
    }
    if kind == .person, let (first, second) = LatinCompounds.halves(spelling) {
      append(Word(spelt: first, script: script, start: start, end: end))
      append(Word(spelt: second, script: script, start: start, end: end))
      return
    }
    append(Word(spelt: spelling, script: script, start: start, end: end))
  }

  /// JC Juncker: two or three capitals without a vowel, in a name that has small letters too.
  private func isInitials(_ spelling: Spelling, _ script: Script) -> Bool {
    guard kind == .person, script == .latin, hasSmallLetters, (2...3).contains(run.count),
      spelling.count == run.count, run.allSatisfy(isCapital)
    else { return false }
    for index in 0..<spelling.count
    where Spelling.isVowel(spelling[index]) || spelling[index] == UInt8(ascii: "y") {
      return false
    }
    return !PersonWords.shortNames.contains(spelling.hash)
      && !PersonWords.titles.contains(spelling.hash)
  }

  // MARK: other scripts

  private mutating func endOwn(_ script: Script, _ start: Int32, _ end: Int32) {
    let own = run.map { $0.record.lower(of: $0.scalar) }
    if script == .arabic, kind == .person {
      let afterServant = words.last.map { AbjadCompounds.isServant($0.own) } ?? false
      for part in AbjadCompounds.parts(own, afterServant: afterServant) {
        append(Word(own: part, spelling: Spelling(), script: script, start: start, end: end))
      }
    } else if script.isOfSyllables, (2...4).contains(run.count) {
      for piece in run {
        append(
          Word(
            own: [piece.record.lower(of: piece.scalar)],
            spelling: LetterSpelling.spell([piece], script), script: script, start: piece.start,
            end: piece.end))
      }
    } else {
      append(
        Word(
          own: own, spelling: script.isAbjad ? Spelling() : LetterSpelling.spell(run, script),
          script: script, start: start, end: end))
    }
  }
}
