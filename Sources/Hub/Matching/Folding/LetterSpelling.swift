/// Latin letters for a word of one script.
enum LetterSpelling {
  static func spell(_ run: [Piece], _ script: Script) -> Spelling {
    switch script {
    case .greek: greek(run)
    case .hangul: hangul(run)
    case .kana: kana(run)
    default: letterByLetter(run, script)
    }
  }

  private static func letters(_ piece: Piece, into spelling: inout Spelling) {
    if piece.scalar < 0x80, piece.record.kind != .separator {
      spelling.append(UInt8(truncatingIfNeeded: piece.record.lower(of: piece.scalar)))
      return
    }
    let table = ScalarTable.shared
    for index in 0..<piece.record.spellingCount {
      spelling.append(table.spelling(piece.record, at: index))
    }
  }

  /// Indic consonants carry a vowel that signs replace or take away; Thai and Lao write some vowels
  /// before their consonant.
  private static func letterByLetter(_ run: [Piece], _ script: Script) -> Spelling {
    var spelling = Spelling()
    var before: Piece?
    var hasVowel = false
    for piece in run {
      let small = Piece(
        scalar: piece.record.lower(of: piece.scalar), record: record(of: piece),
        start: piece.start, end: piece.end)
      switch small.record.kind {
      case .vowelSign, .virama:
        if hasVowel { spelling.removeLast() }
        letters(small, into: &spelling)
        hasVowel = false
      case .vowelBefore: before = small
      default:
        letters(small, into: &spelling)
        hasVowel = small.record.kind == .consonant
        if let vowel = before {
          letters(vowel, into: &spelling)
          before = nil
        }
      }
    }
    if hasVowel, dropsLastVowel(script), spelling.count > 3,
      Spelling.isVowel(spelling[spelling.count - 3])
    {
      spelling.removeLast()
    }
    return spelling
  }

  private static func record(of piece: Piece) -> ScalarRecord {
    let lower = piece.record.lower(of: piece.scalar)
    return lower == piece.scalar ? piece.record : ScalarTable.shared[lower]
  }

  /// Ram, not Rama: the last vowel is written and not spoken.
  private static func dropsLastVowel(_ script: Script) -> Bool {
    switch script {
    case .devanagari, .bengali, .gurmukhi, .gujarati: true
    default: false
    }
  }

  private static func greek(_ run: [Piece]) -> Spelling {
    var spelling = Spelling()
    var at = 0
    while at < run.count {
      if at + 1 < run.count, let pair = together(run[at], run[at + 1]) {
        for byte in pair.description.utf8 { spelling.append(byte) }
        at += 2
      } else {
        let piece = run[at]
        letters(
          Piece(
            scalar: piece.record.lower(of: piece.scalar), record: record(of: piece),
            start: piece.start, end: piece.end), into: &spelling)
        at += 1
      }
    }
    return spelling
  }

  /// Two Greek letters that are one sound.
  private static func together(_ first: Piece, _ second: Piece) -> StaticString? {
    switch (GreekLetter.bare(first), GreekLetter.bare(second)) {
    case ("μ", "π"): "b"
    case ("ν", "τ"): "d"
    case ("γ", "κ"): "g"
    case ("γ", "γ"): "ng"
    case ("ο", "υ"): "u"
    case ("α", "υ"): "av"
    case ("ε", "υ"): "ev"
    case ("ο", "ι"), ("ε", "ι"): "i"
    case ("α", "ι"): "e"
    default: nil
    }
  }

  private static func hangul(_ run: [Piece]) -> Spelling {
    var spelling = Spelling()
    for piece in run {
      let parts = Hangul.spelling(piece.scalar).parts
      for part in [parts.0, parts.1, parts.2] {
        for byte in part.description.utf8 { spelling.append(byte) }
      }
    }
    return spelling
  }

  /// Small ya, yu and yo take the i of the sign before them: kiya is kya, shiya sha.
  private static func kana(_ run: [Piece]) -> Spelling {
    var spelling = Spelling()
    for piece in run {
      switch piece.scalar {
      case 0x3083, 0x3085, 0x3087, 0x30e3, 0x30e5, 0x30e7:
        var small = Spelling()
        letters(piece, into: &small)
        if spelling.last == UInt8(ascii: "i") { spelling.removeLast() }
        let isSoft = spelling.hasSuffix("sh") || spelling.hasSuffix("ch") || spelling.hasSuffix("j")
        for index in (isSoft ? 1 : 0)..<max(small.count, isSoft ? 1 : 0) {
          spelling.append(small[index])
        }
      // A small tsu doubles what follows.
      case 0x3063, 0x30c3: break
      default: letters(piece, into: &spelling)
      }
    }
    return spelling
  }
}

/// Greek letters without their accents.
enum GreekLetter {
  /// - Returns: the small letter; a vowel with a diaeresis, which is spoken by itself, is none.
  static func bare(_ piece: Piece) -> Unicode.Scalar {
    let table = ScalarTable.shared
    let lower = piece.record.lower(of: piece.scalar)
    let record = table[lower]
    let bare = record.decompositionCount > 0 ? table.decomposition(record, at: 0) : lower
    return Unicode.Scalar(bare) ?? "\u{fffd}"
  }
}
