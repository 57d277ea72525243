/// A date of a record, as it is written, and what it means where it is one.
public struct DateValue: Hashable, Sendable {
  /// As it is written.
  public let text: String
  /// nil: of another form, kept as text.
  public let date: PartialDate?
}

/// A time of a journey or an event, as it is written, and what it means.
public struct TimeValue: Hashable, Sendable {
  /// As it is written.
  public let text: String
  /// nil: of another form, kept as text.
  public let time: RecordTime?
}

/// A quantity of money, exactly as it is written: `1250.00`.
public struct Amount: Hashable, Sendable {
  /// Digits, and a point where there are decimals; never made a binary number.
  public let text: String

  /// - Returns: nil for anything but 1 to 18 digits and, behind a point, 1 to 18 more.
  public init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let isRight =
      (1...2).contains(parts.count)
      && parts.allSatisfy { part in
        (1...RecordLimits.amountDigits).contains(part.count)
          && part.allSatisfy { (0x30...0x39).contains($0) }
      }
    guard isRight else { return nil }
    self.text = text
  }
}
