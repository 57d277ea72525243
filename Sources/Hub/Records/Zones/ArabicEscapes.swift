/// Arabic letters as a zone writes them (ICAO 9303, part 3, 6.C): those without a Latin counterpart
/// as `X` and one to two letters. So the name as it is written can be had back, where an issuer
/// writes it so.
enum ArabicEscapes {
  /// - Parameter part: one part of a name.
  /// - Returns: nil where nothing is escaped, since then it may be any name, or where something is
  ///   that the table does not have.
  static func arabic(_ part: some StringProtocol) -> String? {
    let letters = Array(part)
    var name = ""
    var isEscaped = false
    var at = 0
    while at < letters.count {
      let lengths = letters[at] == "X" ? [3, 2] : [1]
      guard
        let length = lengths.first(where: {
          at + $0 <= letters.count && scalar(letters[at..<(at + $0)]) != nil
        }),
        let scalar = scalar(letters[at..<(at + length)])
      else { return nil }
      name.unicodeScalars.append(scalar)
      isEscaped = isEscaped || length > 1
      at += length
    }
    return isEscaped ? name : nil
  }

  private static func scalar(_ letters: ArraySlice<Character>) -> Unicode.Scalar? {
    table[String(letters)].flatMap { Unicode.Scalar($0) }
  }

  private static let table: [String: UInt32] = [
    "A": 0x627, "B": 0x628, "T": 0x62a, "J": 0x62c, "D": 0x62f, "R": 0x631, "Z": 0x632, "S": 0x633,
    "E": 0x639, "G": 0x63a, "F": 0x641, "Q": 0x642, "K": 0x643, "L": 0x644, "M": 0x645, "N": 0x646,
    "H": 0x647, "W": 0x648, "Y": 0x64a, "U": 0x624, "I": 0x625, "P": 0x67e,
    "XE": 0x621, "XAA": 0x622, "XAE": 0x623, "XW": 0x624, "XI": 0x626, "XTA": 0x629, "XAH": 0x629,
    "XTH": 0x62b, "XH": 0x62d, "XKH": 0x62e, "XDH": 0x630, "XSH": 0x634, "XSS": 0x635, "XDZ": 0x636,
    "XTT": 0x637, "XZZ": 0x638, "XAY": 0x649, "XXA": 0x671, "XXT": 0x679, "XRT": 0x67c,
    "XKE": 0x681, "XXH": 0x685, "XC": 0x686, "XXD": 0x688, "XDR": 0x689, "XXR": 0x691,
    "XRR": 0x693, "XRX": 0x696, "XJ": 0x698, "XXS": 0x69a, "XKK": 0x6a9, "XXK": 0x6ab,
  ]
}

extension ZoneNames {
  /// A part in Arabic letters, where its issuer escaped what Latin has not.
  public static func arabic(_ part: String) -> String? { ArabicEscapes.arabic(part) }
}
