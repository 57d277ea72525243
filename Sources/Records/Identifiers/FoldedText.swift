/// What people write around and inside an identifier, taken away: letters are capitals, digits are those of ASCII whatever their
/// script, and everything that is neither letter nor digit is gone. Protocols/records.md, 5.1.
enum FoldedText {
  /// - Parameter keeping: characters that stay though they are neither.
  static func fold(_ text: some StringProtocol, keeping: Set<Character> = []) -> String {
    if let folded = foldASCII(text, keeping: keeping) { return folded }
    var folded = ""
    for character in text {
      if let digit = digit(character) {
        folded.unicodeScalars.append(digit)
      } else if let letter = latin(character) {
        folded.unicodeScalars.append(letter)
      } else if keeping.contains(character) || character.isLetter {
        folded += character.uppercased()
      }
    }
    return folded
  }

  /// Nearly every number is written in ASCII: then no character need be looked at as Unicode has it.
  private static func foldASCII(
    _ text: some StringProtocol, keeping: Set<Character>
  ) -> String? {
    var folded: [UInt8] = []
    folded.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a: folded.append(byte)
      case 0x61...0x7a: folded.append(byte - 0x20)
      case 0x80...: return nil
      default:
        if !keeping.isEmpty, keeping.contains(Character(Unicode.Scalar(byte))) {
          folded.append(byte)
        }
      }
    }
    return String(decoding: folded, as: UTF8.self)
  }

  /// Decimal digits of any script: Unicode gives each its value.
  private static func digit(_ character: Character) -> Unicode.Scalar? {
    guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1,
      scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue,
      (0...9).contains(value)
    else { return nil }
    return Unicode.Scalar(UInt8(ascii: "0") + UInt8(value))
  }

  /// Letters of ASCII, and those of full width that some keyboards give in their place.
  private static func latin(_ character: Character) -> Unicode.Scalar? {
    guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1 else {
      return nil
    }
    return switch scalar.value {
    case 0x41...0x5a: scalar
    case 0x61...0x7a: Unicode.Scalar(scalar.value - 0x20)
    case 0xff21...0xff3a: Unicode.Scalar(scalar.value - 0xff21 + 0x41)
    case 0xff41...0xff5a: Unicode.Scalar(scalar.value - 0xff41 + 0x41)
    default: nil
    }
  }
}

extension String {
  var isASCIIDigits: Bool { !isEmpty && utf8.allSatisfy { (0x30...0x39).contains($0) } }

  /// Capitals and digits of ASCII alone.
  var isASCIIAlphanumeric: Bool {
    !isEmpty && utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) }
  }
}
