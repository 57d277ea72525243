/// The characters of a zone: capitals, digits, and the filler `<`.
struct ZoneText {
  let lines: [[UInt8]]

  static let filler = UInt8(ascii: "<")

  subscript(field: ZoneLayout.Field) -> ArraySlice<UInt8> { lines[field.line][field.columns] }

  /// The character behind a field.
  func digit(after field: ZoneLayout.Field) -> UInt8 { lines[field.line][field.columns.upperBound] }

  static func isAllowed(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || byte == filler }
  static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) }
  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// Without the fillers at its end.
  static func text(_ bytes: some Sequence<UInt8>) -> String {
    var kept = Array(bytes)
    while kept.last == filler { kept.removeLast() }
    return String(decoding: kept, as: UTF8.self)
  }
}

/// The check digits of ICAO 9303, 4.9: weights 7, 3, 1; letters count 10 to 35, the filler 0; the
/// rest of the sum by 10.
enum CheckDigit {
  static func of(_ bytes: some Sequence<UInt8>) -> UInt8 {
    var sum = 0
    for (place, byte) in bytes.enumerated() { sum += value(byte) * weights[place % 3] }
    return UInt8(ascii: "0") + UInt8(sum % 10)
  }

  private static let weights = [7, 3, 1]

  private static func value(_ byte: UInt8) -> Int {
    if ZoneText.isDigit(byte) { return Int(byte) - 0x30 }
    return ZoneText.isLetter(byte) ? Int(byte) - 0x41 + 10 : 0
  }
}
