/// A date of a record, as it is written, and what it means where it is one.
public struct DateValue: Hashable, Sendable {
  public let text: String
  /// nil: of another form, kept as text.
  public let date: PartialDate?
}

/// A time of a journey or an event, as it is written, and what it means.
public struct TimeValue: Hashable, Sendable {
  public let text: String
  public let time: RecordTime?
}

/// A country, as it is written.
public struct CountryValue: Hashable, Sendable {
  public let text: String
  /// Two small letters of ISO 3166, or the three capitals of a document's issuer; nil: a name or something else.
  public let code: String?

  /// - Parameter allowsThree: documents name their issuer by three letters, in the zone.
  init(_ text: String, allowsThree: Bool = false) {
    self.text = text
    let bytes = text.utf8
    let isTwo = bytes.count == 2 && bytes.allSatisfy { (0x61...0x7a).contains($0) }
    let isThree =
      allowsThree && (1...3).contains(bytes.count)
      && bytes.allSatisfy { (0x41...0x5a).contains($0) }
    code = isTwo || isThree ? text : nil
  }
}

/// A quantity of money, exactly as it is written: `1250.00`.
public struct Amount: Hashable, Sendable {
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
