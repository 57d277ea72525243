/// A machine readable zone (ICAO 9303, parts 3 to 7), and which of its checks hold. A zone whose
/// checks hold is well read, and no more: anybody can print one. It never says that a document is
/// genuine or valid.
public struct MachineReadableZone: Hashable, Sendable {
  /// By number and length of lines, and the first letter.
  public let format: ZoneFormat
  /// `P`, `I`, `V`, and the letter behind it, if any.
  public let documentType: String
  /// A code of three letters or fewer, as in the zone.
  public let issuer: String
  /// A code of three letters or fewer, as in the zone.
  public let nationality: String
  /// Without fillers; a long one with its part in the optional data (REC-43).
  public let number: String
  /// Parts that are fillers are not known (REC-43).
  public let birth: ZoneDate
  /// Parts that are fillers are not known (REC-43).
  public let expiry: ZoneDate
  /// Covered by no check digit (REC-45).
  public let sex: ZoneSex
  /// Covered by no check digit (REC-45).
  public let names: ZoneNames
  /// Without fillers at its end; of TD1 both parts.
  public let optional: [String]
  /// Checks of the format that do not hold.
  public let failedChecks: Set<ZoneCheck>

  /// Why a text is no zone; lines and columns count from 1.
  public enum Problem: Error, Hashable, Sendable {
    /// Not three lines of 30, two of 36, or two of 44 characters.
    case size
    /// A character that no zone has, counted from 1.
    case character(line: Int, column: Int)
    /// One that does not stand in that place: a letter in a date, a digit in a name.
    case place(line: Int, column: Int)
    /// A number that goes on in the optional data, and does not end there.
    case longNumber
  }

  /// - Parameter text: its lines; spaces stand for fillers, and lower case for capitals, since
  ///   people type zones.
  public init(parsing text: some StringProtocol) throws(Problem) {
    let lines = text.split(whereSeparator: \.isNewline).map { line in
      Array(line.utf8).map { MachineReadableZone.typed($0) }
    }
    guard let format = ZoneFormat(lines: lines) else { throw .size }
    for (line, bytes) in lines.enumerated() {
      if let column = bytes.firstIndex(where: { !ZoneText.isAllowed($0) }) {
        throw .character(line: line + 1, column: column + 1)
      }
    }
    self = try MachineReadableZone(format, ZoneText(lines: lines))
  }

  private static func typed(_ byte: UInt8) -> UInt8 {
    if byte == UInt8(ascii: " ") { return ZoneText.filler }
    return (0x61...0x7a).contains(byte) ? byte - 0x20 : byte
  }

  private init(_ format: ZoneFormat, _ zone: ZoneText) throws(Problem) {
    let layout = format.layout
    try ZonePlaces(format).check(zone)
    var failed: Set<ZoneCheck> = []
    let long = try format.allowsLongNumbers ? LongNumber(in: zone, layout) : nil
    number = long?.number ?? ZoneText.text(zone[layout.number])
    let isNumberRight =
      long?.isRight ?? (CheckDigit.of(zone[layout.number]) == zone.digit(after: layout.number))
    if !isNumberRight { failed.insert(.number) }
    for (field, check) in [(layout.birth, ZoneCheck.birth), (layout.expiry, .expiry)]
    where CheckDigit.of(zone[field]) != zone.digit(after: field) {
      failed.insert(check)
    }
    if format == .td3, !MachineReadableZone.isPersonalRight(zone, layout.optional[0]) {
      failed.insert(.personal)
    }
    if let composite = layout.composite,
      CheckDigit.of(composite.fields.flatMap { zone[$0] }) != zone[composite.digit].first
    {
      failed.insert(.composite)
    }
    self.format = format
    documentType = ZoneText.text(zone[ZoneLayout.documentType])
    issuer = ZoneText.text(zone[ZoneLayout.issuer])
    nationality = ZoneText.text(zone[layout.nationality])
    birth = ZoneDate(zone[layout.birth])
    expiry = ZoneDate(zone[layout.expiry])
    sex = ZoneSex(zone[layout.sex])
    names = ZoneNames(zone[layout.names])
    optional = layout.optional.enumerated().map { place, field in
      place == 0 ? long?.rest ?? ZoneText.text(zone[field]) : ZoneText.text(zone[field])
    }
    failedChecks = failed
  }

  /// The check digit of an empty field may be a filler.
  private static func isPersonalRight(_ zone: ZoneText, _ field: ZoneLayout.Field) -> Bool {
    let digit = zone.digit(after: field)
    if zone[field].allSatisfy({ $0 == ZoneText.filler }), digit == ZoneText.filler { return true }
    return CheckDigit.of(zone[field]) == digit
  }

  /// Every check that the format has holds: it was read as it is printed.
  public var isWellRead: Bool { failedChecks.isEmpty }
}

/// The check digits of a zone, by what they check.
public enum ZoneCheck: String, Hashable, Sendable, CaseIterable {
  case number, birth, expiry, personal, composite
}

/// `M`, `F`, or a filler for what is not said.
public enum ZoneSex: Hashable, Sendable {
  case male, female, unspecified

  init(_ field: ArraySlice<UInt8>) {
    switch field.first {
    case UInt8(ascii: "M"): self = .male
    case UInt8(ascii: "F"): self = .female
    default: self = .unspecified
    }
  }
}

/// A number of more than nine characters (TD1, TD2): a filler stands in the place of its check
/// digit, and it goes on at the beginning of the optional data, up to a filler; the last of it is
/// the check digit.
struct LongNumber {
  let number: String
  let isRight: Bool
  /// The rest of the optional data.
  let rest: String

  /// - Returns: nil when the number is not long.
  init?(in zone: ZoneText, _ layout: ZoneLayout) throws(MachineReadableZone.Problem) {
    guard zone.digit(after: layout.number) == ZoneText.filler else { return nil }
    let optional = zone[layout.optional[0]]
    guard let end = optional.firstIndex(of: ZoneText.filler), end > optional.startIndex else {
      throw .longNumber
    }
    let further = optional[..<end]
    let digits = Array(zone[layout.number]) + further.dropLast()
    number = ZoneText.text(digits)
    isRight = CheckDigit.of(digits) == further.last
    rest = ZoneText.text(optional[end...].dropFirst())
  }
}
