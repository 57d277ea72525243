/// An identifier without the signs that people write around and inside it: letters of ASCII are
/// capitals, those of other scripts are as the table of words says, without marks; digits are those
/// of ASCII whatever their script, and all else is gone. Protocols/records.md, 5.
enum FoldedText {
  /// - Parameter kept: a character that stays though it is neither.
  static func fold(_ text: some StringProtocol, keeping kept: Unicode.Scalar? = nil) -> String {
    if let folded = foldASCII(text, keeping: kept) { return folded }
    var folded = String.UnicodeScalarView()
    let characters = WordCharacters.shared
    for scalar in text.unicodeScalars {
      if scalar == kept {
        folded.append(scalar)
        continue
      }
      switch characters.meaning(scalar) {
      case .letter(let letter), .word(let letter): folded.append(capital(letter))
      case .letters(let letters): for letter in letters { folded.append(capital(letter)) }
      case .nothing, .space: continue
      }
    }
    return String(folded)
  }

  private static func capital(_ letter: Unicode.Scalar) -> Unicode.Scalar {
    (0x61...0x7a).contains(letter.value)
      ? Unicode.Scalar(UInt8(truncatingIfNeeded: letter.value) - 0x20) : letter
  }

  /// Nearly every number is written in ASCII: then no character need be looked up.
  private static func foldASCII(
    _ text: some StringProtocol, keeping kept: Unicode.Scalar?
  ) -> String? {
    var folded: [UInt8] = []
    folded.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a: folded.append(byte)
      case 0x61...0x7a: folded.append(byte - 0x20)
      case 0x80...: return nil
      default: if kept == Unicode.Scalar(byte) { folded.append(byte) }
      }
    }
    return String(decoding: folded, as: UTF8.self)
  }
}

extension String {
  var isASCIIDigits: Bool { !isEmpty && utf8.allSatisfy { (0x30...0x39).contains($0) } }

  /// Capitals and digits of ASCII alone.
  var isASCIIAlphanumeric: Bool {
    !isEmpty && utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) }
  }
}
