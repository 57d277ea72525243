/// A registration plate, as it is compared. Protocols/records.md, REC-35.
public struct Plate: Hashable, Sendable {
  /// Folded, 1 to 20 characters; Cyrillic letters that look like Latin ones are these.
  public let text: String

  static let longest = 20

  /// Cyrillic letters, folded, whose capitals look like Latin ones stand for these: plates of
  /// several countries use just such letters.
  private static let lookAlikes: [Character: Character] = [
    "а": "A", "в": "B", "е": "E", "к": "K", "м": "M", "н": "H", "о": "O", "р": "P", "с": "C",
    "т": "T", "у": "Y", "х": "X",
  ]

  /// - Returns: nil when nothing is left, or more than 20 characters.
  public init?(folding text: some StringProtocol) {
    let folded = String(FoldedText.fold(text).map { Plate.lookAlikes[$0] ?? $0 })
    guard (1...Plate.longest).contains(folded.count) else { return nil }
    self.text = folded
  }
}

/// A vehicle's own number (ISO 3779): 17 letters and digits without I, O and Q.
/// Protocols/records.md, REC-35.
public struct VehicleNumber: Hashable, Sendable {
  /// 17 capitals and digits.
  public let text: String

  /// - Returns: nil for another form.
  public init?(folding text: some StringProtocol) {
    let folded = FoldedText.fold(text)
    guard folded.count == 17, folded.isASCIIAlphanumeric,
      !folded.contains(where: { "IOQ".contains($0) })
    else { return nil }
    self.text = folded
  }
}

/// A ship's number of the International Maritime Organization: six digits and their check.
/// Protocols/records.md, REC-35.
public struct ShipNumber: Hashable, Sendable {
  /// Seven digits, without the letters IMO.
  public let text: String

  /// - Returns: nil for other than seven digits, `IMO` before them or not, or when the last one
  ///   does not fit.
  public init?(folding text: some StringProtocol) {
    var folded = FoldedText.fold(text)
    if folded.hasPrefix("IMO") { folded.removeFirst(3) }
    guard folded.count == 7, folded.isASCIIDigits else { return nil }
    let digits = folded.utf8.map { Int($0) - 0x30 }
    let sum = zip(digits, (2...7).reversed()).reduce(0) { $0 + $1.0 * $1.1 }
    guard sum % 10 == digits[6] else { return nil }
    self.text = folded
  }
}
