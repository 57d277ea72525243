/// An account number with its check (ISO 13616). Protocols/records.md, REC-33.
public struct IBAN: Hashable, Sendable {
  /// Without spaces.
  public let text: String

  /// Why a text is no IBAN: it is then found as it is written.
  public enum Problem: Error, Hashable, Sendable {
    /// Not two letters, two digits, and letters or digits.
    case form
    /// Another length than that country has.
    case length
    /// Its check digits do not fit: it was mistyped.
    case check
  }

  /// - Parameter text: with or without spaces, in any case of letters.
  public init(folding text: some StringProtocol) throws(Problem) {
    let folded = FoldedText.fold(text)
    let bytes = Array(folded.utf8)
    guard folded.isASCIIAlphanumeric, (15...34).contains(bytes.count),
      bytes[..<2].allSatisfy({ (0x41...0x5a).contains($0) }),
      bytes[2..<4].allSatisfy({ (0x30...0x39).contains($0) })
    else { throw .form }
    if let length = IBAN.lengths[String(folded.prefix(2))], bytes.count != length {
      throw .length
    }
    guard IBAN.remainder(bytes) == 1 else { throw .check }
    self.text = folded
  }

  /// The remainder modulo 97 of the number that the characters make, the first four moved to the
  /// end and letters written as 10 to 35.
  private static func remainder(_ bytes: [UInt8]) -> Int {
    var rest = 0
    for byte in bytes[4...] + bytes[..<4] {
      let value = byte >= 0x41 ? Int(byte) - 0x41 + 10 : Int(byte) - 0x30
      rest = (rest * (value >= 10 ? 100 : 10) + value) % 97
    }
    return rest
  }

  /// The account's country, of ISO 3166.
  public var country: String { text.prefix(2).lowercased() }

  /// Lengths by the registry of IBANs; a country that is not here may have any length.
  private static let lengths: [String: Int] = [
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22,
    "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18,
    "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22,
    "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23,
    "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31,
    "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24,
    "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
    "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24,
    "XK": 20,
  ]
}
