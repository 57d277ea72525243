/// A telephone's own number (IMEI), as it is compared: without its check digit, which some lists
/// leave out. Protocols/records.md, REC-34.
public struct DeviceNumber: Hashable, Sendable {
  /// 14 digits.
  public let text: String

  /// Why a text is no IMEI: it is then found as it is written.
  public enum Problem: Error, Hashable, Sendable {
    /// Not 14 to 16 digits.
    case form
    /// The fifteenth digit does not fit (Luhn).
    case check
  }

  /// - Parameter text: 14 digits; 15 with the check digit; 16 with the version of its software in
  ///   the place of that.
  public init(folding text: some StringProtocol) throws(Problem) {
    let folded = FoldedText.fold(text)
    guard folded.isASCIIDigits, (14...16).contains(folded.count) else { throw .form }
    if folded.count == 15, !DeviceNumber.isLuhn(Array(folded.utf8)) { throw .check }
    self.text = String(folded.prefix(14))
  }

  /// Every second digit from the end counts twice, and of that its digits.
  private static func isLuhn(_ digits: [UInt8]) -> Bool {
    var sum = 0
    for (place, byte) in digits.reversed().enumerated() {
      let value = Int(byte) - 0x30
      let counted = place % 2 == 1 ? 2 * value : value
      sum += counted > 9 ? counted - 9 : counted
    }
    return sum % 10 == 0
  }
}

/// A subscriber's number on a SIM card (IMSI): 14 or 15 digits. Protocols/records.md, REC-34.
public struct SubscriberNumber: Hashable, Sendable {
  /// 14 or 15 digits: country, network and subscriber.
  public let text: String

  /// - Returns: nil for other than 14 or 15 digits.
  public init?(folding text: some StringProtocol) {
    let folded = FoldedText.fold(text)
    guard folded.isASCIIDigits, (14...15).contains(folded.count) else { return nil }
    self.text = folded
  }
}
